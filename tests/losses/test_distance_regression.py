import math

import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.losses import (
    absolute_distance_loss,
    audebert_loss,
    dangi_loss,
    product_loss,
    xue_loss,
)

REGRESSIONS = [absolute_distance_loss, product_loss]


def batch(shape=(2, 3, 4, 2), dtype=torch.float64):
    """Logits, regressed distances, and the labels and distances of an item and an empty one."""
    generator = torch.Generator().manual_seed(1)
    logits, regressed = torch.randn(2, shape[0], 1, *shape[1:], generator=generator, dtype=dtype)
    target = torch.rand(shape, generator=generator) < 0.4
    target[1] = False
    distance = torch.where(target, -0.3, 0.4).to(dtype)
    return logits, regressed.tanh() + 0.05, target, distance


def total(name, logits, regressed, target, distance):
    if name == "dangi":
        variance = torch.tensor([0.3, -0.2], dtype=logits.dtype)
        return dangi_loss(logits, regressed, variance, target, distance)
    loss = audebert_loss if name == "audebert" else xue_loss
    return loss(logits, regressed, target, distance)


def test_the_terms_by_hand() -> None:
    regressed = torch.tensor([0.2, -0.4, 0.1]).reshape(1, 1, 3, 1, 1)
    distance = torch.tensor([0.4, 0.4, 0.1]).reshape(1, 3, 1, 1)
    # |0.2 - 0.4|, |-0.4 - 0.4| and 0.
    assert absolute_distance_loss(regressed, distance).item() == pytest.approx(1 / 3)
    # -0.08 / (0.08 + 0.04 + 0.16), 0.16 / (-0.16 + 0.16 + 0.16), -1/3.
    expected = (-0.08 / 0.28 + 1 - 1 / 3) / 3
    assert product_loss(regressed, distance).item() == pytest.approx(expected, abs=1e-4)


def test_the_sums_by_hand() -> None:
    # One voxel of LA, undecided, its distance -1 taken for 0.5: BCE ln 2, L1 1.5.
    logits, regressed = torch.zeros(1, 1, 1, 1, 1), torch.full((1, 1, 1, 1, 1), 0.5)
    target, distance = torch.ones(1, 1, 1, 1).bool(), torch.full((1, 1, 1, 1), -1.0)
    variance = torch.tensor([math.log(2.0), 0.0])
    value = dangi_loss(logits, regressed, variance, target, distance).item()
    assert value == pytest.approx(math.log(2) / 2 + math.log(2) + 1.5, abs=1e-6)
    value = audebert_loss(logits, regressed, target, distance, distance_weight=2.0).item()
    assert value == pytest.approx(math.log(2) + 2 * 1.5, abs=1e-6)
    # Dice 1 - 2 x 0.5 / 1.5, and product 0.5 / (-0.5 + 0.25 + 1).
    value = xue_loss(logits, regressed, target, distance, distance_weight=1.0).item()
    assert value == pytest.approx(1 / 3 + 1.5 + 0.5 / 0.75, abs=1e-4)


@pytest.mark.parametrize("name", ["dangi", "audebert", "xue"])
def test_gradients(name) -> None:
    logits, regressed, target, distance = batch()
    inputs = (logits.requires_grad_(), regressed.requires_grad_())
    assert torch.autograd.gradcheck(lambda a, b: total(name, a, b, target, distance), inputs)


def test_the_learned_variances_have_gradients() -> None:
    logits, regressed, target, distance = batch()
    variance = torch.tensor([0.1, -0.4], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda s: dangi_loss(logits, regressed, s, target, distance), (variance,)
    )


@pytest.mark.parametrize("name", ["dangi", "audebert", "xue"])
@pytest.mark.parametrize("fill", [None, False, True])
def test_bfloat16_empty_and_full_batches_stay_finite(name, fill) -> None:
    logits, regressed, target, distance = batch(dtype=torch.float32)
    if fill is not None:
        target = torch.full_like(target, fill)
    logits, regressed = (x.bfloat16().requires_grad_() for x in (50 * logits, regressed))
    value = total(name, logits, regressed, target, distance)
    assert value.dtype == torch.float32
    value.backward()
    assert all(torch.isfinite(x).all() for x in (value, logits.grad, regressed.grad))


@pytest.mark.parametrize("loss", REGRESSIONS)
def test_zero_distances_are_finite(loss) -> None:
    zeros = torch.zeros(1, 1, 2, 2, 2, requires_grad=True)
    value = loss(zeros, torch.zeros(1, 2, 2, 2))
    value.backward()
    assert value.item() == 0
    assert torch.isfinite(zeros.grad).all()


@pytest.mark.parametrize("name", ["dangi", "audebert", "xue"])
def test_wrong_shapes_are_named(name) -> None:
    logits, regressed, target, distance = batch()
    with pytest.raises(LascarError, match=r"\(2, 1, 3, 4, 2\) and distance \(2, 3, 4, 1\)"):
        total(name, logits, regressed, target, distance[..., :1])
    with pytest.raises(LascarError, match=r"\(2, 1, 3, 4, 2\) and target|\(2, 2, 3, 4, 2\) and"):
        total(name, logits, regressed, target[:1], distance)
    if name == "dangi":
        with pytest.raises(LascarError, match=r"log_variance has shape \(3,\)"):
            dangi_loss(logits, regressed, torch.zeros(3), target, distance)

from functools import partial

import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.losses import (
    cross_entropy_loss,
    deep_supervision_loss,
    dice_cross_entropy_loss,
    dice_topk_loss,
    soft_dice_loss,
    topk_loss,
)

LOSSES = [
    cross_entropy_loss,
    dice_cross_entropy_loss,
    dice_topk_loss,
    soft_dice_loss,
    topk_loss,
    partial(topk_loss, ranking="item"),
    partial(soft_dice_loss, batch=True),
]


@pytest.mark.parametrize("loss", LOSSES)
def test_the_error_names_both_shapes(loss) -> None:
    logits, target = torch.zeros(1, 2, 4, 4, 4), torch.zeros(1, 4, 4, 3, dtype=torch.int64)
    with pytest.raises(LascarError, match=r"\(1, 2, 4, 4, 4\) and target \(1, 4, 4, 3\)"):
        loss(logits, target)


@pytest.mark.parametrize("shape", [(1, 3, 4, 4, 4), (1, 1, 4, 4, 4), (1, 2, 4, 4), (2, 2, 4, 4, 4)])
def test_two_classes_five_axes_and_equal_batches(shape: tuple[int, ...]) -> None:
    with pytest.raises(LascarError, match="give"):
        soft_dice_loss(torch.zeros(shape), torch.zeros(1, 4, 4, 4, dtype=torch.bool))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_soft_target_is_refused(loss) -> None:
    with pytest.raises(LascarError, match=r"torch.float32"):
        loss(torch.zeros(1, 2, 2, 2, 2), torch.zeros(1, 2, 2, 2))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64])
def test_the_type_of_the_target_does_not_matter(loss, dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 2, 4, 3, 2, generator=generator)
    target = torch.rand(2, 4, 3, 2, generator=generator) < 0.3
    assert loss(logits, target.to(dtype)) == loss(logits, target)


@pytest.mark.parametrize("loss", LOSSES)
def test_low_precision_logits_are_computed_in_float32(loss) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 2, 6, 5, 4, generator=generator).bfloat16()
    target = torch.rand(2, 6, 5, 4, generator=generator) < 0.3
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = loss(logits, target)
    assert low.dtype == torch.float32
    assert low.item() == pytest.approx(loss(logits.float(), target).item(), abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_are_right(loss) -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 2, 3, 3, 2, dtype=torch.float64, generator=generator)
    target = torch.rand(2, 3, 3, 2, generator=generator) < 0.4
    assert torch.autograd.gradcheck(lambda x: loss(x, target), (logits.requires_grad_(),))


@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_under_deep_supervision_are_right(loss) -> None:
    generator = torch.Generator().manual_seed(2)
    outputs = [
        torch.randn(2, 2, n, n, 2, dtype=torch.float64, generator=generator, requires_grad=True)
        for n in (4, 2, 1)
    ]
    target = torch.rand(2, 4, 4, 2, generator=generator) < 0.4
    assert torch.autograd.gradcheck(
        lambda fine, middle: deep_supervision_loss([fine, middle, outputs[2]], target, loss=loss),
        tuple(outputs[:2]),
    )


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("filled", [(False, False), (True, True), (True, False)])
def test_empty_full_and_mixed_batches_stay_finite(loss, dtype, filled) -> None:
    logits = 20 * torch.randn(2, 2, 3, 3, 2, generator=torch.Generator().manual_seed(3))
    logits = logits.to(dtype).requires_grad_()
    target = torch.tensor(filled).reshape(2, 1, 1, 1).expand(2, 3, 3, 2)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
        value = loss(logits, target)
    value.backward()
    assert value > 0
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_huge_logits_stay_finite(loss) -> None:
    logits = torch.tensor([3e4, -3e4]).reshape(1, 2, 1, 1, 1).repeat(1, 1, 2, 2, 2)
    logits.requires_grad_()
    value = loss(logits, torch.ones(1, 2, 2, 2, dtype=torch.bool))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_perfect_prediction_costs_nothing(loss) -> None:
    target = torch.zeros(2, 3, 3, 3, dtype=torch.int64)
    target[:, 1] = 1
    logits = torch.nn.functional.one_hot(target, 2).movedim(-1, 1) * 100.0
    assert loss(logits, target).item() == pytest.approx(0, abs=1e-6)

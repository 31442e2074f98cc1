"""What holds for every loss of AtrialJSQnet's two heads."""

from collections.abc import Callable
from functools import partial

import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.losses import (
    JointTarget,
    atrium_loss,
    binary_cross_entropy_loss,
    joint_loss,
    loss_weights,
    scar_distance_loss,
    shape_attention_loss,
    spatial_encoding_loss,
)

Loss = Callable[[torch.Tensor, torch.Tensor, JointTarget], torch.Tensor]


def joint(atrium: torch.Tensor, wall: torch.Tensor, t: JointTarget, **options) -> torch.Tensor:
    options = {"weights": loss_weights(0), "spacing_mm": (0.625, 0.8, 2.5), **options}
    return joint_loss(atrium, wall, t, **options).total


ATRIUM: dict[str, Loss] = {
    "Eq. 2": lambda a, w, t: atrium_loss(a, t.atrium, t.distance),
    "Eq. 3": lambda a, w, t: binary_cross_entropy_loss(a, t.atrium),
    "Eq. 4": lambda a, w, t: spatial_encoding_loss(a, t.distance),
}
WALL: dict[str, Loss] = {
    "Eq. 5 l2": lambda a, w, t: scar_distance_loss(w, t.wall),
    "Eq. 5 hellinger": lambda a, w, t: scar_distance_loss(w, t.wall, metric="hellinger"),
    "Eq. 5 kl": lambda a, w, t: scar_distance_loss(w, t.wall, metric="kl"),
    "Eq. 6": lambda a, w, t: shape_attention_loss(w, t.wall, t.surface),
    "Eq. 6 sum": lambda a, w, t: shape_attention_loss(w, t.wall, t.surface, reduction="sum"),
}
JOINT: dict[str, Loss] = {
    "Eq. 7": joint,
    "Eq. 7 sum": partial(joint, reduction="sum"),
    "Eq. 7 detached": partial(joint, predicted_mask="gradient-detached"),
}
LOSSES = {**ATRIUM, **WALL, **JOINT}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())


def random_case(
    dtype: torch.dtype = torch.float32, shape: tuple[int, ...] = (3, 4, 3, 2)
) -> tuple[torch.Tensor, torch.Tensor, JointTarget]:
    """Logits of both heads and a target: an item with LA and wall, one full, one empty."""
    generator = torch.Generator().manual_seed(0)
    batch, *edges = shape
    atrium = torch.randn(batch, 1, *edges, generator=generator, dtype=dtype)
    wall = torch.randn(batch, 2, *edges, generator=generator, dtype=dtype)
    label = torch.rand(shape, generator=generator) < 0.4
    label[1], label[2] = True, False
    distance = 20 * torch.rand(shape, generator=generator, dtype=dtype) - 10
    maps = torch.rand(batch, 2, *edges, generator=generator, dtype=dtype)
    maps[2], maps[0, 1] = 0, 0  # no wall in the third item, no scar in the first
    surface = torch.rand(shape, generator=generator) < 0.3
    surface[2] = False
    return atrium, wall, JointTarget(label, distance, maps, surface)


@every_loss
def test_gradients_are_right(loss: Loss) -> None:
    atrium, wall, target = random_case(torch.float64)
    logits = (atrium.requires_grad_(), wall.requires_grad_())
    if loss is JOINT["Eq. 7 detached"]:  # its slope leaves the mask out on purpose
        logits = (atrium.detach(), wall)
    assert torch.autograd.gradcheck(lambda a, w: loss(a, w, target), logits)


@every_loss
def test_low_precision_logits_are_computed_in_float32(loss: Loss) -> None:
    atrium, wall, target = random_case()
    atrium, wall = atrium.bfloat16().requires_grad_(), wall.bfloat16().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = loss(atrium, wall, target)
    low.backward()
    assert low.dtype == torch.float32
    assert low.item() == pytest.approx(loss(atrium.float(), wall.float(), target).item(), rel=1e-5)
    for logits in (atrium, wall):
        assert logits.grad is None or torch.isfinite(logits.grad).all()


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("size", [90.0, 3e4])
def test_huge_logits_stay_finite(loss: Loss, dtype: torch.dtype, size: float) -> None:
    atrium, wall, target = random_case()
    atrium, wall = ((size * logits.sign()).to(dtype).requires_grad_() for logits in (atrium, wall))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
        value = loss(atrium, wall, target)
    value.backward()
    assert torch.isfinite(value)
    for logits in (atrium, wall):
        assert logits.grad is None or torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("loss", [*ATRIUM.values(), joint])
def test_the_error_of_the_atrium_names_both_shapes(loss: Loss) -> None:
    _, wall, target = random_case()
    with pytest.raises(LascarError, match=r"\(3, 1, 4, 3, 3\) and \w+ \(3, 4, 3, 2\)"):
        loss(torch.zeros(3, 1, 4, 3, 3), wall, target)
    with pytest.raises(LascarError, match=r"\(3, 2, 4, 3, 2\) and "):
        loss(torch.zeros(3, 2, 4, 3, 2), wall, target)


@pytest.mark.parametrize("loss", [*WALL.values(), joint])
def test_the_error_of_the_wall_names_both_shapes(loss: Loss) -> None:
    atrium, _, target = random_case()
    with pytest.raises(LascarError, match=r"\(3, 2, 4, 3, 3\) and target \(3, 2, 4, 3, 2\)"):
        loss(atrium, torch.zeros(3, 2, 4, 3, 3), target)
    with pytest.raises(LascarError, match=r"\(3, 1, 4, 3, 2\) and target \(3, 2, 4, 3, 2\)"):
        loss(atrium, torch.zeros(3, 1, 4, 3, 2), target)

import math

import numpy as np
import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.geometry import signed_distance_map
from lascarlib.losses import atrium_loss, binary_cross_entropy_loss, spatial_encoding_loss


def three_voxels() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits of 0.8, 0.5, 0.2; two voxels of LA, one of background; phi of -2, 0 and 3 mm."""
    logits = torch.tensor([0.8, 0.5, 0.2]).logit().reshape(1, 1, 3, 1, 1)
    target = torch.tensor([1, 1, 0]).reshape(1, 3, 1, 1)
    return logits, target, torch.tensor([-2.0, 0.0, 3.0]).reshape(1, 3, 1, 1)


def test_spatial_encoding_by_hand() -> None:
    # 0.3 x -2 + 0 x 0 + -0.3 x 3 = -1.5.
    logits, _, distance = three_voxels()
    assert spatial_encoding_loss(logits, distance, reduction="sum").item() == pytest.approx(-1.5)
    assert spatial_encoding_loss(logits, distance).item() == pytest.approx(-0.5)


def test_cross_entropy_by_hand() -> None:
    # -ln 0.8 - ln 0.5 - ln 0.8.
    logits, target, _ = three_voxels()
    expected = -2 * math.log(0.8) - math.log(0.5)
    value = binary_cross_entropy_loss(logits, target, reduction="sum")
    assert value.item() == pytest.approx(expected, abs=1e-6)
    assert binary_cross_entropy_loss(logits, target).item() == pytest.approx(expected / 3, abs=1e-6)


def test_cross_entropy_is_torchs() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = 5 * torch.randn(2, 1, 5, 4, 3, generator=generator)
    target = torch.rand(2, 5, 4, 3, generator=generator) < 0.3
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], target.float())
    assert binary_cross_entropy_loss(logits, target).item() == pytest.approx(expected.item())


def test_the_sum_of_both_by_hand() -> None:
    logits, target, distance = three_voxels()
    entropy = -2 * math.log(0.8) - math.log(0.5)
    for reduction, voxels in (("sum", 1), ("mean", 3)):
        value = atrium_loss(logits, target, distance, lambda_la=0.2, reduction=reduction)
        assert value.item() == pytest.approx((entropy + 0.2 * -1.5) / voxels, abs=1e-6)


def test_the_penalty_grows_with_the_distance() -> None:
    # JSQ Fig. 4: the same false positive costs more the farther from the LA it lies.
    mask = np.zeros((20, 3, 3), bool)
    mask[:3] = True
    phi = torch.from_numpy(signed_distance_map(mask, spacing_mm=(0.5, 1.0, 1.0)))[None]
    costs = []
    for x in (5, 10, 15):
        logits = torch.where(torch.from_numpy(mask), 9.0, -9.0)[None, None]
        logits[0, 0, x, 1, 1] = 9.0
        costs.append(spatial_encoding_loss(logits, phi, reduction="sum").item())
    # One voxel goes from -phi/2 to phi/2, so steps of 5 voxels of 0.5 mm cost 2.5 each.
    assert np.diff(costs) == pytest.approx([2.5, 2.5], abs=0.01)


@pytest.mark.parametrize("full", [False, True])
def test_empty_and_full_foreground(full: bool) -> None:
    # With phi of one sign the right answer everywhere is the cheapest: -|phi| / 2.
    target = torch.full((1, 3, 3, 3), full)
    distance = torch.full((1, 3, 3, 3), -4.0 if full else 4.0)
    logits = torch.full((1, 1, 3, 3, 3), 50.0 if full else -50.0)
    assert binary_cross_entropy_loss(logits, target).item() == pytest.approx(0, abs=1e-6)
    assert spatial_encoding_loss(logits, distance).item() == pytest.approx(-2)
    assert spatial_encoding_loss(-logits, distance).item() == pytest.approx(2)


def test_a_soft_target_and_unknown_reductions_are_refused() -> None:
    logits, target, distance = three_voxels()
    with pytest.raises(LascarError, match=r"torch.float32"):
        binary_cross_entropy_loss(logits, target.float())
    with pytest.raises(LascarError, match="'mean' or 'sum'"):
        spatial_encoding_loss(logits, distance, reduction="none")

import math

import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.losses import scar_distance_loss

METRICS = ["l2", "hellinger", "kl"]


def pair(normal: float, scar: float) -> torch.Tensor:
    return torch.tensor([normal, scar]).reshape(1, 2, 1, 1, 1)


# Predicted 0.64 and 0.25, true 0.36 and 0.25.
BY_HAND = {
    "l2": 0.28**2,
    "hellinger": (0.8 - 0.6) ** 2 / 2,
    "kl": 0.36 * math.log(0.36 / 0.64) + 0.64 * math.log(0.64 / 0.36),
}


@pytest.mark.parametrize("metric", METRICS)
def test_by_hand(metric) -> None:
    logits, target = pair(0.64, 0.25).logit(), pair(0.36, 0.25)
    value = scar_distance_loss(logits, target, metric=metric)
    assert value.item() == pytest.approx(BY_HAND[metric], abs=1e-6)


@pytest.mark.parametrize("metric", METRICS)
def test_the_sum_is_the_mean_times_the_number_of_voxels(metric) -> None:
    # Voxels, not values: two items of 3 x 2 x 2 make 24, whatever the two maps.
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 2, 3, 2, 2, generator=generator)
    target = torch.rand(2, 2, 3, 2, 2, generator=generator)
    mean = scar_distance_loss(logits, target, metric=metric)
    total = scar_distance_loss(logits, target, metric=metric, reduction="sum")
    assert total.item() == pytest.approx(24 * mean.item(), rel=1e-5)


def test_kl_is_torchs_on_two_bernoulli_distributions() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = 3 * torch.randn(2, 2, 3, 2, 2, generator=generator)
    target = torch.rand(2, 2, 3, 2, 2, generator=generator)
    divergence = torch.distributions.kl_divergence(
        torch.distributions.Bernoulli(target), torch.distributions.Bernoulli(logits=logits)
    )
    value = scar_distance_loss(logits, target, metric="kl", reduction="sum")
    assert value.item() == pytest.approx(divergence.sum().item(), rel=1e-5)


def test_l2_is_twice_the_mean_over_both_maps() -> None:
    generator = torch.Generator().manual_seed(2)
    logits = torch.randn(2, 2, 3, 2, 2, generator=generator)
    target = torch.rand(2, 2, 3, 2, 2, generator=generator)
    expected = 2 * torch.nn.functional.mse_loss(torch.sigmoid(logits), target)
    assert scar_distance_loss(logits, target).item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_never_negative_and_zero_only_where_equal(metric) -> None:
    target = torch.rand(1, 2, 4, 3, 2, generator=torch.Generator().manual_seed(3))
    assert scar_distance_loss(target.logit(), target, metric=metric).item() == pytest.approx(
        0, abs=1e-6
    )
    assert scar_distance_loss(target.logit() + 1, target, metric=metric).item() > 0.01


@pytest.mark.parametrize(("metric", "largest"), [("l2", 2), ("hellinger", 1)])
def test_the_bound_is_reached_where_both_maps_are_as_wrong_as_can_be(metric, largest) -> None:
    value = scar_distance_loss(pair(40.0, -40.0), pair(0.0, 1.0), metric=metric)
    assert value.item() == pytest.approx(largest, abs=1e-6)


def test_nonsense_is_refused() -> None:
    logits, target = pair(0.0, 0.0), pair(0.5, 0.5)
    with pytest.raises(LascarError, match="l2, hellinger, kl"):
        scar_distance_loss(logits, target, metric="L1")
    with pytest.raises(LascarError, match=r"torch\.int64"):
        scar_distance_loss(logits, target.long())
    with pytest.raises(LascarError, match="'mean' or 'sum'"):
        scar_distance_loss(logits, target, reduction="item")

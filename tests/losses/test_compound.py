import pytest
import torch

from lascarlib.losses import (
    cross_entropy_loss,
    dice_cross_entropy_loss,
    dice_topk_loss,
    soft_dice_loss,
    topk_loss,
)


def random_case() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    logits = torch.randn(2, 2, 5, 4, 3, generator=generator)
    return logits, torch.rand(2, 5, 4, 3, generator=generator) < 0.3


@pytest.mark.parametrize("batch_dice", [False, True])
def test_both_terms_weigh_the_same(batch_dice: bool) -> None:
    logits, target = random_case()
    dice = soft_dice_loss(logits, target, batch=batch_dice)
    entropy = cross_entropy_loss(logits, target)
    hardest = topk_loss(logits, target, k_percent=20, ranking="item")
    first = dice_topk_loss(logits, target, k_percent=20, ranking="item", batch_dice=batch_dice)
    second = dice_cross_entropy_loss(logits, target, batch_dice=batch_dice)
    assert first.item() == pytest.approx((hardest + dice).item(), abs=1e-6)
    assert second.item() == pytest.approx((entropy + dice).item(), abs=1e-6)


def test_k_of_one_hundred_is_the_baseline() -> None:
    logits, target = random_case()
    baseline = dice_cross_entropy_loss(logits, target)
    assert dice_topk_loss(logits, target, k_percent=100).item() == pytest.approx(
        baseline.item(), abs=1e-6
    )

import pytest
import torch

from lascarlib.losses import soft_dice_loss


def logits_of(probability: torch.Tensor) -> torch.Tensor:
    """Logits whose softmax gives these foreground probabilities."""
    return torch.stack([(1 - probability).log(), probability.log()], dim=1)


def two_items() -> tuple[torch.Tensor, torch.Tensor]:
    probability = torch.tensor([[0.9, 0.6, 0.1, 0.4], [0.2, 0.2, 0.2, 0.2]])
    target = torch.tensor([[1, 1, 0, 0], [1, 0, 0, 0]])
    return logits_of(probability.reshape(2, 4, 1, 1)), target.reshape(2, 4, 1, 1)


def test_per_item() -> None:
    # Item 1: 2 (0.9 + 0.6) / (2.0 + 2) = 0.75. Item 2: 2 x 0.2 / (0.8 + 1) = 0.2222.
    logits, target = two_items()
    loss = soft_dice_loss(logits, target, smooth=0.0)
    assert loss.item() == pytest.approx(1 - (0.75 + 2 / 9) / 2, abs=1e-6)


def test_over_the_batch() -> None:
    # 2 (0.9 + 0.6 + 0.2) / (2.8 + 3).
    logits, target = two_items()
    loss = soft_dice_loss(logits, target, batch=True, smooth=0.0)
    assert loss.item() == pytest.approx(1 - 3.4 / 5.8, abs=1e-6)


def test_smoothing_is_above_and_below_the_line() -> None:
    # Item by item with smooth = 1: (3 + 1) / (4 + 1) and (0.4 + 1) / (1.8 + 1).
    logits, target = two_items()
    loss = soft_dice_loss(logits, target, smooth=1.0)
    assert loss.item() == pytest.approx(1 - (0.8 + 0.5) / 2, abs=1e-6)


def test_without_foreground_anywhere() -> None:
    empty = torch.zeros(1, 2, 2, 2, dtype=torch.bool)
    silent = torch.tensor([50.0, -50.0]).reshape(1, 2, 1, 1, 1).repeat(1, 1, 2, 2, 2)
    assert soft_dice_loss(silent, empty).item() == pytest.approx(0, abs=1e-6)
    assert soft_dice_loss(torch.zeros_like(silent), empty).item() == pytest.approx(1, abs=1e-5)


def test_one_item_alone_is_its_own_batch() -> None:
    logits, target = two_items()
    per_item = soft_dice_loss(logits[:1], target[:1])
    assert soft_dice_loss(logits[:1], target[:1], batch=True) == per_item

import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.losses import sigmoid_dice_loss, soft_dice_loss


def test_channels_and_items_are_averaged_by_hand() -> None:
    # Channel 0: p = 1, 0 against 1, 0: 0. Channel 1: p = 1/2, 1/2 against 0, 1: 1 - 1 / 2.
    logits = torch.tensor([[90.0, -90.0], [0.0, 0.0]]).reshape(1, 2, 2, 1, 1)
    target = torch.tensor([[1, 0], [0, 1]]).reshape(1, 2, 2, 1, 1)
    assert sigmoid_dice_loss(logits, target).item() == pytest.approx(0.25, abs=1e-4)


def test_one_channel_is_the_softmax_dice_of_its_margin() -> None:
    logits = torch.randn(2, 1, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    target = logits[:, 0] > 0.2
    twice = torch.cat([torch.zeros_like(logits), logits], dim=1)
    own = sigmoid_dice_loss(logits, target[:, None])
    assert own.item() == pytest.approx(soft_dice_loss(twice, target).item())


def test_gradient_and_bfloat16() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(1, 2, 3, 2, 2, generator=generator, dtype=torch.float64)
    target = logits > 0
    target[:, 1] = False
    assert torch.autograd.gradcheck(lambda x: sigmoid_dice_loss(x, target), logits.requires_grad_())
    assert torch.isfinite(sigmoid_dice_loss(100 * logits.detach().bfloat16(), target))


def test_wrong_shapes_and_soft_targets_are_refused() -> None:
    logits = torch.zeros(1, 2, 2, 2, 2)
    with pytest.raises(LascarError, match=r"\(1, 2, 2, 2, 2\) and target \(1, 2, 2, 2\)"):
        sigmoid_dice_loss(logits, torch.zeros(1, 2, 2, 2).int())
    with pytest.raises(LascarError, match=r"torch.float32"):
        sigmoid_dice_loss(logits, torch.zeros(1, 2, 2, 2, 2))

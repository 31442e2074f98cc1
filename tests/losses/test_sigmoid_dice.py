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


def test_labels_between_0_and_1_by_hand() -> None:
    # p = 1/2 twice against g = 1/4 and 1: the smaller are 1/4 and 1/2, so 1 - 2 (3/4) / (1 + 5/4).
    target = torch.tensor([0.25, 1.0]).reshape(1, 1, 2, 1, 1)
    found = sigmoid_dice_loss(torch.zeros(1, 1, 2, 1, 1), target)
    assert found.item() == pytest.approx(1 / 3, abs=1e-5)


def test_the_label_itself_is_the_best_answer_to_a_soft_label() -> None:
    generator = torch.Generator().manual_seed(0)
    target = torch.rand(2, 2, 4, 3, 2, generator=generator)
    assert sigmoid_dice_loss(target.logit(), target).item() == pytest.approx(0, abs=1e-6)
    for shift in (-0.5, 0.5):
        assert sigmoid_dice_loss(target.logit() + shift, target) > 0.02


def test_bool_integer_and_floating_labels_are_alike_and_gradients_right() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 2, 3, 2, 2, generator=generator, dtype=torch.float64)
    label = torch.randn(2, 2, 3, 2, 2, generator=generator) > 0
    label[0] = False  # mixed: an item without structure, one with
    found = [sigmoid_dice_loss(logits, one) for one in (label, 255 * label.int(), label.double())]
    assert found[0] == found[1] == found[2]
    soft = 0.8 * label
    assert torch.autograd.gradcheck(lambda x: sigmoid_dice_loss(x, soft), logits.requires_grad_())


def test_wrong_shapes_are_refused() -> None:
    logits = torch.zeros(1, 2, 2, 2, 2)
    with pytest.raises(LascarError, match=r"\(1, 2, 2, 2, 2\) and target \(1, 2, 2, 2\)"):
        sigmoid_dice_loss(logits, torch.zeros(1, 2, 2, 2).int())

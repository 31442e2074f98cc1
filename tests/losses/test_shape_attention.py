import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.losses import shape_attention_loss


def two_voxels() -> tuple[torch.Tensor, torch.Tensor]:
    """p_normal - p_scar: predicted 0.4 and -0.1, true 0.6 and 0.3; errors of -0.2 and -0.4."""
    logits = torch.tensor([[0.9, 0.2], [0.5, 0.3]]).logit().reshape(1, 2, 2, 1, 1)
    return logits, torch.tensor([[1.0, 0.7], [0.4, 0.4]]).reshape(1, 2, 2, 1, 1)


@pytest.mark.parametrize(
    ("mask", "total", "size"),
    [
        ([1.0, 1.0], 0.04 + 0.16, 2),
        ([1.0, 0.0], 0.04, 1),
        ([0.5, 1.0], 0.25 * 0.04 + 0.16, 1.5),  # the mask is squared, its size is not
    ],
)
def test_by_hand(mask: list[float], total: float, size: float) -> None:
    case = (*two_voxels(), torch.tensor(mask).reshape(1, 2, 1, 1))
    value = shape_attention_loss(*case, reduction="sum")
    assert value.item() == pytest.approx(total, abs=1e-6)
    assert shape_attention_loss(*case).item() == pytest.approx(total / size, abs=1e-6)


def test_only_the_comparison_counts() -> None:
    # Both maps too large by the same amount: the comparison is right, and so is the loss.
    target = torch.tensor([0.5, 0.3]).reshape(1, 2, 1, 1, 1)
    mask = torch.ones(1, 1, 1, 1)
    assert shape_attention_loss((target + 0.2).logit(), target, mask).item() == pytest.approx(
        0, abs=1e-12
    )


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_an_empty_mask_costs_nothing_and_teaches_nothing(reduction) -> None:
    logits, target = two_voxels()
    logits.requires_grad_()
    value = shape_attention_loss(logits, target, torch.zeros(1, 2, 1, 1), reduction=reduction)
    value.backward()
    assert value.item() == 0
    assert not logits.grad.any()


def test_each_item_has_its_own_mask() -> None:
    # Item 1 sees its first voxel (0.04), item 2 its second (0.16), item 3 none. Multiplied across
    # the batch, as in the authors' code, every mask would meet every item.
    logits, target = (tensor.repeat(3, 1, 1, 1, 1) for tensor in two_voxels())
    mask = torch.tensor([[1, 0], [0, 1], [0, 0]]).reshape(3, 2, 1, 1).bool()
    value = shape_attention_loss(logits, target, mask)
    assert value.item() == pytest.approx((0.04 + 0.16) / 2, abs=1e-6)


def test_nonsense_is_refused() -> None:
    logits, target = two_voxels()
    with pytest.raises(LascarError, match=r"mask has shape \(1, 3, 1, 1\) and logits \(1, 2, 2"):
        shape_attention_loss(logits, target, torch.ones(1, 3, 1, 1))
    with pytest.raises(LascarError, match="'mean' or 'sum'"):
        shape_attention_loss(logits, target, torch.ones(1, 2, 1, 1), reduction="item")

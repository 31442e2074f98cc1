"""The sums of two losses that the two stages are trained with."""

from typing import Literal

import torch

from lascarlib.losses.dice import soft_dice_loss
from lascarlib.losses.topk import cross_entropy_loss, topk_loss


def dice_topk_loss(
    logits: torch.Tensor,
    target: torch.Tensor,
    *,
    k_percent: float = 10.0,
    ranking: Literal["batch", "item"] = "batch",
    batch_dice: bool = False,
) -> torch.Tensor:
    """Soft Dice plus TopK: the loss of the first stage, the LA cavity.

    Args:
        logits: (batch, 2, x, y, z), any floating type; channel 0 is background, 1 foreground.
        target: (batch, x, y, z), bool or integer, non-zero in the foreground.
        k_percent: share of voxels that TopK keeps, above 0 and at most 100.
        ranking: whether TopK ranks over the "batch" or within each "item".
        batch_dice: whether Dice takes its sums over the whole batch.

    Returns:
        A scalar, 0 or more; what an item without foreground costs, `soft_dice_loss` says.

    Raises:
        LascarError: the shapes do not fit, the target is neither bool nor integer, `k_percent` is
            out of range, or `ranking` is unknown.

    Source: BF Eq. 3.

    Example:
        >>> undecided = torch.zeros(1, 2, 2, 2, 1)
        >>> target = torch.tensor([1, 1, 0, 0]).reshape(1, 2, 2, 1)
        >>> round(dice_topk_loss(undecided, target).item(), 4)  # 1/2 + ln 2
        1.1931
    """
    dice = soft_dice_loss(logits, target, batch=batch_dice)
    return topk_loss(logits, target, k_percent=k_percent, ranking=ranking) + dice


def dice_cross_entropy_loss(
    logits: torch.Tensor, target: torch.Tensor, *, batch_dice: bool = False
) -> torch.Tensor:
    """Soft Dice plus cross-entropy: the loss of the scar stage and of the baseline.

    Args:
        logits: (batch, 2, x, y, z), any floating type; channel 0 is background, 1 foreground.
        target: (batch, x, y, z), bool or integer, non-zero in the foreground.
        batch_dice: whether Dice takes its sums over the whole batch.

    Returns:
        A scalar, 0 or more; what an item without foreground costs, `soft_dice_loss` says.

    Raises:
        LascarError: the shapes do not fit, or the target is neither bool nor integer.

    Source: BF section 2, "Cross entropy and Dice loss are combined in the second stage".

    Example:
        >>> undecided = torch.zeros(1, 2, 2, 2, 1)
        >>> target = torch.tensor([1, 1, 1, 0]).reshape(1, 2, 2, 1)
        >>> round(dice_cross_entropy_loss(undecided, target).item(), 4)  # 1 - 3 / 5 + ln 2
        1.0931
    """
    return cross_entropy_loss(logits, target) + soft_dice_loss(logits, target, batch=batch_dice)

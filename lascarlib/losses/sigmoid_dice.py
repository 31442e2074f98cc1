"""Soft Dice for heads whose channels are probabilities of their own, beside cross-entropy."""

import torch

from lascarlib.errors import LascarError
from lascarlib.losses.dice import soft_dice_loss


def sigmoid_dice_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Soft Dice of the sigmoid of every channel, averaged over channels and items.

    Args:
        logits: (batch, channel, x, y, z), any floating type.
        target: (batch, channel, x, y, z), bool or integer, non-zero in the channel's structure.

    Returns:
        A scalar in [0, 1]; what a structure that is missing costs, `soft_dice_loss` says.

    Raises:
        LascarError: the shapes do not fit, or the target is neither bool nor integer.

    Source: "Dice" of JSQ Table 2, by BF Eq. 2.

    Example:
        >>> undecided = torch.zeros(1, 2, 2, 1, 1)  # p = 1/2 everywhere
        >>> target = torch.tensor([1, 1, 1, 0]).reshape(1, 2, 2, 1, 1)
        >>> round(sigmoid_dice_loss(undecided, target).item(), 3)  # 1 - 2/3 and 1 - 1/2, averaged
        0.417
    """
    if logits.shape != target.shape or logits.ndim != 5:
        raise LascarError(
            f"logits have shape {tuple(logits.shape)} and target {tuple(target.shape)}; "
            "give (batch, channel, x, y, z) for both"
        )
    losses = [
        soft_dice_loss(torch.cat([torch.zeros_like(own), own], dim=1), target[:, channel])
        for channel in range(logits.shape[1])
        for own in (logits[:, channel : channel + 1],)
    ]
    return torch.stack(losses).mean()

"""Soft Dice for heads whose channels are probabilities of their own, beside cross-entropy."""

import torch

from lascarlib.errors import LascarError

SMOOTH = 1e-5
"""Added above and below the line, in voxels, as in `soft_dice_loss`."""


def sigmoid_dice_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Soft Dice of the sigmoid of every channel, averaged over channels and items.

    With p the probability and g the label, the loss is 1 - 2 sum(min(p, g)) / (sum(p) + sum(g)).
    For labels 0 and 1 the smaller one is the product of BF Eq. 2. A label that a rotation has
    interpolated lies between them: there p = g is the one answer that costs nothing, and a wall one
    voxel thin keeps its voxels, many of them below a half.

    Args:
        logits: (batch, channel, x, y, z), any floating type.
        target: (batch, channel, x, y, z), bool or integer, non-zero in the channel's structure; or
            floating, from 0 to 1, how much of a voxel is the structure.

    Returns:
        A scalar in [0, 1], float64 for float64 logits and float32 for all others; what a structure
        that is missing costs, `soft_dice_loss` says.

    Raises:
        LascarError: the shapes do not fit.

    Source: "Dice" of JSQ Table 2, by BF Eq. 2.

    Example:
        >>> undecided = torch.zeros(1, 2, 2, 1, 1)  # p = 1/2 everywhere
        >>> target = torch.tensor([1, 1, 1, 0]).reshape(1, 2, 2, 1, 1)
        >>> round(sigmoid_dice_loss(undecided, target).item(), 3)  # 1 - 2/3 and 1 - 1/2, averaged
        0.417
        >>> sigmoid_dice_loss(undecided, torch.full((1, 2, 2, 1, 1), 0.5)).item()
        0.0
    """
    if logits.shape != target.shape or logits.ndim != 5:
        raise LascarError(
            f"logits have shape {tuple(logits.shape)} and target {tuple(target.shape)}; "
            "give (batch, channel, x, y, z) for both"
        )
    precise = logits if logits.dtype == torch.float64 else logits.float()
    probability = torch.sigmoid(precise)
    label = (target if target.is_floating_point() else target != 0).to(precise.dtype)
    overlap = torch.minimum(probability, label).sum((2, 3, 4))
    total = probability.sum((2, 3, 4)) + label.sum((2, 3, 4))
    return (1 - (2 * overlap + SMOOTH) / (total + SMOOTH)).mean()

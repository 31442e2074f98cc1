"""The soft Dice loss: one minus the overlap of probabilities with a label."""

import torch

from lascarlib.losses.shapes import foreground_margin


def soft_dice_loss(
    logits: torch.Tensor, target: torch.Tensor, *, batch: bool = False, smooth: float = 1e-5
) -> torch.Tensor:
    """One minus the Dice coefficient of the foreground probability and the label.

    With p the softmax probability of the foreground and g the label, the loss is
    1 - (2 sum(p g) + smooth) / (sum(p) + sum(g) + smooth). The background class is left out, as
    nnU-Net leaves it out. This is a loss on probabilities, not the Dice score of a mask.

    Args:
        logits: (batch, 2, x, y, z), any floating type; channel 0 is background, 1 foreground.
        target: (batch, x, y, z), bool or integer, non-zero in the foreground.
        batch: take the sums over the whole batch; otherwise one Dice per item, then their mean.
        smooth: added above and below the line, in voxels.

    Returns:
        A scalar in [0, 1], float64 for float64 logits and float32 for all others. Where neither
        label nor prediction has foreground the loss tends to 0; an item without foreground but
        with more than a trace of it predicted costs very nearly 1.

    Raises:
        LascarError: the shapes do not fit, or the target is neither bool nor integer.

    Source: BF Eq. 2; smoothing and left-out background from nnU-Net.

    Example:
        >>> undecided = torch.zeros(1, 2, 2, 2, 1)  # p = 1/2 in each of four voxels
        >>> target = torch.tensor([1, 1, 0, 0]).reshape(1, 2, 2, 1)
        >>> round(soft_dice_loss(undecided, target, smooth=0.0).item(), 6)  # 1 - 2 x 1 / (2 + 2)
        0.5
    """
    probability = torch.sigmoid(foreground_margin(logits, target))
    label = (target != 0).to(probability.dtype)
    axes = (0, 1, 2, 3) if batch else (1, 2, 3)
    overlap = (probability * label).sum(axes)
    total = probability.sum(axes) + label.sum(axes)
    return (1 - (2 * overlap + smooth) / (total + smooth)).mean()

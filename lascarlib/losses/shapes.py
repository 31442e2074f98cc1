"""What every segmentation loss expects, and the precision it computes in."""

import torch

from lascarlib.errors import LascarError


def foreground_margin(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The logit of the foreground over the background, once the two shapes are found to agree.

    With two classes the softmax probability of the foreground is the sigmoid of this margin. It is
    computed in float32 at least, so that a loss under bfloat16 autocast loses no precision.

    Args:
        logits: (batch, 2, x, y, z), any floating type; channel 0 is background, 1 foreground.
        target: (batch, x, y, z), bool or integer, non-zero in the foreground.

    Returns:
        (batch, x, y, z), float64 for float64 logits and float32 for all others.

    Raises:
        LascarError: the shapes do not fit, or the target is neither bool nor integer.

    Example:
        >>> logits = torch.tensor([1.0, 3.0]).reshape(1, 2, 1, 1, 1)
        >>> foreground_margin(logits, torch.ones(1, 1, 1, 1, dtype=torch.bool)).item()
        2.0
    """
    shape, target_shape = tuple(logits.shape), tuple(target.shape)
    if logits.ndim != 5 or shape[1] != 2 or target_shape != (shape[0], *shape[2:]):
        raise LascarError(
            f"logits have shape {shape} and target {target_shape}; "
            "give (batch, 2, x, y, z) and (batch, x, y, z)"
        )
    if target.is_floating_point() or target.is_complex():
        raise LascarError(f"target has type {target.dtype}; give a bool or integer tensor")
    precise = logits if logits.dtype == torch.float64 else logits.float()
    return precise[:, 1] - precise[:, 0]

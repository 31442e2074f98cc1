"""What the losses of AtrialJSQnet's two heads expect, their precision and their reduction."""

from typing import Literal

import torch

from lascarlib.errors import LascarError

Reduction = Literal["mean", "sum"]
"""Over voxels: "mean" as in the authors' code, "sum" as JSQ prints its equations."""


def atrium_logit(logits: torch.Tensor, voxels: torch.Tensor, *, name: str) -> torch.Tensor:
    """The one channel of the LA head, once a volume of the same grid goes with it.

    Args:
        logits: (batch, 1, x, y, z), any floating type.
        voxels: (batch, x, y, z), any type.
        name: how an error calls `voxels`.

    Returns:
        (batch, x, y, z), float64 for float64 logits and float32 for all others.

    Raises:
        LascarError: the shapes do not fit.

    Example:
        >>> atrium_logit(torch.ones(2, 1, 4, 4, 3), torch.zeros(2, 4, 4, 3), name="target").shape
        torch.Size([2, 4, 4, 3])
    """
    shape, other = tuple(logits.shape), tuple(voxels.shape)
    if len(shape) != 5 or shape[1] != 1 or other != (shape[0], *shape[2:]):
        raise LascarError(
            f"logits have shape {shape} and {name} {other}; "
            "give (batch, 1, x, y, z) and (batch, x, y, z)"
        )
    return _precise(logits)[:, 0]


def wall_logits(logits: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The two channels of the scar head beside the maps they are to predict.

    Args:
        logits: (batch, 2, x, y, z), any floating type; normal wall, then scar.
        target: (batch, 2, x, y, z), floating, in [0, 1]; normal wall, then scar.

    Returns:
        Both, in float64 for float64 logits and float32 for all others.

    Raises:
        LascarError: the shapes do not fit, or the target is not floating.

    Example:
        >>> logits, target = wall_logits(torch.ones(1, 2, 1, 1, 1), torch.zeros(1, 2, 1, 1, 1))
        >>> logits.shape == target.shape
        True
    """
    shape, other = tuple(logits.shape), tuple(target.shape)
    if len(shape) != 5 or shape[1] != 2 or other != shape:
        raise LascarError(
            f"logits have shape {shape} and target {other}; give (batch, 2, x, y, z) for both"
        )
    if not target.is_floating_point():
        raise LascarError(f"target has type {target.dtype}; give probabilities as a float tensor")
    precise = _precise(logits)
    return precise, target.to(precise.dtype)


def reduce_voxels(values: torch.Tensor, *, reduction: Reduction) -> torch.Tensor:
    """The mean or the sum over all voxels of the batch.

    Args:
        values: (batch, x, y, z).
        reduction: "mean" or "sum".

    Returns:
        A scalar.

    Raises:
        LascarError: the reduction is unknown.

    Example:
        >>> reduce_voxels(torch.tensor([1.0, 2.0, 6.0]).reshape(1, 3, 1, 1), reduction="mean")
        tensor(3.)
    """
    if reduction not in ("mean", "sum"):
        raise LascarError(f"reduction is {reduction!r}; choose 'mean' or 'sum'")
    return values.mean() if reduction == "mean" else values.sum()


def _precise(logits: torch.Tensor) -> torch.Tensor:
    """Float32 at least, so that a loss under bfloat16 autocast loses no precision."""
    return logits if logits.dtype == torch.float64 else logits.float()

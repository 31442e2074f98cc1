"""One loss at every resolution of the decoder."""

from collections.abc import Callable, Sequence

import torch

from lascarlib.errors import LascarError

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""A function of logits and target."""


def deep_supervision_loss(
    outputs: Sequence[torch.Tensor], target: torch.Tensor, *, loss: Loss
) -> torch.Tensor:
    """Weighted sum of a loss over the decoder's outputs, each compared at its own resolution.

    Args:
        outputs: logits (batch, 2, x, y, z), finest first, each no larger than the one before it.
        target: (batch, x, y, z) on the grid of the first output, bool or integer.
        loss: a function of logits and target that returns a scalar.

    Returns:
        A scalar, the sum of `deep_supervision_weights` times the loss. An output of weight 0 is
        not evaluated.

    Raises:
        LascarError: there is no output, an output is larger than the target, or `loss` raises it.

    Source: BF section 2 through nnU-Net: weights 1/2^i, the lowest 0, normalised.

    Example:
        >>> fine, middle, coarse = (torch.full((1, 2, n, n, n), float(n)) for n in (8, 4, 2))
        >>> target = torch.zeros(1, 8, 8, 8, dtype=torch.int64)
        >>> total = deep_supervision_loss(
        ...     [fine, middle, coarse], target, loss=lambda logits, target: logits.mean()
        ... )
        >>> round(total.item(), 4)  # 2/3 x 8 + 1/3 x 4 + 0 x 2
        6.6667
    """
    weights = deep_supervision_weights(len(outputs))
    terms = [
        weight * loss(logits, nearest_downsample(target, tuple(logits.shape[2:])))
        for logits, weight in zip(outputs, weights, strict=True)
        if weight > 0
    ]
    return torch.stack(terms).sum()


def deep_supervision_weights(count: int) -> tuple[float, ...]:
    """The weight of each output: halved with every resolution, 0 for the lowest, summing to 1.

    Args:
        count: number of outputs, 1 or more. A single output has weight 1.

    Returns:
        `count` weights, finest first.

    Raises:
        LascarError: there is no output.

    Example:
        >>> deep_supervision_weights(3)  # 1, 1/2 and 0, divided by 3/2
        (0.6666666666666666, 0.3333333333333333, 0.0)
        >>> deep_supervision_weights(1)
        (1.0,)
    """
    if count < 1:
        raise LascarError("outputs is empty; give the logits of at least one resolution")
    if count == 1:
        return (1.0,)
    raw = [0.5**level for level in range(count - 1)]
    return (*(weight / sum(raw) for weight in raw), 0.0)


def nearest_downsample(target: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """A label on a coarser grid, each voxel taking the value found at its centre.

    Args:
        target: (batch, x, y, z), any type.
        shape: (x, y, z) of the result, no larger than the target on any axis.

    Returns:
        (batch, *shape), of the target's type; the target itself when the shape is its own.

    Raises:
        LascarError: `shape` has not three axes, or is larger than the target.

    Example:
        >>> nearest_downsample(torch.arange(6).reshape(1, 6, 1, 1), (3, 1, 1)).ravel()
        tensor([1, 3, 5])
    """
    full = tuple(target.shape[1:])
    fits = len(shape) == len(full) == 3 and all(
        1 <= size <= length for size, length in zip(shape, full, strict=True)
    )
    if not fits:
        raise LascarError(
            f"target has shape {tuple(target.shape)} and an output {shape}; "
            "give outputs no larger than the target, finest first"
        )
    for axis, (size, length) in enumerate(zip(shape, full, strict=True), start=1):
        if size != length:
            step = torch.arange(size, device=target.device)
            target = target.index_select(axis, (2 * step + 1) * length // (2 * size))
    return target

"""Instance normalisation that leaves channels-last volumes where they lie."""

from collections.abc import Iterator
from math import gcd
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

_LANES = 256
"""Channels and neighbouring voxels worked on side by side: a few of a processor's registers."""


class InstanceNorm(nn.InstanceNorm3d):
    """Instance norm with learned scale and shift, as PyTorch's, and quicker on a processor.

    PyTorch's own brings a channels-last volume channels first, and the next convolution brings it
    back. Here every volume is read as rows of neighbouring voxels with all their channels, whose
    means and variances are then pooled: a batch norm with many columns.

    Args:
        channels: of the input.

    Shapes:
        input and output: (batch, channels, x, y, z).

    Raises:
        ValueError: in training, a volume of one voxel, which has no variance.

    Source: Ulyanov, Vedaldi and Lempitsky, Instance Normalization, arXiv:1607.08022.

    Example:
        >>> volume = torch.tensor([1.0, 3.0]).reshape(1, 1, 2, 1, 1)  # mean 2, standard deviation 1
        >>> with torch.no_grad():
        ...     [round(float(value), 4) for value in InstanceNorm(1)(volume).flatten()]
        [-1.0, 1.0]
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-5, affine=True)

    def forward(self, volume: Tensor) -> Tensor:
        """Normalise every channel of every item over its voxels."""
        last = volume.is_contiguous(memory_format=torch.channels_last_3d)
        if volume.device.type != "cpu" or not last or volume[0, 0].numel() == 1:
            return super().forward(volume)
        found: Tensor = _ChannelsLast.apply(volume, self.weight, self.bias, self.eps)
        return found


class _ChannelsLast(torch.autograd.Function):
    """The norm of a channels-last batch, item by item, and its gradient."""

    @staticmethod
    def forward(ctx: Any, volume: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        """Volume (batch, channels, x, y, z), scale and shift (channels); returns the volume's."""
        out = torch.empty_like(volume)
        fold = _fold(volume)
        scale, shift = weight.repeat(fold), bias.repeat(fold)
        pooled = []
        for rows, answer in zip(_rows(volume), _rows(out), strict=True):
            mean, variance = _pooled(rows, fold)
            nothing = rows.new_empty(0, dtype=mean.dtype)
            torch.native_batch_norm(
                rows, scale, shift, mean, variance, False, 0.0, eps, out=(answer, nothing, nothing)
            )
            pooled.append(torch.stack([mean, variance]))
        ctx.save_for_backward(volume, weight, *pooled)
        ctx.eps = eps
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """Gradients of volume, scale and shift.

        With n voxels, deviation s and normalised volume v, the volume's is
        weight / s (gradient - sum(gradient) / n - v sum(gradient v) / n).
        """
        volume, weight, *pooled = ctx.saved_tensors
        gradient = gradient.contiguous(memory_format=torch.channels_last_3d)
        answer = torch.empty_like(volume)
        fold, channels, voxels = _fold(volume), len(weight), volume[0, 0].numel()
        of_scale, of_shift = torch.zeros_like(weight), torch.zeros_like(weight)
        for rows, slopes, found, (mean, variance) in zip(
            _rows(volume), _rows(gradient), _rows(answer), pooled, strict=True
        ):
            direct, scale, shift = torch.ops.aten.native_batch_norm_backward(
                slopes,
                rows,
                weight.repeat(fold),
                mean,
                variance,
                mean[:0],
                mean[:0],
                False,
                ctx.eps,
                (True, True, True),
            )
            scale, shift = (columns.view(fold, channels).sum(dim=0) for columns in (scale, shift))
            inverse = (variance[:channels] + ctx.eps).rsqrt()
            slope = -weight * inverse**2 * scale / voxels
            offset = -weight * inverse * shift / voxels - slope * mean[:channels]
            slope, offset = (part.repeat(fold).to(rows.dtype) for part in (slope, offset))
            torch.addcmul(direct, rows, slope, out=found).add_(offset)
            of_scale += scale
            of_shift += shift
        return answer, of_scale, of_shift, None


def _fold(volume: Tensor) -> int:
    """How many neighbouring voxels make a row."""
    return gcd(volume[0, 0].numel(), max(1, _LANES // volume.shape[1]))


def _rows(volume: Tensor) -> Iterator[Tensor]:
    """Every item of a channels-last batch as (rows, neighbouring voxels x channels), a view."""
    columns = _fold(volume) * volume.shape[1]
    for item in volume:
        yield item.permute(1, 2, 3, 0).view(-1, columns)


def _pooled(rows: Tensor, fold: int) -> tuple[Tensor, Tensor]:
    """Mean and variance of every channel, for every column: the columns hold equally many voxels.

    The variance of all is the mean of the columns' variances plus the variance of their means.
    """
    columns = rows.shape[1]
    # Running statistics in float32 ask for float32 answers, also of bfloat16 volumes.
    kind = torch.promote_types(rows.dtype, torch.float32)
    means, variances = torch.batch_norm_update_stats(
        rows, torch.zeros(columns, dtype=kind), torch.ones(columns, dtype=kind), 0.0
    )
    by_channel = means.view(fold, -1)
    mean = by_channel.mean(dim=0)
    variance = variances.view(fold, -1).mean(dim=0) + by_channel.var(dim=0, correction=0)
    return mean.repeat(fold), variance.repeat(fold)

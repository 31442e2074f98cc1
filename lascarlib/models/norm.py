"""Instance normalisation that leaves channels-last volumes where they lie."""

from math import gcd

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_LANES = 256
"""Channels and neighbouring voxels worked on side by side: a few of a processor's registers."""


class InstanceNorm(nn.InstanceNorm3d):
    """Instance norm with learned scale and shift, as PyTorch's, and quicker when predicting.

    PyTorch's own brings a channels-last volume channels first, and the next convolution brings it
    back. One volume without gradients is instead read as rows of neighbouring voxels with all
    their channels, whose means and variances are then pooled: a batch norm with many columns.

    Args:
        channels: of the input.

    Shapes:
        input and output: (batch, channels, x, y, z).

    Example:
        >>> volume = torch.tensor([1.0, 3.0]).reshape(1, 1, 2, 1, 1)  # mean 2, standard deviation 1
        >>> with torch.inference_mode():
        ...     [round(float(value), 4) for value in InstanceNorm(1)(volume).flatten()]
        [-1.0, 1.0]
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-5, affine=True)

    def forward(self, volume: Tensor) -> Tensor:
        """Normalise every channel of every item over its voxels."""
        if (
            torch.is_grad_enabled()
            or volume.device.type != "cpu"
            or len(volume) > 1
            or not volume.is_contiguous(memory_format=torch.channels_last_3d)
        ):
            return super().forward(volume)
        voxels, channels = volume[0, 0].numel(), volume.shape[1]
        fold = gcd(voxels, max(1, _LANES // channels))
        columns = fold * channels
        rows = volume.permute(0, 2, 3, 4, 1).reshape(voxels // fold, columns)
        mean, variance = _pooled(rows, fold)
        scale, shift = self.weight.repeat(fold), self.bias.repeat(fold)
        scored = F.batch_norm(rows, mean, variance, scale, shift, eps=self.eps)
        return scored.view(1, *volume.shape[2:], channels).permute(0, 4, 1, 2, 3)


def _pooled(rows: Tensor, fold: int) -> tuple[Tensor, Tensor]:
    """Mean and variance of every channel, for every column: the columns hold equally many voxels.

    The variance of all is the mean of the columns' variances plus the variance of their means.
    """
    columns = rows.shape[1]
    # Running statistics in float32 ask for float32 answers, also of bfloat16 volumes.
    means, variances = torch.batch_norm_update_stats(
        rows, torch.zeros(columns), torch.ones(columns), 0.0
    )
    by_channel = means.view(fold, -1)
    mean = by_channel.mean(dim=0)
    variance = variances.view(fold, -1).mean(dim=0) + by_channel.var(dim=0, correction=0)
    return mean.repeat(fold), variance.repeat(fold)

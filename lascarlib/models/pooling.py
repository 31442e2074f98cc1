"""Where a U-Net pools and how wide its kernels are: nnU-Net's rules for a patch and a spacing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

MIN_BOTTLENECK_VOXELS = 4
"""No axis is pooled below this size."""
NEARLY_ISOTROPIC = 2.0
"""Spacings under this ratio are treated alike."""

Voxels = tuple[int, int, int]
"""Sizes, strides or kernels along three axes, whatever their order."""


@dataclass(frozen=True)
class Pooling:
    """The resolutions of a U-Net, finest first; three axes in the order they were asked for.

    Args:
        patch_size: the patch, padded so that every pooling divides it.
        strides: step on entering each resolution; the first is (1, 1, 1).
        kernel_sizes: of the convolutions at each resolution; the coarsest has (3, 3, 3).
    """

    patch_size: Voxels
    strides: tuple[Voxels, ...]
    kernel_sizes: tuple[Voxels, ...]

    @property
    def divisibility(self) -> Voxels:
        """The product of the strides: a patch's edges must be multiples of it."""
        z, y, x = (math.prod(axis) for axis in zip(*self.strides, strict=True))
        return (z, y, x)


def pooling_for(patch_size: Sequence[float], *, spacing_mm: Sequence[float]) -> Pooling:
    """Pool every axis that is long and fine enough, until none is left.

    An axis is long enough with 8 voxels, or 12 if no other axis pools with it, and fine enough
    while its spacing, doubled by every pooling, is under twice the finest of the long ones. A
    kernel becomes 3 wide along an axis once that axis' spacing is under twice the finest of all,
    and is 1 until then, so that in-plane and through-plane steps cover comparable lengths.

    Args:
        patch_size: three sizes in voxels; a half, as a median may have, is padded away.
        spacing_mm: three voxel edge lengths in mm, in the same order.

    Returns:
        The padded patch with the strides and kernels of each resolution.

    Source: the planner of nnU-Net 2, which BF adopts (section 2).

    Example:
        >>> pooling = pooling_for((20, 40, 40), spacing_mm=(2.5, 1.0, 1.0))
        >>> pooling.strides[1:]  # z joins once the plane has reached 2 mm
        ((1, 2, 2), (2, 2, 2), (2, 2, 2))
        >>> pooling.kernel_sizes
        ((1, 3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3))
        >>> pooling.patch_size, pooling.divisibility
        ((20, 40, 40), (4, 8, 8))
    """
    sizes, spacings = list(patch_size), list(spacing_mm)
    strides, kernels = [(1, 1, 1)], []
    kernel = [1, 1, 1]
    while pooled := _axes_to_pool(sizes, spacings):
        kernel = _kernel(kernel, spacings)
        kernels.append(_triple(kernel))
        strides.append(_triple([2 if axis in pooled else 1 for axis in range(3)]))
        for axis in pooled:
            sizes[axis] = math.ceil(sizes[axis] / 2)
            spacings[axis] *= 2
    kernels.append((3, 3, 3))
    steps = [math.prod(axis) for axis in zip(*strides, strict=True)]
    padded = [math.ceil(n / step) * step for n, step in zip(patch_size, steps, strict=True)]
    return Pooling(_triple(padded), tuple(strides), tuple(kernels))


def _axes_to_pool(sizes: Sequence[float], spacings: Sequence[float]) -> list[int]:
    """The axes that the next pooling halves; none when pooling is over."""
    long = [axis for axis in range(3) if sizes[axis] >= 2 * MIN_BOTTLENECK_VOXELS]
    if not long:
        return []
    finest = min(spacings[axis] for axis in long)
    pooled = [axis for axis in long if spacings[axis] / finest < NEARLY_ISOTROPIC]
    if len(pooled) == 1 and sizes[pooled[0]] < 3 * MIN_BOTTLENECK_VOXELS:
        return []
    return pooled


def _kernel(kernel: Sequence[int], spacings: Sequence[float]) -> list[int]:
    """Widen the kernel to 3 along every axis that is nearly as fine as the finest."""
    finest = min(spacings)
    return [
        3 if width == 3 or spacing / finest < NEARLY_ISOTROPIC else 1
        for width, spacing in zip(kernel, spacings, strict=True)
    ]


def _triple(values: Sequence[int]) -> Voxels:
    """Three values as a tuple."""
    first, second, third = values
    return (first, second, third)

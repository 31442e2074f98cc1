"""How large a training patch is: as much of an image as the memory holds."""

import math

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.models.budget import Budget
from lascarlib.models.plan import feature_map_estimate
from lascarlib.models.pooling import Pooling, pooling_for

INITIAL_PATCH_EDGE = 256
"""The first patch has the volume of a cube of this edge."""
LOW_RESOLUTION_SHARE = 0.25
"""Under this share of the median volume a patch sees too little of an image."""
LOW_RESOLUTION_STEP = 1.03
"""Factor by which the spacing grows until a patch sees enough."""
LOW_RESOLUTION_GAIN = 2.0
"""A low resolution is worth it when it has so many times fewer voxels."""


def planned_pooling(
    target: np.ndarray, median: np.ndarray, *, n_labels: int, budget: Budget
) -> Pooling:
    """The largest patch that a budget affords, with its network.

    It starts from `initial_patch` and is shortened, always along the axis that is longest relative
    to the median image (the last one among equals), until the network fits.

    Args:
        target: (3,) spacing in mm.
        median: (3,) median image size in voxels, the axes in the same order.
        n_labels: labels, background included.
        budget: what the network may cost.

    Returns:
        Patch, strides and kernels.

    Raises:
        LascarError: the budget affords no patch that can be pooled.

    Example:
        >>> small = Budget(memory_gb=1.0)  # 70 million elements
        >>> cube = np.full(3, 128.0)
        >>> planned_pooling(np.ones(3), cube, n_labels=2, budget=small).patch_size
        (64, 64, 64)
    """
    spacing_mm = tuple(float(value) for value in target)
    pooling = first = pooling_for(initial_patch(target, median), spacing_mm=spacing_mm)
    while planning_estimate(pooling, n_labels=n_labels, budget=budget) > budget.feature_map_limit:
        sizes = list(pooling.patch_size)
        ratios = [size / full for size, full in zip(sizes, median, strict=True)]
        axis = max(range(3), key=lambda candidate: (ratios[candidate], candidate))
        # A shorter axis may pool once less: the step is what the shortened patch must divide by.
        shortened = sizes.copy()
        shortened[axis] -= pooling.divisibility[axis]
        sizes[axis] -= pooling_for(shortened, spacing_mm=spacing_mm).divisibility[axis]
        if sizes[axis] < 1:
            raise _too_small(budget)
        pooling = pooling_for(sizes, spacing_mm=spacing_mm)
    if pooling != first and len(pooling.strides) == 1:
        raise _too_small(budget)
    return pooling


def initial_patch(target: np.ndarray, median: np.ndarray) -> list[float]:
    """A patch as wide in mm along every axis, of 256 cubed voxels, no larger than the median image.

    Args:
        target: (3,) spacing in mm.
        median: (3,) median image size in voxels, the axes in the same order.

    Returns:
        Three sizes in voxels; a half remains where the median of the sizes has one.

    Example:
        >>> initial_patch(np.array([4.0, 1.0, 1.0]), np.array([200.0, 300.5, 900.0]))
        [102, 300.5, 406]
    """
    aspect = 1 / target
    edges = aspect * (INITIAL_PATCH_EDGE**3 / aspect.prod()) ** (1 / 3)
    return [min(round(edge), float(size)) for edge, size in zip(edges, median, strict=True)]


def needs_low_resolution(
    patch_voxels: int, target: np.ndarray, median: np.ndarray, *, n_labels: int, budget: Budget
) -> bool:
    """Whether nnU-Net would also plan a network on coarser images, for patches to see enough.

    Where a patch covers under a quarter of the median image, the spacing grows in steps of 3 %
    (axes less than half as coarse as the coarsest first, then all) until the patch planned there
    covers a quarter. The coarser images count when they have at most half as many voxels.

    Args:
        patch_voxels: of the patch at full resolution.
        target: (3,) spacing in mm.
        median: (3,) median image size in voxels, the axes in the same order.
        n_labels: labels, background included.
        budget: what the network may cost.

    Returns:
        True where it would; the Dice loss of the full resolution then sums over the whole batch.

    Raises:
        LascarError: the budget is too small.

    Example:
        >>> cube = {"target": np.ones(3), "n_labels": 2, "budget": Budget()}
        >>> needs_low_resolution(128**3, median=np.full(3, 200.0), **cube)  # 26 % of 200 ** 3
        False
        >>> needs_low_resolution(128**3, median=np.full(3, 300.0), **cube)  # 8 % of 300 ** 3
        True
    """
    spacing, voxels = target.copy(), float(median.prod())
    while patch_voxels / voxels < LOW_RESOLUTION_SHARE:
        finer = spacing.max() / spacing > 2
        spacing[finer if finer.any() else slice(None)] *= LOW_RESOLUTION_STEP
        sizes = target / spacing * median
        voxels = float(sizes.prod())
        pooling = planned_pooling(spacing, np.round(sizes), n_labels=n_labels, budget=budget)
        patch_voxels = math.prod(pooling.patch_size)
    return bool(float(median.prod()) / voxels >= LOW_RESOLUTION_GAIN)


def planning_estimate(pooling: Pooling, *, n_labels: int, budget: Budget) -> int:
    """The estimate that decides: nnU-Net plans on a network without its coarser outputs.

    Args:
        pooling: the patch with its strides.
        n_labels: labels, background included.
        budget: whose channels the network has.

    Returns:
        Elements of the feature maps of one patch.

    Example:
        >>> pooling = pooling_for((56, 96, 128), spacing_mm=(1.0, 1.0, 1.0))
        >>> planning_estimate(pooling, n_labels=2, budget=Budget())  # + 2 x 56 x 96 x 128 outputs
        147818496
    """
    return feature_map_estimate(
        pooling, n_labels=n_labels, base_features=budget.base_features, deep_supervision=False
    )


def _too_small(budget: Budget) -> LascarError:
    return LascarError(
        f"a memory of {budget.memory_gb:g} GB affords no patch that can be halved, and a U-Net "
        "halves once at least; give more"
    )

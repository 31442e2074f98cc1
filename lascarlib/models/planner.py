"""nnU-Net's self-configuration: from the fingerprint of a data set to the plan of a network."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.models.budget import BUDGETS, Budget
from lascarlib.models.measures import read_measures
from lascarlib.models.patch import needs_low_resolution, planned_pooling, planning_estimate
from lascarlib.models.plan import Plan

ANISOTROPY = 3.0
"""A spacing beyond this multiple of the others is anisotropic."""
LARGEST_BATCH_SHARE = 0.05
"""A batch holds no more than this share of the data set's voxels."""
MASKED_NORM_SHARE = 0.75
"""Under this median share of voxels left by cropping, the background is left out of the z-score."""


def plan(
    fingerprint: Mapping[str, Any], dataset: Mapping[str, Any], *, budget: Budget = BUDGETS["gpu"]
) -> Plan:
    """Plan the full-resolution 3D network for a data set, as nnU-Net 2 plans it.

    All axes are nnU-Net's (z, y, x); arrays elsewhere in this library are (x, y, z).

    Args:
        fingerprint: `shapes_after_crop` in voxels and `spacings` in mm, a (z, y, x) triple a case,
            and `median_relative_size_after_cropping`, as in nnU-Net's `dataset_fingerprint.json`.
        dataset: `channel_names`, `labels` (background included) and `numTraining`, as in nnU-Net's
            `dataset.json`.
        budget: what the network may cost. nnU-Net's own by default; a smaller one shrinks patch,
            batch and channels, and leaves spacing, pooling and kernels to the same rules.

    Returns:
        The plan. Every channel is z-scored, as magnetic resonance is.

    Raises:
        LascarError: a key is missing or holds nonsense, the median image is no volume, or the
            budget is too small.

    Source: the planner of nnU-Net 2, which BF adopts (section 2).

    Example:
        >>> small = plan(
        ...     {
        ...         "shapes_after_crop": [[55, 89, 120]] * 80,
        ...         "spacings": [[1.0, 1.0, 1.0]] * 80,
        ...         "median_relative_size_after_cropping": 1.0,
        ...     },
        ...     {"channel_names": {"0": "MRI"}, "labels": {"bg": 0, "LA": 1}, "numTraining": 80},
        ... )
        >>> small.patch_size, small.batch_size, small.features_per_stage
        ((56, 96, 128), 3, (32, 64, 128, 256, 320))
        >>> small.feature_map_estimate  # 146,442,240 in convolutions + 1,572,480 in outputs
        148014720
    """
    measures = read_measures(fingerprint, dataset)
    target = target_spacing(measures.shapes, measures.spacings)
    sizes = np.round(measures.spacings / target * measures.shapes)
    median = np.median(sizes, axis=0)
    coarsest = int(target.argmax())
    order = [coarsest, *(axis for axis in range(3) if axis != coarsest)]
    target, median = target[order], median[order]
    if median.min() < 1 or median[0] == 1:
        raise LascarError(
            f"the median image has {_triple(median)} voxels at {_triple(target)} mm, which is no "
            "volume; leave out cases of a single slice"
        )
    n_labels = measures.n_labels
    pooling = planned_pooling(target, median, n_labels=n_labels, budget=budget)
    patch_voxels = math.prod(pooling.patch_size)
    return Plan(
        transpose_forward=(order[0], order[1], order[2]),
        spacing_mm=_triple(target),
        median_image_size_in_voxels=_triple(median),
        pooling=pooling,
        batch_size=batch_size(
            planning_estimate(pooling, n_labels=n_labels, budget=budget),
            patch_voxels=patch_voxels,
            dataset_voxels=measures.n_cases * float(median.prod()),
            budget=budget,
        ),
        n_channels=measures.n_channels,
        n_labels=n_labels,
        use_mask_for_norm=measures.relative_size < MASKED_NORM_SHARE,
        batch_dice=needs_low_resolution(
            patch_voxels, target, median, n_labels=n_labels, budget=budget
        ),
        base_features=budget.base_features,
    )


def target_spacing(shapes: np.ndarray, spacings: np.ndarray) -> np.ndarray:
    """The spacing that all images are resampled to: the median, but finer through thick slices.

    When the coarsest axis has more than three times the largest of the other spacings, and its
    median size times three is under the smallest of the others, it takes the 10th percentile of its
    spacings instead of the median, kept a hair above the others.

    Args:
        shapes: (cases, 3) in voxels.
        spacings: (cases, 3) in mm, the axes in the same order.

    Returns:
        (3,) in mm.

    Example:
        >>> spacings = np.array([[10.0, 1.5, 1.5]] * 8 + [[5.0, 1.5, 1.5]] * 2)
        >>> target_spacing(np.array([[12, 200, 200]] * 10), spacings)
        array([5. , 1.5, 1.5])
    """
    # nnU-Net's medians are 50th percentiles, whose last digit may differ from np.median's.
    target = np.percentile(spacings, 50, axis=0)
    sizes = np.percentile(shapes, 50, axis=0)
    coarsest = int(target.argmax())
    other_spacing = np.delete(target, coarsest).max()
    other_size = np.delete(sizes, coarsest).min()
    thick = target[coarsest] > ANISOTROPY * other_spacing
    few = ANISOTROPY * sizes[coarsest] < other_size
    if thick and few:
        finer = float(np.percentile(spacings[:, coarsest], 10))
        # Never finer than the others: the coarsest axis stays the coarsest.
        target[coarsest] = finer if finer >= other_spacing else other_spacing + 1e-5
    return target


def batch_size(
    estimate: int, *, patch_voxels: int, dataset_voxels: float, budget: Budget = BUDGETS["gpu"]
) -> int:
    """As many patches as fit the memory and 5 % of the data set, and never fewer than two.

    Args:
        estimate: elements of the feature maps of one patch.
        patch_voxels: voxels of one patch.
        dataset_voxels: voxels of all images, the median size taken for each.
        budget: whose memory is filled.

    Returns:
        Patches in a batch, 2 or more.

    Example:
        >>> batch_size(140_000_000, patch_voxels=1000, dataset_voxels=1e9)  # 560 / 140 x 2
        8
        >>> batch_size(140_000_000, patch_voxels=1000, dataset_voxels=1e5)  # 5 % is five patches
        5
    """
    by_memory = round(budget.feature_map_limit / estimate * 2)
    by_share = round(dataset_voxels * LARGEST_BATCH_SHARE / patch_voxels)
    return max(2, min(by_memory, by_share))


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    """Three plain floats."""
    first, second, third = (float(value) for value in values)
    return (first, second, third)

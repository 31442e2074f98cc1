"""nnU-Net's self-configuration: from the fingerprint of a data set to the plan of a network."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.models.plan import Plan, feature_map_estimate
from lascarlib.models.pooling import Pooling, pooling_for

MEMORY_BUDGET = 560_000_000
"""Elements of the feature maps of one patch that a batch of two may have."""
INITIAL_PATCH_EDGE = 256
"""The first patch has the volume of a cube of this edge."""
ANISOTROPY = 3.0
"""A spacing beyond this multiple of the others is anisotropic."""
LARGEST_BATCH_SHARE = 0.05
"""A batch holds no more than this share of the data set's voxels."""
LOW_RESOLUTION_SHARE = 0.25
"""Under this share of the median volume a patch sees too little of an image."""
MASKED_NORM_SHARE = 0.75
"""Under this median share of voxels left by cropping, the background is left out of the z-score."""


def plan(fingerprint: Mapping[str, Any], dataset: Mapping[str, Any]) -> Plan:
    """Plan the full-resolution 3D network for a data set, as nnU-Net 2 plans it.

    All axes are nnU-Net's (z, y, x); arrays elsewhere in this library are (x, y, z).

    Args:
        fingerprint: `shapes_after_crop` in voxels and `spacings` in mm, a (z, y, x) triple a case,
            and `median_relative_size_after_cropping`, as in nnU-Net's `dataset_fingerprint.json`.
        dataset: `channel_names`, `labels` (background included) and `numTraining`, as in nnU-Net's
            `dataset.json`.

    Returns:
        The plan. Every channel is z-scored, as magnetic resonance is.

    Raises:
        LascarError: a key is missing, there is no case, shapes and spacings are not one triple of
            positive numbers a case, or a median size is under one voxel.

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
    shapes, spacings = _cases(fingerprint)
    n_channels = len(_entry(dataset, "channel_names", "dataset"))
    n_labels = len(_entry(dataset, "labels", "dataset"))
    target = target_spacing(shapes, spacings)
    median = np.median(np.round(spacings / target * shapes), axis=0)
    coarsest = int(target.argmax())
    order = [coarsest, *(axis for axis in range(3) if axis != coarsest)]
    target, median = target[order], median[order]
    pooling = _fit_memory(initial_patch(target, median), target, median, n_labels=n_labels)
    patch_voxels, median_voxels = math.prod(pooling.patch_size), float(median.prod())
    return Plan(
        transpose_forward=(order[0], order[1], order[2]),
        spacing_mm=_triple(target),
        median_image_size_in_voxels=_triple(median),
        pooling=pooling,
        batch_size=batch_size(
            feature_map_estimate(pooling, n_labels=n_labels),
            patch_voxels=patch_voxels,
            dataset_voxels=_entry(dataset, "numTraining", "dataset") * median_voxels,
        ),
        n_channels=n_channels,
        n_labels=n_labels,
        use_mask_for_norm=bool(
            _entry(fingerprint, "median_relative_size_after_cropping", "fingerprint")
            < MASKED_NORM_SHARE
        ),
        batch_dice=patch_voxels / median_voxels < LOW_RESOLUTION_SHARE,
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
    target = np.median(spacings, axis=0)
    sizes = np.median(shapes, axis=0)
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


def initial_patch(target: np.ndarray, median: np.ndarray) -> list[int]:
    """A patch as wide in mm along every axis, of 256 cubed voxels, no larger than the median image.

    Args:
        target: (3,) spacing in mm.
        median: (3,) median image size in voxels, the axes in the same order.

    Returns:
        Three sizes in voxels.

    Example:
        >>> initial_patch(np.array([4.0, 1.0, 1.0]), np.array([200.0, 300.0, 900.0]))
        [102, 300, 406]
    """
    aspect = 1 / target
    edges = aspect * (INITIAL_PATCH_EDGE**3 / aspect.prod()) ** (1 / 3)
    return [int(min(round(edge), size)) for edge, size in zip(edges, median, strict=True)]


def batch_size(estimate: int, *, patch_voxels: int, dataset_voxels: float) -> int:
    """As many patches as fit the memory and 5 % of the data set, and never fewer than two.

    Args:
        estimate: elements of the feature maps of one patch.
        patch_voxels: voxels of one patch.
        dataset_voxels: voxels of all images, the median size taken for each.

    Returns:
        Patches in a batch, 2 or more.

    Example:
        >>> batch_size(140_000_000, patch_voxels=1000, dataset_voxels=1e9)  # 560 / 140 x 2
        8
        >>> batch_size(140_000_000, patch_voxels=1000, dataset_voxels=1e5)  # 5 % is five patches
        5
    """
    by_memory = round(MEMORY_BUDGET / estimate * 2)
    by_share = round(dataset_voxels * LARGEST_BATCH_SHARE / patch_voxels)
    return max(2, min(by_memory, by_share))


def _fit_memory(
    patch: list[int], target: np.ndarray, median: np.ndarray, *, n_labels: int
) -> Pooling:
    """Shrink the patch, always along its relatively longest axis, until its network fits."""
    spacing_mm = _triple(target)
    pooling = pooling_for(patch, spacing_mm=spacing_mm)
    while feature_map_estimate(pooling, n_labels=n_labels) > MEMORY_BUDGET:
        sizes = list(pooling.patch_size)
        ratios = [size / full for size, full in zip(sizes, median, strict=True)]
        axis = max(range(3), key=lambda candidate: (ratios[candidate], candidate))
        # A shorter axis may pool once less: the step is what the shortened patch must divide by.
        shortened = sizes.copy()
        shortened[axis] -= pooling.divisibility[axis]
        sizes[axis] -= pooling_for(shortened, spacing_mm=spacing_mm).divisibility[axis]
        pooling = pooling_for(sizes, spacing_mm=spacing_mm)
    return pooling


def _cases(fingerprint: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Shapes and spacings of a fingerprint as (cases, 3) arrays."""
    shapes = np.array(_entry(fingerprint, "shapes_after_crop", "fingerprint"), dtype=np.float64)
    spacings = np.array(_entry(fingerprint, "spacings", "fingerprint"), dtype=np.float64)
    if shapes.ndim != 2 or shapes.shape[1:] != (3,) or shapes.shape != spacings.shape:
        raise LascarError(
            f"fingerprint holds shapes {shapes.shape} and spacings {spacings.shape}; "
            "give one triple of each for every case, and at least one case"
        )
    if not ((shapes >= 1).all() and (spacings > 0).all()):
        raise LascarError("fingerprint holds a size or spacing of 0 or less; repair that case")
    return shapes, spacings


def _entry(record: Mapping[str, Any], key: str, name: str) -> Any:
    """A value that must be there."""
    if key not in record:
        raise LascarError(f"{name} has no {key!r}; give all the keys that plan() lists")
    return record[key]


def _triple(values: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """Three plain floats."""
    first, second, third = (float(value) for value in values)
    return (first, second, third)

"""Distances between the surfaces of two masks, computed once and read by every metric."""

from dataclasses import dataclass

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.evaluation.overlap import check_pair
from lascarlib.geometry.distance import euclidean_distance
from lascarlib.geometry.grid import bounding_box
from lascarlib.geometry.mask import check_spacing
from lascarlib.geometry.surface import surface_voxels


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """How far each surface voxel of one mask is from the surface of the other.

    Args:
        prediction_to_target_mm: float64, one distance for each surface voxel of the prediction.
        target_to_prediction_mm: float64, one distance for each surface voxel of the target.

    Example:
        >>> SurfaceDistances(np.array([0.0, 1.0]), np.array([3.0])).pooled_mm
        array([0., 1., 3.])
    """

    prediction_to_target_mm: np.ndarray
    target_to_prediction_mm: np.ndarray

    @property
    def pooled_mm(self) -> np.ndarray:
        """The distances of both directions, one after the other."""
        return np.concatenate([self.prediction_to_target_mm, self.target_to_prediction_mm])


def surface_distances(
    prediction: np.ndarray, target: np.ndarray, *, spacing_mm: tuple[float, float, float]
) -> SurfaceDistances:
    """Distances between the surface voxels of two masks, in both directions.

    A surface voxel is a voxel of the mask with background at one of its six faces; outside the
    volume is background. Distances are between voxel centres.

    Args:
        prediction: bool (x, y, z).
        target: bool (x, y, z), the reference.
        spacing_mm: voxel edge lengths along x, y, z in mm.

    Returns:
        The two lists of distances. An empty mask has no surface, so its own list is empty and the
        other mask's distances are infinite.

    Raises:
        LascarError: an argument is not a bool volume, the shapes differ, or the spacing is not
            three lengths above 0.

    Source: BF section 4 and JSQ section 4.1 (ASD, HD); the same surface as medpy 0.5.2.

    Example:
        >>> prediction, target = np.zeros((2, 6, 1, 1), bool)
        >>> prediction[1], target[3:5] = True, True
        >>> distances = surface_distances(prediction, target, spacing_mm=(1.5, 1.0, 1.0))
        >>> distances.prediction_to_target_mm, distances.target_to_prediction_mm
        (array([3.]), array([3. , 4.5]))
    """
    check_pair(prediction, target)
    check_spacing(spacing_mm)
    either = prediction | target
    if not either.any():
        return SurfaceDistances(np.empty(0), np.empty(0))
    box = bounding_box(either).slices
    ours, theirs = surface_voxels(prediction[box]), surface_voxels(target[box])
    return SurfaceDistances(
        prediction_to_target_mm=_distances(ours, theirs, spacing_mm),
        target_to_prediction_mm=_distances(theirs, ours, spacing_mm),
    )


def average_surface_distance(distances: SurfaceDistances) -> float:
    """Mean over the surface voxels of both masks of the distance to the other's surface (ASD).

    Both directions are pooled, so every surface voxel counts once; averaging the two directions'
    means instead gives another number where the surfaces differ in size.

    Args:
        distances: from `surface_distances`.

    Returns:
        A float in mm, 0 or more. Two empty masks: 0. One empty mask alone: infinity.

    Source: BF section 4, JSQ section 4.1; medpy 0.5.2's `assd`.

    Example:
        >>> average_surface_distance(SurfaceDistances(np.array([0.0, 2.0]), np.array([4.0])))
        2.0
    """
    pooled = distances.pooled_mm
    return float(pooled.mean()) if pooled.size else 0.0


def hausdorff_distance(distances: SurfaceDistances, *, percentile: float = 100.0) -> float:
    """The largest distance from a surface voxel of either mask to the other's surface (HD).

    Args:
        distances: from `surface_distances`.
        percentile: 100 is the maximum, which both papers report; 95 gives the HD95 of other
            papers, taken over both directions pooled and interpolated linearly.

    Returns:
        A float in mm, 0 or more. Two empty masks: 0. One empty mask alone: infinity.

    Raises:
        LascarError: `percentile` is not within 0 to 100.

    Source: BF section 4, JSQ section 4.1.

    Example:
        >>> far = SurfaceDistances(np.array([0.0, 2.0]), np.array([4.0]))
        >>> hausdorff_distance(far), hausdorff_distance(far, percentile=50)
        (4.0, 2.0)
    """
    if not 0 <= percentile <= 100:
        raise LascarError(f"percentile is {percentile}; give a number from 0 to 100")
    pooled = distances.pooled_mm
    if not pooled.size:
        return 0.0
    if np.isinf(pooled).any():
        return float("inf")
    return float(np.percentile(pooled, percentile))


def _distances(
    surface: np.ndarray, other: np.ndarray, spacing_mm: tuple[float, float, float]
) -> np.ndarray:
    """Distance from each voxel of one surface to the other, infinite where there is no other."""
    if not other.any():
        return np.full(np.count_nonzero(surface), np.inf)
    return euclidean_distance(~other, spacing_mm=spacing_mm)[surface].astype(np.float64)

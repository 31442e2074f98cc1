"""One order of the axes for every scan: x to the patient's left, y to the back, z to the head."""

import numpy as np
from nibabel import orientations

_LPS = orientations.axcodes2ornt("LPS")


def to_lps(array: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Order and flip the axes so that they run to left, posterior and superior.

    No voxel is resampled: the axes of an oblique scan are those that run closest to these.

    Args:
        array: (x, y, z), as it is stored.
        affine: (4, 4), voxel index to RAS+ world mm.

    Returns:
        The same voxels; the array itself where it is in this order already.

    Example:
        >>> stored = np.arange(3).reshape(3, 1, 1)
        >>> to_lps(stored, np.eye(4)).ravel().tolist()
        [2, 1, 0]
    """
    return _turn(array, orientations.ornt_transform(orientations.io_orientation(affine), _LPS))


def from_lps(array: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Undo `to_lps`.

    Args:
        array: (x, y, z) in the order left, posterior, superior.
        affine: (4, 4) of the array as it is stored.

    Returns:
        The same voxels in the stored order.

    Example:
        >>> from_lps(np.arange(3).reshape(3, 1, 1), np.eye(4)).ravel().tolist()
        [2, 1, 0]
    """
    return _turn(array, orientations.ornt_transform(_LPS, orientations.io_orientation(affine)))


def lps_affine(affine: np.ndarray, *, shape: tuple[int, ...]) -> np.ndarray:
    """Affine of what `to_lps` returns.

    Args:
        affine: (4, 4) of the array as it is stored.
        shape: its shape.

    Returns:
        float64 (4, 4), voxel index to RAS+ world mm.

    Example:
        >>> lps_affine(np.eye(4), shape=(3, 1, 1))[0].tolist()
        [-1.0, 0.0, 0.0, 2.0]
    """
    turn = orientations.ornt_transform(orientations.io_orientation(affine), _LPS)
    return np.asarray(affine @ orientations.inv_ornt_aff(turn, shape) + 0.0)


def _turn(array: np.ndarray, turn: np.ndarray) -> np.ndarray:
    if np.array_equal(turn, [[0, 1], [1, 1], [2, 1]]):
        return array
    return np.ascontiguousarray(orientations.apply_orientation(array, turn))

"""The voxels on a mask's surface, and its largest piece."""

import numpy as np
from scipy import ndimage

from lascarlib.geometry.grid import bounding_box
from lascarlib.geometry.mask import check_mask


def surface_voxels(mask: np.ndarray) -> np.ndarray:
    """The voxels of a mask that have a background voxel next to one of their six faces.

    Outside the volume counts as background, so a mask that touches a face has surface there.

    Args:
        mask: bool (x, y, z), True in the object.

    Returns:
        Bool (x, y, z), a subset of `mask`; empty for an empty mask.

    Raises:
        LascarError: `mask` is not a bool volume.

    Source: JSQ Eq. 1, the surface S of the LA label.

    Example:
        >>> cube = np.zeros((5, 5, 5), bool)
        >>> cube[1:4, 1:4, 1:4] = True
        >>> int(surface_voxels(cube).sum())  # 27 voxels less the one in the middle
        26
    """
    check_mask(mask)
    surface = np.zeros_like(mask)
    if not mask.any():
        return surface
    box = bounding_box(mask).slices
    inside = mask[box]
    surface[box] = inside & ~_six_neighbour_erosion(inside)
    return surface


def largest_component(mask: np.ndarray) -> np.ndarray:
    """The largest 26-connected piece of a mask.

    Args:
        mask: bool (x, y, z).

    Returns:
        Bool (x, y, z), one piece of `mask`; the first in array order among equally large ones.
        Empty for an empty mask.

    Raises:
        LascarError: `mask` is not a bool volume.

    Example:
        >>> row = np.array([1, 1, 0, 1, 1, 1], bool).reshape(6, 1, 1)
        >>> largest_component(row)[:, 0, 0].astype(int)
        array([0, 0, 0, 1, 1, 1])
    """
    check_mask(mask)
    kept = np.zeros_like(mask)
    if not mask.any():
        return kept
    box = bounding_box(mask).slices
    labels, _ = ndimage.label(mask[box], structure=np.ones((3, 3, 3), bool))
    sizes = np.bincount(labels.ravel())
    kept[box] = labels == 1 + int(sizes[1:].argmax())
    return kept


def _six_neighbour_erosion(mask: np.ndarray) -> np.ndarray:
    """True where a voxel and its six face neighbours are True; outside the array is False."""
    kept = mask.copy()
    for axis in range(3):
        here, after = [slice(None)] * 3, [slice(None)] * 3
        here[axis], after[axis] = slice(None, -1), slice(1, None)
        first, last = [slice(None)] * 3, [slice(None)] * 3
        first[axis], last[axis] = slice(0, 1), slice(-1, None)
        kept[tuple(here)] &= mask[tuple(after)]
        kept[tuple(after)] &= mask[tuple(here)]
        kept[tuple(first)] = False
        kept[tuple(last)] = False
    return kept

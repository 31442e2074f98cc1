"""The surface of the LA and, at each of its voxels, the direction into the cavity."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import ndimage

from lascarlib.case import spacing_of
from lascarlib.geometry.grid import Box, Spacing, bounding_box
from lascarlib.geometry.mask import check_mask
from lascarlib.geometry.surface import surface_voxels

BLUR_MM = 4.0
"""Standard deviation of the Gaussian whose gradient is the direction."""
FLAT = 1e-9
"""A gradient per mm up to this length has no direction: it is what rounding leaves of zero."""
LAST_BIT = 3e-7
"""Relative error of a spacing in a header, which is stored in single precision."""

Protocol = Literal["official", "paper"]
"""Whose projection: that of the challenge's program, or what the paper describes."""


@dataclass(frozen=True, eq=False)
class WallNormals:
    """Where scar is looked for: surface voxels of an LA, and the line through each of them.

    Args:
        shape: (x, y, z) of the volume.
        voxels: int (n, 3), index of each surface voxel that is visited.
        directions: float64 (n, 3), unit vector in the world into the LA; zeros where the surface
            has no direction, as on a sheet of one voxel.
        affine: float64 (4, 4), voxel index to world mm.
        protocol: the rules they were found by, and are walked along by.
        unvisited: int (m, 3), surface voxels that the official program never comes to.
        removed: bool (x, y, z), True where the official program ends a walk without a label;
            None where nowhere.
    """

    shape: tuple[int, int, int]
    voxels: np.ndarray
    directions: np.ndarray
    affine: np.ndarray
    protocol: Protocol
    unvisited: np.ndarray
    removed: np.ndarray | None = None


def paper_normals(atrium: np.ndarray, *, affine: np.ndarray) -> WallNormals:
    """The surface of an LA and its directions, every voxel and the real geometry taken.

    Every voxel of `surface_voxels` is visited, volume faces included. Its direction is the gradient
    in world millimetres of the mask blurred by a Gaussian of 4 mm, from central differences; beyond
    the volume the mask goes on as at its face.

    Args:
        atrium: bool (x, y, z), True in the LA cavity.
        affine: (4, 4), voxel index to world mm.

    Returns:
        The surface; nothing for an empty mask.

    Raises:
        LascarError: `atrium` is not a bool volume.

    Source: JSQ section 4.1, projection onto the manual LA surface; it gives no formula.

    Example:
        >>> atrium = np.zeros((12, 9, 9), bool)
        >>> atrium[:6] = True  # a wall between x = 5 and 6: the LA lies towards lower x
        >>> normals = paper_normals(atrium, affine=np.diag([2.0, 2.0, 2.0, 1.0]))
        >>> at = int(np.flatnonzero((normals.voxels == [5, 4, 4]).all(axis=1))[0])
        >>> (normals.directions[at] + 0.0).tolist()
        [-1.0, 0.0, 0.0]
    """
    check_mask(atrium, name="atrium")
    affine = np.asarray(affine, dtype=np.float64)
    voxels, directions = np.empty((0, 3), np.intp), np.empty((0, 3))
    if atrium.any():
        box, atrium_box = bounding_box(atrium, margin=(1, 1, 1)), bounding_box(atrium)
        voxels = np.argwhere(surface_voxels(atrium[atrium_box.slices])) + atrium_box.start
        blurred = blur(atrium, box, nonzero=atrium_box, spacing_mm=spacing_of(affine))
        here = voxels - box.start
        last = np.array(box.shape) - 1
        slope = np.empty((len(voxels), 3))
        for axis, unit in enumerate(np.eye(3, dtype=np.intp)):
            ahead, back = np.minimum(here + unit, last), np.maximum(here - unit, 0)
            slope[:, axis] = (blurred[tuple(ahead.T)] - blurred[tuple(back.T)]) / 2
        directions = unit_vectors(slope @ np.linalg.inv(affine[:3, :3]), flat=FLAT)
    none = np.empty((0, 3), np.intp)
    x, y, z = atrium.shape
    return WallNormals((x, y, z), voxels, directions, affine, "paper", unvisited=none)


def blur(array: np.ndarray, box: Box, *, nonzero: Box, spacing_mm: Spacing) -> np.ndarray:
    """Blur a volume by a Gaussian of 4 mm, and return a block of the result.

    Sampled weights up to r voxels away, normalised to sum 1, one axis after the other; beyond the
    volume its edge value continues. r is 8 mm over the spacing, rounded down, where the last bit of
    a spacing stored in single precision does not count: 8 / 0.8 is 10.

    Args:
        array: (x, y, z), any real type.
        box: the block wanted, inside the volume.
        nonzero: a block outside which the array is 0.
        spacing_mm: voxel edge lengths along x, y, z in mm.

    Returns:
        float64 of `box.shape`.

    Example:
        >>> row = np.zeros((5, 1, 1)); row[2] = 1.0
        >>> wanted, dot = Box((1, 0, 0), (3, 1, 1)), Box((2, 0, 0), (3, 1, 1))
        >>> block = blur(row, wanted, nonzero=dot, spacing_mm=(8.0, 9.0, 9.0))
        >>> block.round(3).ravel().tolist()  # exp(-2) = 0.135 of the middle, over 1 + 2 x 0.135
        [0.107, 0.787]
    """
    reach = [int(2 * BLUR_MM / s * (1 + LAST_BIT)) for s in spacing_mm]
    start, stop = [], []
    for axis in range(3):  # the block and its reach, but no further than one layer round the object
        first, end = box.start[axis], box.stop[axis]
        object_first, object_end = nonzero.start[axis] - 1, nonzero.stop[axis] + 1
        start.append(max(0, first - reach[axis], min(first, object_first)))
        stop.append(min(array.shape[axis], end + reach[axis], max(end, object_end)))
    block = array[tuple(map(slice, start, stop))].astype(np.float64)
    for axis, radius in enumerate(reach):
        away_mm = np.arange(-radius, radius + 1) * float(spacing_mm[axis])
        weights = np.exp(-(away_mm**2) / (2 * BLUR_MM**2))
        block = ndimage.correlate1d(block, weights / weights.sum(), axis=axis, mode="nearest")
    cut = [slice(a - s, b - s) for a, b, s in zip(box.start, box.stop, start, strict=True)]
    return block[tuple(cut)]


def unit_vectors(vectors: np.ndarray, *, flat: float) -> np.ndarray:
    """Divide each vector by its length.

    Args:
        vectors: float64 (n, 3).
        flat: vectors up to this length become zeros.

    Returns:
        float64 (n, 3).

    Example:
        >>> unit_vectors(np.array([[3.0, 0.0, 4.0], [0.0, 0.0, 0.1]]), flat=0.2).tolist()
        [[0.6, 0.0, 0.8], [0.0, 0.0, 0.0]]
    """
    length = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return np.where(length > flat, vectors / np.where(length > flat, length, 1.0), 0.0)

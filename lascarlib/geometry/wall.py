"""The wall of the LA as two labels on its surface: normal and scar."""

import numpy as np
from scipy.spatial import KDTree

from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_mask, check_spacing
from lascarlib.geometry.surface import surface_voxels

SAME_DISTANCE_MM = 1e-6
"""Surface voxels whose distances differ by no more than this are equally near."""


def wall_labels(
    atrium: np.ndarray, scar: np.ndarray, *, spacing_mm: tuple[float, float, float]
) -> np.ndarray:
    """Divide the surface of the LA into normal wall and scar, projecting the scar onto it.

    Every scar voxel, wherever it lies, marks the surface voxel nearest to it in mm, and all of them
    where several are equally near; what no scar voxel marks is normal wall. There is no limit to
    the distance: a stray scar voxel far from the LA still marks its nearest surface voxel.

    Args:
        atrium: bool (x, y, z), True in the LA cavity.
        scar: bool (x, y, z), True in scar; may be empty, and may lie on or off the surface.
        spacing_mm: voxel edge lengths along x, y, z in mm.

    Returns:
        Bool (2, x, y, z), normal wall then scar: every surface voxel (`surface_voxels`) in exactly
        one of them. Without scar all of the surface is normal.

    Raises:
        LascarError: a mask is not a bool volume, their shapes differ, the LA is empty, or the
            spacing is not three lengths above 0.

    Source: JSQ section 3.2, which projects the manual scar onto the LA surface.

    Example:
        >>> atrium, scar = np.zeros((2, 6, 1, 1), bool)
        >>> atrium[1:3], scar[4] = True, True
        >>> wall_labels(atrium, scar, spacing_mm=(1.0, 1.0, 1.0))[:, :, 0, 0].astype(int)
        array([[0, 1, 0, 0, 0, 0],
               [0, 0, 1, 0, 0, 0]])
    """
    check_mask(atrium, name="atrium")
    check_mask(scar, name="scar")
    check_spacing(spacing_mm)
    if atrium.shape != scar.shape:
        raise LascarError(
            f"atrium has shape {atrium.shape} and scar {scar.shape}; give masks on one grid"
        )
    if not atrium.any():
        raise LascarError("atrium is empty, so it has no wall; give a mask with True voxels")
    surface = surface_voxels(atrium)
    marked = np.zeros_like(atrium)
    if scar.any():
        voxels = np.argwhere(surface)
        nearest = _nearest(voxels * spacing_mm, np.argwhere(scar) * spacing_mm)
        marked[tuple(voxels[nearest].T)] = True
    return np.stack([surface & ~marked, marked])


def _nearest(candidates_mm: np.ndarray, points_mm: np.ndarray) -> np.ndarray:
    """Indices of the candidates that are nearest to any of the points, ties included."""
    tree = KDTree(candidates_mm)
    distance_mm, _ = tree.query(points_mm)
    ties = tree.query_ball_point(points_mm, distance_mm + SAME_DISTANCE_MM)
    return np.unique(np.concatenate(ties)).astype(np.intp)

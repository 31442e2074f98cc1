"""The wall of the LA as a shell of fixed thickness, and the blood pool well inside it."""

import math

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.distance import euclidean_distance
from lascarlib.geometry.grid import bounding_box
from lascarlib.geometry.mask import check_mask, check_spacing


def wall_shell(
    atrium: np.ndarray,
    *,
    spacing_mm: tuple[float, float, float],
    inner_mm: float,
    outer_mm: float,
) -> np.ndarray:
    """The voxels near the border of the LA: up to `outer_mm` outside it, up to `inner_mm` inside.

    Distances run between voxel centres, from each voxel to the nearest one on the other side of the
    border. The volume's faces are no border: an LA that touches one has no wall there.

    Args:
        atrium: bool (x, y, z), True in the LA cavity; may be empty.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        inner_mm: depth of the shell inside the LA, 0 for none.
        outer_mm: its depth outside, 0 for none.

    Returns:
        Bool (x, y, z). Empty without LA, where the LA fills the volume, or where the shell is
        thinner than a voxel.

    Raises:
        LascarError: `atrium` is not a bool volume, the spacing is not three lengths above 0, or a
            depth is negative or not finite.

    Source: JSQ section 1, workflow C: the wall by a fixed distance from the endocardium.

    Example:
        >>> atrium = np.zeros((9, 1, 1), bool)
        >>> atrium[3:8] = True
        >>> shell = wall_shell(atrium, spacing_mm=(1.0, 1.0, 1.0), inner_mm=1.0, outer_mm=2.0)
        >>> shell[:, 0, 0].astype(int)
        array([0, 1, 1, 1, 0, 0, 0, 1, 1])
    """
    check_mask(atrium, name="atrium")
    check_spacing(spacing_mm)
    for name, depth_mm in (("inner_mm", inner_mm), ("outer_mm", outer_mm)):
        _check_depth(name, depth_mm)
    shell = np.zeros_like(atrium)
    if not atrium.any() or atrium.all():
        return shell
    # One voxel more than the shell reaches, so that the box holds LA and background wherever the
    # volume does.
    x, y, z = (math.ceil(outer_mm / step) + 1 for step in spacing_mm)
    box = bounding_box(atrium, margin=(x, y, z)).slices
    inside = atrium[box]
    for mask, depth_mm in ((inside, inner_mm), (~inside, outer_mm)):
        away_mm = euclidean_distance(mask, spacing_mm=spacing_mm)
        shell[box] |= mask & (away_mm <= np.float32(depth_mm))
    return shell


def blood_pool(
    atrium: np.ndarray, *, spacing_mm: tuple[float, float, float], margin_mm: float
) -> np.ndarray:
    """The LA cavity without its rim, whose voxels mix blood with wall.

    Args:
        atrium: bool (x, y, z), True in the LA cavity; may be empty.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        margin_mm: how deep a voxel must lie, from centre to the nearest centre outside the LA.

    Returns:
        Bool (x, y, z), a subset of `atrium`; the whole of it where no voxel lies deeper than the
        margin or nothing lies outside.

    Raises:
        LascarError: `atrium` is not a bool volume, the spacing is not three lengths above 0, or the
            margin is negative or not finite.

    Example:
        >>> atrium = np.zeros((7, 1, 1), bool)
        >>> atrium[1:6] = True
        >>> pool = blood_pool(atrium, spacing_mm=(1.0, 1.0, 1.0), margin_mm=1.0)
        >>> pool[:, 0, 0].astype(int)
        array([0, 0, 1, 1, 1, 0, 0])
    """
    check_mask(atrium, name="atrium")
    check_spacing(spacing_mm)
    _check_depth("margin_mm", margin_mm)
    if not atrium.any() or atrium.all():
        return atrium.copy()
    depth_mm = euclidean_distance(atrium, spacing_mm=spacing_mm)
    deep = depth_mm > np.float32(margin_mm)
    return deep if deep.any() else atrium.copy()


def _check_depth(name: str, depth_mm: float) -> None:
    if not (math.isfinite(depth_mm) and depth_mm >= 0):
        raise LascarError(f"{name} is {depth_mm}; give a length in mm, 0 or more")

"""Exact Euclidean distances in mm, and the signed maps that both papers build from them."""

import math
from typing import Literal

import edt
import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.boundary import boundary_band
from lascarlib.geometry.grid import bounding_box
from lascarlib.geometry.mask import check_mask, check_spacing
from lascarlib.geometry.surface import surface_voxels

THREADS = 2
"""Threads of one distance transform: what a course laptop has, and a cluster node can spare."""


Variant = Literal["literal", "sign-consistent"]
"""The two readings of BF Eq. 6."""


def euclidean_distance(mask: np.ndarray, *, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Distance from every voxel of a mask to the nearest voxel outside it.

    Exact, between voxel centres. What lies outside the volume is not background: a mask that
    touches a face is measured to the background inside the volume only.

    Args:
        mask: bool (x, y, z), True where a distance is wanted.
        spacing_mm: voxel edge lengths along x, y, z in mm.

    Returns:
        Float32 (x, y, z) in mm, at least the smallest spacing in the mask and 0 outside it. An
        empty mask gives zeros.

    Raises:
        LascarError: `mask` is not a bool volume, or it is True everywhere, which leaves nothing to
            measure the distance to; or the spacing is not three lengths above 0.

    Source: BF Eq. 5, E(M).

    Example:
        >>> row = np.array([0, 1, 1, 1], bool).reshape(4, 1, 1)
        >>> euclidean_distance(row, spacing_mm=(0.5, 1.0, 1.0))[:, 0, 0]
        array([0. , 0.5, 1. , 1.5], dtype=float32)
    """
    check_mask(mask)
    check_spacing(spacing_mm)
    if mask.all():
        raise LascarError("mask is True everywhere; give one with background to measure to")
    if not mask.any():
        return np.zeros(mask.shape, np.float32)
    # The nearest background voxel is never beyond the first layer around the mask's box.
    box = bounding_box(mask, margin=(1, 1, 1)).slices
    if mask[box].shape == mask.shape:
        return _transform(mask, spacing_mm)
    distance = np.zeros(mask.shape, np.float32)
    distance[box] = _transform(mask[box], spacing_mm)
    return distance


def boundary_distance_map(
    mask: np.ndarray,
    *,
    spacing_mm: tuple[float, float, float],
    variant: Variant = "literal",
) -> np.ndarray:
    """Signed distance to the boundary band of a mask: positive off the band, negative inside it.

    D = E(not M) * not M - (E(M) - 1) * M, with M the boundary band and E the Euclidean distance.
    Both sides of the wall, blood pool and surroundings, are positive: the map tells how far the
    wall is, not on which side.

    Args:
        mask: bool (x, y, z), True in the LA cavity.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        variant: "literal" subtracts the formula's 1 in the unit of the map, 1 mm, so at spacings
            under 1 mm the band's outermost voxels come out slightly positive. "sign-consistent"
            subtracts one voxel, the smallest spacing, so the band is nowhere above 0. On a 1 mm
            grid the two agree.

    Returns:
        Float32 (x, y, z) in mm.

    Raises:
        LascarError: `mask` is not a bool volume, is empty or full, or leaves no band or nothing
            but band; the spacing is not three lengths above 0; or the variant is unknown.

    Source: BF Eq. 4-6.

    Example:
        >>> row = np.zeros((10, 1, 1), bool)
        >>> row[5:] = True
        >>> boundary_distance_map(row, spacing_mm=(0.5, 0.5, 2.5))[:, 0, 0]  # the band is 3, 4, 5
        array([1.5, 1. , 0.5, 0.5, 0. , 0.5, 0.5, 1. , 1.5, 2. ], dtype=float32)
        >>> boundary_distance_map(
        ...     row, spacing_mm=(0.5, 0.5, 2.5), variant="sign-consistent"
        ... )[:, 0, 0]
        array([ 1.5,  1. ,  0.5,  0. , -0.5,  0. ,  0.5,  1. ,  1.5,  2. ], dtype=float32)
    """
    check_mask(mask)
    check_spacing(spacing_mm)
    if variant not in ("literal", "sign-consistent"):
        raise LascarError(f"variant is {variant!r}; choose 'literal' or 'sign-consistent'")
    if not mask.any():
        raise LascarError("mask is empty; a distance to its boundary needs at least one True voxel")
    band = boundary_band(mask)
    if not band.any():
        raise LascarError("mask fills every slice it occurs in; give one that has a boundary")
    if band.all():
        raise LascarError("the boundary band fills the volume; pad the mask by a few voxels")
    distance = euclidean_distance(~band, spacing_mm=spacing_mm)
    box = bounding_box(band, margin=(1, 1, 1)).slices
    inside = band[box]
    depth = euclidean_distance(inside, spacing_mm=spacing_mm)[inside]
    if variant == "literal":
        distance[box][inside] = 1.0 - depth
    else:
        distance[box][inside] = np.minimum(min(spacing_mm) - depth, 0.0)
    return distance


def signed_distance_map(
    mask: np.ndarray,
    *,
    spacing_mm: tuple[float, float, float],
    beta: float = 1.0,
    clip_mm: float = 50.0,
) -> np.ndarray:
    """Signed distance to the surface of a mask: negative inside, 0 on the surface, positive beyond.

    The surface is the mask's inner 6-connected boundary (`surface_voxels`), volume faces included.
    The distance is clipped first and then raised to `beta`.

    Args:
        mask: bool (x, y, z), True in the LA.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        beta: exponent of the distance, above 0.
        clip_mm: largest distance that is told apart, above 0.

    Returns:
        Float32 (x, y, z), in mm to the power of `beta`, within +-clip_mm ** beta.

    Raises:
        LascarError: `mask` is not a bool volume or is empty, or the spacing, `beta` or `clip_mm` is
            not above 0.

    Source: JSQ Eq. 1.

    Example:
        >>> row = np.zeros((9, 3, 3), bool)
        >>> row[1:6] = True
        >>> signed_distance_map(row, spacing_mm=(2.0, 9.0, 9.0), beta=2.0, clip_mm=5.0)[:, 1, 1]
        array([ 4.,  0., -4., -16., -4.,  0.,  4., 16., 25.], dtype=float32)
    """
    check_mask(mask)
    check_spacing(spacing_mm)
    for name, value in (("beta", beta), ("clip_mm", clip_mm)):
        if not (np.isfinite(value) and value > 0):
            raise LascarError(f"{name} is {value}; give a number above 0")
    if not mask.any():
        raise LascarError("mask is empty; a distance to its surface needs at least one True voxel")
    # Everything farther from the mask's box than the clip is clipped, so only the box is measured.
    reach_x, reach_y, reach_z = (math.ceil(clip_mm / s) for s in spacing_mm)
    box = bounding_box(mask, margin=(reach_x, reach_y, reach_z)).slices
    near = euclidean_distance(~surface_voxels(mask)[box], spacing_mm=spacing_mm)
    near = np.minimum(near, np.float32(clip_mm)) ** np.float32(beta)
    distance = np.full(mask.shape, clip_mm**beta, np.float32)
    distance[box] = np.where(mask[box], -near, near) + 0.0
    return distance


def _transform(mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """The distance transform itself, whatever the memory order of the mask."""
    if mask.flags.f_contiguous and not mask.flags.c_contiguous:
        return _transform(mask.T, spacing_mm[::-1]).T
    contiguous = np.ascontiguousarray(mask)
    result: np.ndarray = edt.edt(
        contiguous, anisotropy=spacing_mm, black_border=False, parallel=THREADS
    )
    return result

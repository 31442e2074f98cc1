"""Exact Euclidean distances in mm, and the signed maps that both papers build from them."""

import math
from typing import Literal

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.boundary import OUTER_RADIUS, boundary_band
from lascarlib.geometry.envelope import distance_to_seeds
from lascarlib.geometry.grid import Box, bounding_box
from lascarlib.geometry.mask import check_mask, check_spacing
from lascarlib.geometry.surface import surface_voxels

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
    box = bounding_box(mask, margin=(1, 1, 1))
    background = ~mask[box.slices]
    seeds = bounding_box(background)
    near = distance_to_seeds(
        background[seeds.slices],
        start=seeds.start,
        region=Box((0, 0, 0), box.shape),
        spacing_mm=spacing_mm,
    )
    if box.shape == mask.shape:
        return near
    distance = np.zeros_like(mask, np.float32)
    distance[box.slices] = near
    return distance


def boundary_distance_map(
    mask: np.ndarray,
    *,
    spacing_mm: tuple[float, float, float],
    variant: Variant = "literal",
    region: tuple[slice, slice, slice] | None = None,
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
        region: the part of the map that is wanted, as one would cut it out of the whole map:
            `np.s_[10:50, :, 3:20]`. It costs less than the whole, and the values are the same.

    Returns:
        Float32 (x, y, z) in mm, of the region's shape where one is given.

    Raises:
        LascarError: `mask` is not a bool volume, is empty or full, or leaves no band or nothing
            but band; the spacing is not three lengths above 0; the variant is unknown; or the
            region is not three slices of step 1 with a voxel in them.

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
        >>> boundary_distance_map(row, spacing_mm=(0.5, 0.5, 2.5), region=np.s_[:3, :, :]).ravel()
        array([1.5, 1. , 0.5], dtype=float32)
    """
    check_mask(mask)
    check_spacing(spacing_mm)
    if variant not in ("literal", "sign-consistent"):
        raise LascarError(f"variant is {variant!r}; choose 'literal' or 'sign-consistent'")
    wanted = _region_box(region, mask.shape)
    if not mask.any():
        raise LascarError("mask is empty; a distance to its boundary needs at least one True voxel")
    # The band ends within its radius, and the nearest voxel off the band at most one further.
    margin = OUTER_RADIUS + 1
    box = bounding_box(mask, margin=(margin, margin, 1))
    band = boundary_band(mask[box.slices])
    if not band.any():
        raise LascarError("mask fills every slice it occurs in; give one that has a boundary")
    if band.all():
        raise LascarError("the boundary band fills the volume; pad the mask by a few voxels")
    distance = distance_to_seeds(band, start=box.start, region=wanted, spacing_mm=spacing_mm)
    both = _overlap(box, wanted)
    if both is not None:
        depth = distance_to_seeds(~band, start=box.start, region=both, spacing_mm=spacing_mm)
        signed = 1.0 - depth if variant == "literal" else np.minimum(min(spacing_mm) - depth, 0.0)
        here = distance[_relative(both, wanted)]
        np.copyto(here, signed, where=band[_relative(both, box)])
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
    tight = bounding_box(mask)
    surface = surface_voxels(mask[tight.slices])
    # Everything farther from the mask's box than the clip is clipped, so only the box is measured.
    reach_x, reach_y, reach_z = (math.ceil(clip_mm / s) for s in spacing_mm)
    box = bounding_box(mask, margin=(reach_x, reach_y, reach_z))
    near = distance_to_seeds(surface, start=tight.start, region=box, spacing_mm=spacing_mm)
    np.minimum(near, np.float32(clip_mm), out=near)
    if beta != 1:
        np.power(near, np.float32(beta), out=near)
    inside = near[_relative(tight, box)]
    np.negative(inside, out=inside, where=mask[tight.slices] & ~surface)
    if box.shape == mask.shape:
        return near
    distance = np.full_like(mask, clip_mm**beta, np.float32)
    distance[box.slices] = near
    return distance


def _region_box(region: tuple[slice, slice, slice] | None, shape: tuple[int, ...]) -> Box:
    """The block that three slices cut out of a volume."""
    if region is None:
        region = (slice(None), slice(None), slice(None))
    if len(region) == 3 and all(isinstance(part, slice) for part in region):
        ranges = [range(n)[part] for part, n in zip(region, shape, strict=True)]
        if all(len(part) and part.step == 1 for part in ranges):
            x, y, z = ranges
            return Box((x.start, y.start, z.start), (x.stop, y.stop, z.stop))
    raise LascarError(f"region is {region}; give three slices of step 1 with a voxel in {shape}")


def _overlap(first: Box, second: Box) -> Box | None:
    """The block that two blocks share."""
    x, y, z = (max(pair) for pair in zip(first.start, second.start, strict=True))
    u, v, w = (min(pair) for pair in zip(first.stop, second.stop, strict=True))
    return Box((x, y, z), (u, v, w)) if x < u and y < v and z < w else None


def _relative(box: Box, outer: Box) -> tuple[slice, slice, slice]:
    """Index that cuts a block out of an array of another block around it."""
    x, y, z = (
        slice(a - o, b - o) for a, b, o in zip(box.start, box.stop, outer.start, strict=True)
    )
    return (x, y, z)

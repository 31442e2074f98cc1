"""The boundary band of BF: where the atrial wall, and therefore scar, is to be expected."""

import numpy as np

from lascarlib.geometry.grid import bounding_box
from lascarlib.geometry.mask import check_mask

OUTER_RADIUS = 2
"""A 5 x 5 maximum reaches two pixels outwards."""
INNER_RADIUS = 1
"""A 3 x 3 maximum of the negated mask reaches one pixel inwards."""


def boundary_band(mask: np.ndarray) -> np.ndarray:
    """The three-pixel band around a mask's border: two pixels outside it and one inside.

    Works slice by slice, as the paper's pooling is two-dimensional: the square neighbourhoods lie
    in the axial (x, y) plane, so the flat first and last slices of an object get no band on their
    caps. What lies outside the volume never counts, as in max-pooling padded with minus infinity:
    a mask that touches a face has no border there.

    Args:
        mask: bool (x, y, z), True in the object.

    Returns:
        Bool (x, y, z), True in the band. An empty mask has an empty band; so has a mask that
        fills every slice it occurs in.

    Raises:
        LascarError: `mask` is not a bool volume.

    Source: BF Eq. 4, M_b = Pool_d(V) + Pool_e(-V).

    Example:
        >>> row = np.zeros((10, 1, 1), bool)
        >>> row[4:8] = True
        >>> "".join("x" if here else "." for here in boundary_band(row)[:, 0, 0])
        '..xxx..xxx'
    """
    check_mask(mask)
    band = np.zeros_like(mask)
    if not mask.any():
        return band
    box = bounding_box(mask, margin=(OUTER_RADIUS, OUTER_RADIUS, 0)).slices
    inside = mask[box]
    dilated = square_dilation(inside, radius=OUTER_RADIUS)
    eroded = ~square_dilation(~inside, radius=INNER_RADIUS)
    band[box] = dilated & ~eroded
    return band


def has_boundary(mask: np.ndarray) -> bool:
    """Whether distances to a mask's boundary exist: there is a band, and something beside it.

    Args:
        mask: bool (x, y, z), True in the object.

    Returns:
        False for an empty mask, one that fills every slice it occurs in, and one whose band fills
        the volume.

    Raises:
        LascarError: `mask` is not a bool volume.

    Example:
        >>> row = np.arange(9).reshape(9, 1, 1)
        >>> has_boundary(row > 4), has_boundary(row > 9), has_boundary(row >= 0)
        (True, False, False)
    """
    band = boundary_band(mask)
    return bool(band.any() and not band.all())


def square_dilation(mask: np.ndarray, *, radius: int) -> np.ndarray:
    """Maximum over an axial square of 2 x radius + 1 pixels around each voxel.

    Args:
        mask: bool (x, y, z).
        radius: half the width of the square in pixels, 0 or more.

    Returns:
        Bool (x, y, z), True where any voxel of the square inside the volume is True.

    Raises:
        LascarError: `mask` is not a bool volume.

    Example:
        >>> dot = np.zeros((5, 5, 1), bool)
        >>> dot[2, 2] = True
        >>> int(square_dilation(dot, radius=1).sum())
        9
    """
    check_mask(mask)
    along_x = mask.copy()
    for step in range(1, radius + 1):
        along_x[step:] |= mask[:-step]
        along_x[:-step] |= mask[step:]
    grown = along_x.copy()
    for step in range(1, radius + 1):
        grown[:, step:] |= along_x[:, :-step]
        grown[:, :-step] |= along_x[:, step:]
    return grown

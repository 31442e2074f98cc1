"""The part of a slice that is shown, in millimetres of the picture, and the bar that scales it."""

import math
from typing import NamedTuple

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.viz.layers import Contours, Spacing
from lascarlib.viz.plane import Plane


class BoxMm(NamedTuple):
    """Edges of a part of a slice in mm from the picture's upper left corner."""

    left: float
    right: float
    top: float
    bottom: float


def whole_slice(shape: tuple[int, ...], plane: Plane, *, spacing_mm: Spacing) -> BoxMm:
    """All of a volume's slice: voxel centres start half a voxel in.

    Example:
        >>> from lascarlib.viz.plane import find_plane
        >>> coronal = find_plane("coronal", orientation="LPS")
        >>> whole_slice((10, 8, 5), coronal, spacing_mm=(1.0, 2.0, 4.0))
        BoxMm(left=0.0, right=10.0, top=0.0, bottom=20.0)
    """
    width_mm = shape[plane.across] * spacing_mm[plane.across]
    return BoxMm(0.0, width_mm, 0.0, shape[plane.down] * spacing_mm[plane.down])


def box_around(contours: Contours, plane: Plane, *, margin_mm: float, spacing_mm: Spacing) -> BoxMm:
    """The box that holds the contours of all slices, with a margin, no larger than the slice.

    Args:
        contours: name -> bool (x, y, z), all of one shape.
        plane: from `find_plane`.
        margin_mm: what is left round them, 0 or more.
        spacing_mm: voxel edge lengths along x, y, z in mm.

    Returns:
        The box.

    Raises:
        LascarError: there is no contour, or all are empty.

    Example:
        >>> from lascarlib.viz.plane import find_plane
        >>> mask = np.zeros((10, 8, 5), bool)
        >>> mask[2:6, 3:5] = True
        >>> axial = find_plane("axial", orientation="LPS")
        >>> box_around({"atrium": mask}, axial, margin_mm=3.0, spacing_mm=(1.0, 2.0, 4.0))
        BoxMm(left=0.0, right=9.0, top=3.0, bottom=13.0)
    """
    masks = [mask for mask in contours.values() if mask.any()]
    if not masks:
        raise LascarError("margin_mm is given but there is nothing to zoom to; give contours")
    union = np.logical_or.reduce(masks)
    limits: list[float] = []
    for axis, flip in ((plane.across, plane.flip_across), (plane.down, plane.flip_down)):
        used = np.flatnonzero(union.any(axis=tuple(a for a in range(3) if a != axis)))
        length, step = union.shape[axis], spacing_mm[axis]
        first, last = (length - 1 - used[-1], length - 1 - used[0]) if flip else used[[0, -1]]
        low, high = first * step - margin_mm, (last + 1) * step + margin_mm
        limits += [float(max(0.0, low)), float(min(length * step, high))]
    return BoxMm(*limits)


def bar_length_mm(width_mm: float) -> float:
    """Length of a scale bar: 1, 2 or 5 times a power of ten, at most a quarter of the picture.

    Example:
        >>> bar_length_mm(10.0), bar_length_mm(130.0)
        (2.0, 20.0)
    """
    power = 10.0 ** math.floor(math.log10(width_mm / 4))
    return max(step * power for step in (1, 2, 5) if step * power <= width_mm / 4)

"""A slice of a volume, turned the way a radiologist looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from lascarlib.errors import LascarError

Axis = Literal["axial", "coronal", "sagittal"]
"""The three planes of the body."""

OPPOSITE: Final[Mapping[str, str]] = MappingProxyType(
    {"L": "R", "R": "L", "P": "A", "A": "P", "S": "I", "I": "S"}
)
"""The six directions of the body: left, right, posterior, anterior, superior, inferior."""

_RIGHT_DOWN: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"axial": ("L", "P"), "coronal": ("L", "I"), "sagittal": ("P", "I")}
)


@dataclass(frozen=True)
class Plane:
    """Where a slice is taken from an array and how it is turned.

    Args:
        normal: array axis that the slice is perpendicular to.
        across: array axis that runs from left to right in the picture.
        down: array axis that runs from top to bottom in the picture.
        flip_across: whether that axis is reversed for it.
        flip_down: whether that axis is reversed for it.
        letters: body directions at the left, right, top and bottom edge.
    """

    normal: int
    across: int
    down: int
    flip_across: bool
    flip_down: bool
    letters: tuple[str, str, str, str]


def find_plane(axis: Axis, *, orientation: str) -> Plane:
    """How to cut one of the body's planes out of an array, in the radiological convention.

    The patient is seen from the feet (axial) or from the front (coronal), so the patient's right is
    at the left of the picture; sagittal slices look from the left, with the chest at the left.

    Args:
        axis: "axial", "coronal" or "sagittal".
        orientation: where the array's axes x, y, z point to, one letter each, such as "LPS" or
            "RAS"; an oblique axis counts as the nearest of the body's.

    Returns:
        The plane.

    Raises:
        LascarError: `axis` or `orientation` is none of these.

    Example:
        >>> find_plane("axial", orientation="LPS")
        Plane(normal=2, across=0, down=1, flip_across=False, flip_down=False,
              letters=('R', 'L', 'A', 'P'))
        >>> find_plane("coronal", orientation="RAS").flip_across
        True
    """
    if axis not in _RIGHT_DOWN:
        raise LascarError(f"axis is {axis!r}; choose 'axial', 'coronal' or 'sagittal'")
    lines = {min(letter, OPPOSITE.get(letter, letter)) for letter in orientation}
    if len(orientation) != 3 or lines != {"L", "A", "I"}:
        raise LascarError(
            f"orientation is {orientation!r}; give a letter for each axis, such as 'LPS' or 'RAS'"
        )
    right, bottom = _RIGHT_DOWN[axis]
    across, down = _axis_along(right, orientation), _axis_along(bottom, orientation)
    return Plane(
        normal=3 - across - down,
        across=across,
        down=down,
        flip_across=orientation[across] != right,
        flip_down=orientation[down] != bottom,
        letters=(OPPOSITE[right], right, OPPOSITE[bottom], bottom),
    )


def cut(array: np.ndarray, plane: Plane, *, index: int) -> np.ndarray:
    """One slice of an array as rows (top to bottom) and columns (left to right) of a picture.

    Args:
        array: (x, y, z), any type.
        plane: from `find_plane`.
        index: of the slice along the plane's normal, in the array's own order.

    Returns:
        (rows, columns), a view of the array.

    Example:
        >>> volume = np.arange(8).reshape(2, 2, 2)  # volume[x, y, z] = 4 x + 2 y + z
        >>> cut(volume, find_plane("axial", orientation="LPS"), index=1)
        array([[1, 5],
               [3, 7]])
        >>> cut(volume, find_plane("axial", orientation="RAS"), index=1)
        array([[7, 3],
               [5, 1]])
    """
    picture = np.moveaxis(array, plane.normal, 0)[index]
    if plane.across < plane.down:
        picture = picture.T
    rows = slice(None, None, -1 if plane.flip_down else 1)
    columns = slice(None, None, -1 if plane.flip_across else 1)
    return picture[rows, columns]


def _axis_along(letter: str, orientation: str) -> int:
    return next(i for i, own in enumerate(orientation) if own in (letter, OPPOSITE[letter]))

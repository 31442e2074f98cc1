"""Binary labels from files: drawn on the image's own grid, one value beside the background."""

from pathlib import Path

import numpy as np

from lascarlib.case import same_geometry
from lascarlib.errors import LascarError
from lascarlib.io import Volume, read_volume


def read_label(path: str | Path, *, like: Volume, of: str | Path) -> np.ndarray:
    """Read a binary label that must lie on the grid of an image.

    Args:
        path: the label's file; background is 0, the structure any one positive value (1, 255, 420).
        like: the image it was drawn on.
        of: that image's file, named in the error.

    Returns:
        bool (x, y, z).

    Raises:
        LascarError: the file cannot be read, shape or affine differ from the image's (a corner
            moves by more than 0.001 mm), or more than one value besides 0 occurs.
    """
    label = read_volume(path)
    check_same_grid(label, like, path=path, of=of)
    return binary(label.array, path=path)


def check_same_grid(volume: Volume, like: Volume, *, path: str | Path, of: str | Path) -> None:
    """Refuse a volume that does not lie on the grid of another.

    Args:
        volume: what was read.
        like: on whose grid it must lie.
        path: file of the first, named in the error.
        of: file of the second.

    Raises:
        LascarError: the shapes differ, or a corner lies more than 0.001 mm elsewhere.

    Example:
        >>> small, large = (Volume(np.zeros((n, 2, 2)), np.eye(4)) for n in (2, 3))
        >>> check_same_grid(small, large, path="scar.nii", of="la.nii")
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: scar.nii: shape (2, 2, 2) differs from (3, 2, 2) of la.nii...
    """
    if volume.array.shape != like.array.shape:
        raise LascarError(
            f"{path}: shape {volume.array.shape} differs from {like.array.shape} of {of}; use the "
            "one drawn on it, or bring both onto one grid"
        )
    if not same_geometry(volume.affine, like.affine, shape=like.array.shape):
        raise LascarError(
            f"{path}: affine differs from that of {of} by more than 0.001 mm; resample it onto "
            "that grid or correct its header"
        )


def binary(array: np.ndarray, *, path: str | Path) -> np.ndarray:
    """Read an array as a binary label: 0 is background, any one positive value the structure.

    Args:
        array: (x, y, z), any real type.
        path: file named in the error.

    Returns:
        bool (x, y, z).

    Raises:
        LascarError: more than one value besides 0, or a negative one.

    Example:
        >>> binary(np.array([[[0, 420]]]), path="atrium.nii.gz").tolist()
        [[[False, True]]]
    """
    low, high = array.min(), array.max()
    if low < 0 or ((array != 0) & (array != high)).any():
        values = np.unique(array)
        shown = ", ".join(f"{value:g}" for value in values[:4]) + (
            ", ..." if len(values) > 4 else ""
        )
        raise LascarError(
            f"{path}: the label holds the values {shown}; a binary label of 0 and one positive "
            "value is needed"
        )
    return array > 0

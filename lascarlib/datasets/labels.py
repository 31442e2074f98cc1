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
    if label.array.shape != like.array.shape:
        raise LascarError(
            f"{path}: shape {label.array.shape} differs from {like.array.shape} of {of}; use the "
            "label drawn on that image"
        )
    if not same_geometry(label.affine, like.affine, shape=like.array.shape):
        raise LascarError(
            f"{path}: affine differs from that of {of} by more than 0.001 mm; resample the label "
            "onto the image or correct its header"
        )
    return binary(label.array, path=path)


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

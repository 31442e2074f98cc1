"""What every function on a binary volume asks first: is it a mask, are the millimetres real."""

import math

import numpy as np

from lascarlib.errors import LascarError


def check_mask(mask: np.ndarray, *, name: str = "mask") -> None:
    """Refuse anything but a three-dimensional bool array.

    Args:
        mask: the array to check.
        name: how the error calls it.

    Raises:
        LascarError: the type is not bool, there are not three axes, or an axis has length 0.

    Example:
        >>> check_mask(np.zeros((2, 2, 2), bool))
        >>> check_mask(np.zeros((2, 2, 2)))
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: mask has type float64; give a bool array, such as labels > 0
    """
    if mask.dtype != np.bool_:
        raise LascarError(f"{name} has type {mask.dtype}; give a bool array, such as labels > 0")
    if mask.ndim != 3 or 0 in mask.shape:
        raise LascarError(f"{name} has shape {mask.shape}; give a volume with axes (x, y, z)")


def check_spacing(spacing_mm: tuple[float, float, float]) -> None:
    """Refuse a spacing that is not three positive, finite lengths.

    Args:
        spacing_mm: voxel edge lengths along x, y, z in mm.

    Raises:
        LascarError: not three numbers, or one that is zero, negative or not finite.

    Example:
        >>> check_spacing((0.625, 0.625, 2.5))
        >>> check_spacing((0.625, 0.625, 0.0))
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: spacing_mm is (0.625, 0.625, 0.0); give three lengths above 0
    """
    if len(spacing_mm) != 3 or not all(math.isfinite(s) and s > 0 for s in spacing_mm):
        raise LascarError(f"spacing_mm is {spacing_mm}; give three lengths above 0")

"""Label files read as the challenge's programs read them: 16-bit integers, whatever is stored."""

from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from lascarlib.errors import LascarError
from lascarlib.io import Volume, read_volume, suffix_of

MOST_VALUES = 32
"""Labels hold a handful of values; a file with more than these is an image."""


def read_official_label(path: str | Path) -> Volume:
    """Read a label volume with its values, as int16.

    Fractions are cut off towards zero, so a probability of 0.99 is 0. A NIfTI file that scales its
    values (scl_slope, scl_inter) is scaled and then rounded, half away from zero. Without qform and
    sform a voxel lies at its index times the spacing.

    Args:
        path: a .nii, .nii.gz or .nrrd file.

    Returns:
        int16 (x, y, z), and the affine.

    Raises:
        LascarError: the file cannot be read, a value does not fit 16 bits, or there are more than
            32 values, as in an image.
    """
    volume = read_volume(path)
    array = volume.array
    if array.dtype.kind == "f":
        rounded = np.copysign(np.floor(np.abs(array) + 0.5), array)
        array = rounded if _is_scaled(path) else np.trunc(array)
    limits = np.iinfo(np.int16)
    low, high = float(array.min()), float(array.max())
    if low < limits.min or high > limits.max:
        raise LascarError(
            f"{path}: values from {low:g} to {high:g} do not fit 16 bits; give a label volume"
        )
    labels = np.ascontiguousarray(array.astype(np.int16))
    values = np.count_nonzero(np.bincount(labels.view(np.uint16).ravel()))
    if values > MOST_VALUES:
        raise LascarError(f"{path}: {values} different values, as in an image; give a label volume")
    return Volume(labels, official_affine(path, volume))


def official_affine(path: str | Path, volume: Volume) -> np.ndarray:
    """Where a volume lies to the challenge's programs.

    Args:
        path: the file it was read from.
        volume: what `read_volume` returned.

    Returns:
        float64 (4, 4): that of the volume; for a NIfTI file without qform and sform the spacing on
        the diagonal.
    """
    if not _is_nifti(path):
        return volume.affine
    header: Any = nib.loadsave.load(path).header
    if int(header["qform_code"]) > 0 or int(header["sform_code"]) > 0:
        return volume.affine
    return np.diag(np.append(header["pixdim"][1:4].astype(np.float64), 1.0))


def _is_scaled(path: str | Path) -> bool:
    """Whether a file's header changes the stored values."""
    if not _is_nifti(path):
        return False
    image: Any = nib.loadsave.load(path)
    return (image.dataobj.slope, image.dataobj.inter) != (1.0, 0.0)


def _is_nifti(path: str | Path) -> bool:
    return suffix_of(path) != ".nrrd"

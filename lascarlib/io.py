"""Files, whole or absent: volumes with their geometry (NIfTI and NRRD), arrays and tables."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import nrrd
import numpy as np

from lascarlib.case import check_image, same_geometry
from lascarlib.errors import LascarError

SUFFIXES = (".nii.gz", ".nii", ".nrrd")
"""The file endings that are read and written."""

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_NRRD_SPACES = {
    "left-posterior-superior": _LPS_TO_RAS,
    "lps": _LPS_TO_RAS,
    "right-anterior-superior": np.eye(4),
    "ras": np.eye(4),
    "left-anterior-superior": np.diag([-1.0, 1.0, 1.0, 1.0]),
    "las": np.diag([-1.0, 1.0, 1.0, 1.0]),
}


@dataclass(frozen=True, eq=False)
class Volume:
    """An array and where it lies.

    Args:
        array: (x, y, z), the type stored in the file (scaled NIfTI integers come as float32).
        affine: float64 (4, 4), voxel index to RAS+ world mm.
    """

    array: np.ndarray
    affine: np.ndarray


def suffix_of(path: str | Path) -> str:
    """The volume ending of a file name, "" where it has none.

    Example:
        >>> suffix_of("case/enhanced.nii.gz"), suffix_of("lgemri.nrrd"), suffix_of("notes.txt")
        ('.nii.gz', '.nrrd', '')
    """
    return next((suffix for suffix in SUFFIXES if str(path).lower().endswith(suffix)), "")


def read_volume(path: str | Path) -> Volume:
    """Read a 3D volume with its geometry.

    NRRD files in LPS or LAS are turned into RAS+ world coordinates through the affine; the array
    keeps its order. A NIfTI file's qform is used when its code is positive, else its sform.

    Args:
        path: a .nii, .nii.gz or .nrrd file.

    Returns:
        The volume, checked by `lascarlib.case.check_image`.

    Raises:
        LascarError: the file is missing, truncated, no image, not 3D, holds NaN or infinite
            voxels, its spacing is zero or negative, or its grid is sheared.
    """
    path = Path(path)
    if not path.is_file():
        raise LascarError(f"{path}: the file is missing; check the path")
    suffix = suffix_of(path)
    if not suffix:
        raise LascarError(f"{path}: not a volume; give a file ending in {', '.join(SUFFIXES)}")
    try:
        array, affine = _read_nrrd(path) if suffix == ".nrrd" else _read_nifti(path)
    except LascarError:
        raise
    except Exception as error:  # readers raise everything from OSError to zlib.error
        raise LascarError(
            f"{path}: cannot be read as an image ({_first_line(error)}); the file is truncated or "
            "no image, copy it again"
        ) from error
    check_image(array, affine, name=str(path))
    return Volume(array, affine)


def write_volume(path: str | Path, array: np.ndarray, affine: np.ndarray) -> None:
    """Write a 3D volume atomically: the file is either complete or absent.

    Args:
        path: target, ending in .nii, .nii.gz or .nrrd; its folder is made.
        array: (x, y, z); bool is stored as uint8, float64 as float32, int64 as int32.
        affine: (4, 4), voxel index to RAS+ world mm; stored as sform and, where a qform can hold
            it to 0.001 mm, as qform.

    Raises:
        LascarError: unknown ending, or an array or affine that is no usable volume.
    """
    path = Path(path)
    suffix = suffix_of(path)
    if not suffix:
        raise LascarError(f"{path}: unknown ending; write to one of {', '.join(SUFFIXES)}")
    check_image(array, affine, name=str(path))
    smaller = {"bool": np.uint8, "float64": np.float32, "float16": np.float32, "int64": np.int32}
    stored = array.astype(smaller.get(array.dtype.name, array.dtype), copy=False)
    write = _write_nrrd if suffix == ".nrrd" else _write_nifti
    write_atomically(path, lambda part: write(part, stored, affine), suffix=suffix)


def write_array(path: Path, array: np.ndarray) -> None:
    """Write a plain array as .npy, atomically; `numpy.load` reads it back."""

    def write(part: Path) -> None:
        with part.open("wb") as file:
            np.save(file, array)

    write_atomically(path, write)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    r"""Write a table of comma-separated values, atomically; None is left blank.

    Example:
        >>> target = Path(tempfile.mkdtemp()) / "table.csv"
        >>> write_csv(target, ["case", "dice"], [["a", 0.5], ["b", None]])
        >>> target.read_text()
        'case,dice\na,0.5\nb,\n'
    """

    def write(part: Path) -> None:
        with part.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(columns)
            table.writerows(rows)

    write_atomically(path, write)


def write_atomically(path: Path, write: Callable[[Path], object], *, suffix: str = "") -> None:
    """Let `write` fill a temporary file beside `path`, then move it there in one step.

    Args:
        path: the file to make; its folder is made if needed.
        write: called with the temporary path.
        suffix: ending of the temporary file, for writers that choose the format by it.

    Raises:
        OSError: the folder cannot be made or written to; its `filename` is the folder.

    Example:
        >>> target = Path(tempfile.mkdtemp()) / "new" / "note.txt"
        >>> write_atomically(target, lambda part: part.write_text("done"))
        >>> target.read_text(), len(list(target.parent.iterdir()))
        ('done', 1)
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=suffix, dir=path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path.parent)) from error
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _read_nifti(path: Path) -> tuple[np.ndarray, np.ndarray]:
    _check_nifti_spacing(path)
    image = nib.loadsave.load(path)
    if not isinstance(image, nib.nifti1.Nifti1Image):
        raise LascarError(f"{path}: {type(image).__name__} is not NIfTI; convert it to .nii.gz")
    affine = image.get_qform() if int(image.header["qform_code"]) > 0 else image.affine
    stored: Any = image.dataobj
    scaled = (stored.slope, stored.inter) != (1.0, 0.0)
    array = image.get_fdata(dtype=np.float32) if scaled else np.asanyarray(stored)
    if array.dtype.kind not in "buif":
        raise LascarError(f"{path}: voxels of type {array.dtype} are not grey levels; convert it")
    native = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    return native, np.asarray(affine, dtype=np.float64)


def _check_nifti_spacing(path: Path) -> None:
    """Refuse a spacing that nibabel, when it loads the file, would silently make positive."""
    with nib.openers.ImageOpener(str(path)) as file:
        header = nib.nifti1.Nifti1Header.from_fileobj(file, check=False)
    stored_mm = header["pixdim"][1:4]
    is_volume = int(header["sizeof_hdr"]) == 348 and int(header["dim"][0]) == 3
    if is_volume and not (np.isfinite(stored_mm).all() and (stored_mm > 0).all()):
        raise LascarError(
            f"{path}: voxel spacing {[float(s) for s in stored_mm]} mm is not positive; repair "
            "the header"
        )


def _write_nifti(path: Path, array: np.ndarray, affine: np.ndarray) -> None:
    image = nib.nifti1.Nifti1Image(array, affine)
    image.set_qform(affine, code=1)
    if not same_geometry(image.get_qform(), affine, shape=array.shape):
        image.set_qform(None, code=0)  # it holds a half turn only to about 0.01 mm
    image.set_sform(affine, code=1)
    image.header.set_xyzt_units("mm", "sec")
    nib.loadsave.save(image, path)


def _read_nrrd(path: Path) -> tuple[np.ndarray, np.ndarray]:
    array, header = nrrd.read(str(path))
    if array.ndim != 3:
        return array, np.eye(4)
    space = str(header.get("space", "")).lower()
    if space not in _NRRD_SPACES:
        raise LascarError(
            f"{path}: the NRRD space {space or 'field is missing'!r} is not one of "
            "left-posterior-superior, right-anterior-superior, left-anterior-superior; convert it"
        )
    if "space directions" not in header:
        raise LascarError(f"{path}: the NRRD has no space directions; convert it with its geometry")
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(header["space directions"], dtype=np.float64).T
    affine[:3, 3] = np.asarray(header.get("space origin", np.zeros(3)), dtype=np.float64)
    return np.ascontiguousarray(array), _NRRD_SPACES[space] @ affine


def _write_nrrd(path: Path, array: np.ndarray, affine: np.ndarray) -> None:
    lps = _LPS_TO_RAS @ affine
    header = {
        "space": "left-posterior-superior",
        "space directions": lps[:3, :3].T,
        "space origin": lps[:3, 3],
        "encoding": "gzip",
    }
    nrrd.write(str(path), array, header)

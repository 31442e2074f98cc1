"""Predictions packed as the LAScarQS / CARE challenge wants them, checked before."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lascarlib.case import Case, same_geometry
from lascarlib.datasets import ATRIUM_FILE, SCAR_FILE, Dataset, binary, holds_scar
from lascarlib.errors import LascarError
from lascarlib.io import read_volume, write_atomically

TASK_FILES: Final = MappingProxyType({1: (ATRIUM_FILE, SCAR_FILE), 2: (ATRIUM_FILE,)})
"""The challenge's tasks and the files each case has in them: 1 is LA and scar, 2 the LA alone."""

SHOWN = 3
"""So many faults of a submission are told; more would scroll the first away."""

_LARGEST_BYTES = 4


def find_task(predictions: str | Path) -> int:
    """The task that a folder of predictions is for: 1 where any case has scar, else 2.

    Example:
        >>> find_task("nowhere")
        2
    """
    return 1 if holds_scar(predictions) else 2


def submission_faults(predictions: str | Path, dataset: Dataset, *, task: int) -> list[str]:
    """Everything the challenge's evaluator would stumble over, or score without a word.

    It accepts a prediction of another shape or another affine by voxel index, truncates
    probabilities to 0, and stops at 64-bit integers: so each file must be there under its name, on
    the grid of its image, and hold 0 and one positive value in integers of at most 32 bits.

    Args:
        predictions: folder with a sub-folder a case, as `lascar predict` writes it.
        dataset: the images that were to be predicted; labels are not needed.
        task: 1 or 2, see `TASK_FILES`.

    Returns:
        One sentence a fault, in the order of the cases; empty where all is well.

    Raises:
        LascarError: the folder is missing, or the task is unknown.

    Source: the evaluator's public script, and its file names in the CARE challenge.
    """
    folder = Path(predictions)
    if not folder.is_dir():
        raise LascarError(f"{folder}: the folder is missing; give the --out of lascar predict")
    if task not in TASK_FILES:
        raise LascarError(f"task is {task}; give 1 for LA and scar, or 2 for the LA alone")
    predicted = {path.parent.name for path in folder.glob("*/*_predict.nii.gz")}
    faults = [
        f"{folder / name}: {dataset.source} has no image of this name; rename or remove the folder"
        for name in sorted(predicted - set(dataset.ids))
    ]
    for case in dataset:
        for name in TASK_FILES[task]:
            faults += _file_faults(folder / case.id / name, case)
    return faults


def check_submission(predictions: str | Path, dataset: Dataset, *, task: int) -> None:
    """Refuse predictions that have faults, see `submission_faults`.

    Args:
        predictions: folder with a sub-folder a case.
        dataset: the images that were to be predicted.
        task: 1 or 2, see `TASK_FILES`.

    Raises:
        LascarError: the folder is missing, the task is unknown, or there is a fault: a single one
            is told in full; of several the first three, a line each, under how many there are.
    """
    faults = submission_faults(predictions, dataset, task=task)
    if not faults:
        return
    if len(faults) == 1:
        raise LascarError(faults[0])
    shown = faults[:SHOWN]
    more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
    lines = "".join(f"\n  {words}" for words in (*shown, *more))
    raise LascarError(
        f"{predictions}: {len(faults)} faults keep Task {task} from being packed; mend them, "
        f"beginning with{lines}"
    )


def empty_atria(predictions: str | Path, ids: Sequence[str]) -> list[str]:
    """Cases whose predicted LA is empty: allowed, but the challenge scores them as missed.

    Args:
        predictions: folder that `submission_faults` found nothing in.
        ids: names of the cases.

    Returns:
        The names of those cases, in the order given.
    """
    path = Path(predictions)
    return [case for case in ids if not read_volume(path / case / ATRIUM_FILE).array.any()]


def write_submission(
    predictions: str | Path, ids: Sequence[str], path: str | Path, *, task: int
) -> None:
    """Pack the files of a task, one folder a case, into a zip that is complete or absent.

    The same files make the same bytes: sorted names, no dates, files as they are.

    Args:
        predictions: folder that `submission_faults` found nothing in.
        ids: names of the cases.
        path: target, ending in .zip; its folder is made.
        task: 1 or 2, see `TASK_FILES`.

    Raises:
        LascarError: another ending, a folder of that name, or a file is missing.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> (folder / "case_1").mkdir()
        >>> _ = (folder / "case_1" / "LA_predict.nii.gz").write_bytes(b"a volume")
        >>> write_submission(folder, ["case_1"], folder / "task2.zip", task=2)
        >>> zipfile.ZipFile(folder / "task2.zip").namelist()
        ['case_1/LA_predict.nii.gz']
    """
    folder, path = Path(predictions), Path(path)
    check_target(path)
    names = [f"{case}/{name}" for case in sorted(ids) for name in TASK_FILES[task]]
    if missing := [name for name in names if not (folder / name).is_file()]:
        raise LascarError(f"{folder / missing[0]}: the file is missing; predict this case")

    def write(part: Path) -> None:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:  # .gz is compressed
            for name in names:
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                entry.create_system = 3  # Unix, on any system, for the permissions below
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, (folder / name).read_bytes())

    write_atomically(path, write)


def check_target(path: Path) -> None:
    """Refuse a name that no zip can be written to.

    Raises:
        LascarError: another ending, or a folder of that name.
    """
    if path.suffix.lower() != ".zip":
        raise LascarError(f"{path}: unknown ending; write to a name that ends in .zip")
    if path.is_dir():
        raise LascarError(f"{path}: is a folder; give the name of a file to write")


def _file_faults(path: Path, case: Case) -> Iterator[str]:
    """What is wrong with one file, a sentence each."""
    if not path.is_file():
        alike = [p for p in _files(path.parent) if _alike(p.name) == _alike(path.name)]
        yield (
            f"{alike[0]}: the challenge wants the name {path.name}; save it under that name"
            if alike
            else f"{path}: the file is missing; predict this case"
        )
        return
    try:
        volume = read_volume(path)
    except LascarError as error:
        yield str(error)
        return
    shape, kind = volume.array.shape, volume.array.dtype
    if kind.kind not in "bui" or kind.itemsize > _LARGEST_BYTES:
        yield (
            f"{path}: voxels of type {kind}, but the challenge needs integers of at most 32 bits; "
            "save the thresholded label as uint8"
        )
    if shape != case.image.shape:
        yield f"{path}: shape {shape} differs from {case.image.shape} of its image; predict on it"
    elif not same_geometry(volume.affine, case.affine, shape=shape):
        yield (
            f"{path}: affine differs from that of its image by more than 0.001 mm; predict on the "
            "image's own grid"
        )
    try:
        binary(volume.array, path=path)
    except LascarError as error:
        yield str(error)


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []


def _alike(name: str) -> str:
    """A file name as a careless hand writes it: case, ending and separators do not count."""
    return name.lower().split(".")[0].replace("-", "").replace("_", "").removesuffix("ion")

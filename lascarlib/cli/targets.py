"""Where a command writes, checked before it starts to work, and the record beside a table."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lascarlib.errors import LascarError

if TYPE_CHECKING:
    from lascarlib.datasets import Dataset


def check_folder(path: Path) -> None:
    """Refuse a folder to write into that is something else.

    Raises:
        LascarError: the path, or one above it, is a file.
    """
    for part in (path, *path.parents):
        if part.exists() and not part.is_dir():
            raise LascarError(f"{part}: a file, where a folder is needed; give another folder")


def check_predictions(out: Path, data: str, *, resume: bool, hint: str = "") -> None:
    """Refuse a folder for predictions that holds the images themselves, or other predictions.

    Args:
        out: the folder.
        data: the images, as they were given.
        resume: whether predictions in it are to be gone on with.
        hint: what else than a new folder would help.

    Raises:
        LascarError: it is where the images lie, or one of them; or it has predictions already and
            they are not to be gone on with.
    """
    check_folder(out)
    images = Path(re.sub(r"\[-?\d*:-?\d*\]$", "", data))
    home = images.parent if images.is_file() else images
    if out.exists() and home.exists() and out.samefile(home):
        raise LascarError(f"{out}: holds the images; give another folder for what is predicted")
    if not resume and (out / "prediction.json").exists():
        raise LascarError(f"{out}: holds predictions already; give {hint}a new folder")


@contextmanager
def nothing_left(run: Path, *, unless: bool) -> Iterator[None]:
    """Remove the folder of a training that is refused while its cases are prepared.

    Args:
        run: the folder.
        unless: whether it was there before; then, and where a network is trained or half trained,
            it stays as it is.
    """
    try:
        yield
    except LascarError:
        learned = [*run.glob("*/*/weights.safetensors"), *run.glob("*/*/checkpoint.safetensors")]
        if not unless and not learned:
            shutil.rmtree(run)
        raise


def check_table(path: Path | None) -> None:
    """Refuse a name that no table can be written to; None asks for no table.

    Raises:
        LascarError: another ending than .csv, or its folder is a file.
    """
    if path is None:
        return
    if path.suffix != ".csv":
        raise LascarError(f"{path}: unknown ending; write to a name that ends in .csv")
    check_folder(path.parent)


def write_record(table: Path, reference: "Dataset", made_from: Mapping[str, object]) -> None:
    """Write what a table of scores was made from beside it, as .json."""
    from lascarlib.provenance import provenance
    from lascarlib.training.checkpoint import write_json

    record = {
        "reference": reference.source,
        "fingerprint": reference.fingerprint,
        **made_from,
        "provenance": provenance(),
    }
    write_json(table.with_suffix(".json"), record)

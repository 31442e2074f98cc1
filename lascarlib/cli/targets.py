"""Where a command writes, checked before it starts to work, and the record beside a table."""

from collections.abc import Mapping
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

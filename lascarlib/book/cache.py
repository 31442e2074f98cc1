"""The key of an executed notebook: what decides its outputs, as one hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from lascarlib.errors import LascarError
from lascarlib.provenance import hash_files


def notebook_key(
    notebook: nbformat.NotebookNode,
    *,
    parameters: Mapping[str, Any],
    library: Path,
    lock: Path,
) -> str:
    """Hash the notebook's cells, the library's files, the lock, the parameters and the data's path.

    Outputs and other metadata of the notebook do not count, so running it in JupyterLab does not
    change its key.

    Args:
        notebook: the notebook as read from git.
        parameters: what will be injected, the profile included.
        library: see `library_hash`.
        lock: the file of pinned versions.

    Returns:
        64 hexadecimal digits.
    """
    cells = [
        [cell.cell_type, cell.source, sorted(cell.metadata.get("tags", []))]
        for cell in notebook.cells
    ]
    inputs = [dict(sorted(parameters.items())), os.environ.get("LASCAR_DATA")]
    deciding = [cells, *inputs, library_hash(library, lock=lock)]
    return hashlib.sha256(json.dumps(deciding).encode()).hexdigest()


def library_hash(library: Path, *, lock: Path) -> str:
    """Hash the library's files and the lock.

    Args:
        library: the folder of the package; every file in it counts but compiled ones.
        lock: the file of pinned versions.

    Returns:
        64 hexadecimal digits.

    Raises:
        LascarError: there is no lock.
    """
    if not lock.is_file():
        raise LascarError(f"{lock}: the file of pinned versions is missing; restore it")
    files = [path for path in sorted(library.rglob("*")) if "__pycache__" not in path.parts]
    folder = hash_files((path for path in files if path.is_file()), root=library)
    return hashlib.sha256(folder.encode() + lock.read_bytes()).hexdigest()


def stored_record(path: Path) -> dict[str, Any]:
    """Return the record that the runner left in an executed notebook; empty if there is none."""
    try:
        return dict(nbformat.read(path, as_version=4).metadata.get("lascar", {}))
    except (OSError, ValueError, nbformat.ValidationError):
        return {}

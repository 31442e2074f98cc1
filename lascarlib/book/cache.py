"""The key of an executed notebook: what decides its outputs, as one hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat


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
        library: the folder of the package; every file in it counts but compiled ones.
        lock: the file of pinned versions; a missing one counts as empty.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    cells = [
        [cell.cell_type, cell.source, sorted(cell.metadata.get("tags", []))]
        for cell in notebook.cells
    ]
    settings = [cells, dict(sorted(parameters.items())), os.environ.get("LASCAR_DATA")]
    digest.update(json.dumps(settings).encode())
    for path in [lock, *sorted(library.rglob("*"))]:
        if path.is_file() and "__pycache__" not in path.parts:
            name = path.relative_to(library).as_posix() if path != lock else path.name
            digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def stored_record(path: Path) -> dict[str, Any]:
    """Return the record that the runner left in an executed notebook; empty if there is none."""
    try:
        return dict(nbformat.read(path, as_version=4).metadata.get("lascar", {}))
    except (OSError, ValueError, nbformat.ValidationError):
        return {}

"""The parameters cell of a notebook: plain `name = literal` lines, read without running them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from lascarlib.errors import LascarError
from lascarlib.training.profiles import PROFILES

_TYPES = (bool, int, float, str, list, dict)


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read one notebook file.

    Raises:
        LascarError: if the file is missing or is no notebook.
    """
    if not path.is_file():
        raise LascarError(f"{path}: there is no such notebook; check the name")
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise LascarError(f"{path}: not a readable notebook; restore it from git") from error


def by_hand(notebook: nbformat.NotebookNode) -> str:
    """Why only a person can run a notebook: its metadata `lascar.by_hand`, else an empty text.

    Example:
        >>> by_hand(nbformat.v4.new_notebook(metadata={"lascar": {"by_hand": "it needs a mouse"}}))
        'it needs a mouse'
        >>> by_hand(nbformat.v4.new_notebook())
        ''
    """
    return str(notebook.metadata.get("lascar", {}).get("by_hand", ""))


def read_parameters(source: str, *, name: str) -> dict[str, Any]:
    r"""Read the names and defaults of a parameters cell without running it.

    A parameter's type is the type of its default, so a default must be one of bool, int, float,
    str, list or dict, written as a literal: a computed value would keep the result of the old
    default when the runner injects a new one.

    Args:
        source: the text of the cell.
        name: what to call the notebook in an error message.

    Returns:
        The defaults by name, in the order of the cell; empty for an empty cell.

    Raises:
        LascarError: if the cell holds anything but comments and `name = literal` lines.

    Example:
        >>> read_parameters("profile = 'smoke'  # or cpu, gpu\nseed = -7", name="01.ipynb")
        {'profile': 'smoke', 'seed': -7}
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise LascarError(
            f"{name}: the parameters cell is not Python (line {error.lineno}); "
            "write one `name = literal` a line"
        ) from error
    defaults: dict[str, Any] = {}
    for statement in statements:
        parameter, value = _assignment(statement, name=name)
        if parameter in defaults:
            raise LascarError(f"{name}: the parameter {parameter!r} is assigned twice; keep one")
        defaults[parameter] = value
    return defaults


def _assignment(statement: ast.stmt, *, name: str) -> tuple[str, Any]:
    """Return the name and the value of one `name = literal` statement."""
    line = f"{name}: line {statement.lineno} of the parameters cell"
    match statement:
        case ast.Assign(targets=[ast.Name(id=parameter)], value=node):
            pass
        case _:
            raise LascarError(f"{line} is not a plain `name = literal`; move it to the next cell")
    try:
        value = ast.literal_eval(node)
    except ValueError as error:
        raise LascarError(
            f"{line} computes {parameter!r}; give it a literal and compute in the next cell"
        ) from error
    if type(value) not in _TYPES:
        kinds = ", ".join(kind.__name__ for kind in _TYPES)
        raise LascarError(
            f"{line} gives {parameter!r} the type {type(value).__name__}; use one of {kinds}"
        )
    return parameter, value


def notebook_parameters(notebook: nbformat.NotebookNode, *, name: str) -> dict[str, Any]:
    """Read the defaults of a notebook's one cell tagged `parameters`.

    Raises:
        LascarError: if there is not exactly one such cell, it is not plain, or it lacks `profile`.
    """
    tagged = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])
    ]
    if len(tagged) != 1:
        raise LascarError(
            f"{name}: {len(tagged)} code cells are tagged 'parameters'; tag exactly one"
        )
    defaults = read_parameters(tagged[0].source, name=name)
    if defaults.get("profile") not in PROFILES:
        raise LascarError(f"{name}: the parameters cell has no `profile`; add `profile = 'smoke'`")
    return defaults


def check_parameters(
    given: Mapping[str, Any], defaults: Mapping[str, Any], *, name: str
) -> dict[str, Any]:
    """Hold given parameters against a notebook's defaults and return what to inject.

    The type of a parameter is the type of its default; an int is accepted for a float (and becomes
    one), nothing else is converted.

    Args:
        given: the values asked for, by name; may be empty.
        defaults: the notebook's own, as `read_parameters` returns them.
        name: what to call the notebook in an error message.

    Raises:
        LascarError: if a name is unknown or a value has another type.

    Example:
        >>> check_parameters({"rate": 1}, {"rate": 0.5, "seed": 7}, name="05.ipynb")
        {'rate': 1.0}
        >>> check_parameters({"sed": 3}, {"rate": 0.5, "seed": 7}, name="05.ipynb")
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: 05.ipynb: unknown parameter 'sed'; known are rate, seed
    """
    checked: dict[str, Any] = {}
    for parameter, value in given.items():
        if parameter not in defaults:
            known = ", ".join(defaults)
            raise LascarError(f"{name}: unknown parameter {parameter!r}; known are {known}")
        kind = type(defaults[parameter])
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            known = ", ".join(f"{key} ({type(old).__name__})" for key, old in defaults.items())
            raise LascarError(
                f"{name}: parameter {parameter!r} must be {kind.__name__}, not "
                f"{type(value).__name__} ({value!r}); known are {known}"
            )
        checked[parameter] = value
    return checked


def check_notebooks(paths: Sequence[str | Path]) -> None:
    """Refuse notebooks that are not fit to be committed.

    A notebook in git has no outputs and no execution counts, and one plain parameters cell with a
    `profile`.

    Raises:
        LascarError: for the first notebook that breaks a rule; none for an empty list.
    """
    for path in map(Path, paths):
        notebook = read_notebook(path)
        notebook_parameters(notebook, name=path.name)
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.get("outputs") or cell.get("execution_count"):
                raise LascarError(
                    f"{path.name}: cell {number} has outputs; run `nbstripout {path.name}`"
                )

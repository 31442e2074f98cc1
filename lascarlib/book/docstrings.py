"""Docstrings are written to be read in an editor; here they are made safe for the reference page.

Sphinx reads them as reStructuredText, where a lone `*`, a `|` or a trailing `_` starts markup. In
this library they mean themselves: a shape `(batch, *shape)`, a distance `|d|`.
"""

import re
from typing import Any


def escape_prose(lines: list[str]) -> list[str]:
    r"""Escape what would start markup, outside code in backticks and outside doctests.

    Args:
        lines: a docstring; may be empty.

    Returns:
        As many lines.

    Example:
        >>> escape_prose(["(n, *shape), `*a`", "|d| of x_"])
        ['(n, \\*shape), `*a`', '\\|d\\| of x\\_']
        >>> escape_prose([">>> 2 * 3", "6 * 1", "", "2 * 3"])
        ['>>> 2 * 3', '6 * 1', '', '2 \\* 3']
    """
    escaped = []
    in_doctest = False
    for line in lines:
        in_doctest = bool(line.strip()) and (in_doctest or line.lstrip().startswith(">>>"))
        parts = [line] if in_doctest else re.split(r"(`+[^`]*`+)", line)
        if not in_doctest:
            parts[::2] = [re.sub(r"([*|]|(?<=\w)_(?!\w))", r"\\\1", part) for part in parts[::2]]
        escaped.append("".join(parts))
    return escaped


def _process(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list) -> None:
    lines[:] = escape_prose(lines)


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx, ahead of the extension that reads the sections (napoleon)."""
    app.connect("autodoc-process-docstring", _process, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

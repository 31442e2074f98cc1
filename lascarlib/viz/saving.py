"""Figures in files: whole or absent, and the same bytes for the same figure."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.io import write_atomically

_TIMELESS: dict[str, dict[str, None]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def save_figure(figure: Figure, path: str | Path, *, dpi: float = 150) -> None:
    """Write a figure without the date and the random names that would make files differ.

    Args:
        figure: to write; it stays open.
        path: target, ending in .png, .svg or .pdf; its folder is made.
        dpi: dots per inch of a .png, and of images inside the others.

    Raises:
        LascarError: another ending.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("a.svg", "b.svg"):
        ...     save_figure(Figure(figsize=(1, 1)), folder / name)
        >>> (folder / "a.svg").read_bytes() == (folder / "b.svg").read_bytes()
        True
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _TIMELESS:
        raise LascarError(f"{path}: unknown ending; write to .png, .svg or .pdf")
    with mpl.rc_context({"svg.hashsalt": "lascarlib", "pdf.fonttype": 42}):
        write_atomically(
            path,
            lambda part: figure.savefig(
                part, format=suffix[1:], dpi=dpi, metadata=_TIMELESS[suffix]
            ),
        )

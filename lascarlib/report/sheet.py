"""A case's report as one sheet of A4, for PDF."""

import textwrap
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure, SubFigure

from lascarlib.case import Case
from lascarlib.report.contents import DISCLAIMER, WARNING, Contents
from lascarlib.report.page import check_word, headline
from lascarlib.report.pictures import draw_findings

A4_IN = (8.27, 11.69)
"""Width and height of the sheet in inches."""

_RED = "#a30000"
_LINE_IN = 0.185


def pdf_sheet(
    contents: Contents, case: Case, atrium: np.ndarray, scar: np.ndarray | None
) -> Figure:
    """Set a report on a sheet of A4.

    Args:
        contents: its words.
        case: the image.
        atrium: bool (x, y, z), the predicted LA; may be empty.
        scar: bool (x, y, z), the predicted scar, or None.

    Returns:
        The figure, to be saved as PDF (`lascarlib.viz.save_figure`).

    Raises:
        LascarError: as `lascarlib.viz.show_slice`.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> case = phantom_case(0, seed=7, config=COARSE)
        >>> sheet = pdf_sheet(Contents("a", (), (), ()), case, case.atrium, None)
        >>> sheet.get_size_inches().tolist(), len(sheet.axes)
        ([8.27, 11.69], 3)
        >>> plt.close(sheet)
    """
    figure = plt.figure(figsize=A4_IN, layout="none")
    parts = figure.subfigures(3, 1, height_ratios=(0.11, 0.5, 0.39), squeeze=False)
    head, pictures, words = parts[:, 0]
    _banner(head, y=0.72)
    size = min(15.0, 15.0 * 55 / len(contents.title))
    head.text(0.07, 0.30, contents.title, size=size, weight="bold", parse_math=False)
    head.text(0.07, 0.04, DISCLAIMER, size=7.5, color="#444444")
    draw_findings(pictures, case, atrium, scar)
    pictures.subplots_adjust(left=0.07, right=0.93, top=0.93, bottom=0.07, wspace=0.04, hspace=0.16)
    _write(words, contents)
    return figure


def _banner(part: SubFigure, *, y: float) -> None:
    part.text(
        0.5,
        y,
        WARNING.center(70),
        size=11,
        weight="bold",
        color="white",
        ha="center",
        backgroundcolor=_RED,
    )


def _write(part: SubFigure, contents: Contents) -> None:
    """The three tables below each other, then the warning once more."""
    line = _LINE_IN / (A4_IN[1] * 0.39)
    y = 1.0 - line
    y = _heading(part, "Numbers", y, line)
    for name, value, remark in contents.numbers:
        part.text(0.07, y, name, size=9, parse_math=False)
        part.text(0.24, y, value, size=9, weight="bold", parse_math=False)
        part.text(0.36, y, remark, size=9, color="#444444", parse_math=False)
        y -= line
    y = _heading(part, headline(contents.checks), y - 0.7 * line, line)
    for check in contents.checks:
        look = check.passed is False
        style: dict[str, Any] = {
            "size": 9,
            "weight": "bold" if look else "normal",
            "parse_math": False,
        }
        part.text(0.07, y, check_word(check), color=_RED if look else "black", **style)
        part.text(0.19, y, check.name, **style)
        part.text(0.42, y, textwrap.shorten(check.says, 75, placeholder=" …"), **style)
        y -= line
    y = _heading(part, "Made from", y - 0.7 * line, line)
    for name, value in contents.origin:
        part.text(0.07, y, name, size=7.5, color="#444444", parse_math=False)
        value = textwrap.shorten(value, 100, placeholder=" …")
        part.text(0.24, y, value, size=7.5, color="#444444", parse_math=False)
        y -= 0.85 * line
    _banner(part, y=0.03)


def _heading(part: SubFigure, text: str, y: float, line: float) -> float:
    part.text(0.07, y, text, size=11, weight="bold", parse_math=False)
    return y - 1.1 * line

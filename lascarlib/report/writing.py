"""Both forms of a case's report in a folder."""

import io
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from lascarlib.case import Case
from lascarlib.io import write_atomically
from lascarlib.report.contents import Contents
from lascarlib.report.page import html_page
from lascarlib.report.pictures import show_findings
from lascarlib.report.sheet import pdf_sheet
from lascarlib.viz import save_figure, use_style

PICTURE_DPI = 150


def write_report(
    folder: str | Path,
    contents: Contents,
    case: Case,
    atrium: np.ndarray,
    scar: np.ndarray | None,
) -> tuple[Path, Path]:
    """Write a case's report as <case>.html and <case>.pdf; the same input makes the same bytes.

    Args:
        folder: to write into; it is made.
        contents: the words, from `make_contents`.
        case: the image.
        atrium: bool (x, y, z), the predicted LA; may be empty.
        scar: bool (x, y, z), the predicted scar, or None.

    Returns:
        The two paths. Either file is complete or absent.

    Raises:
        LascarError: as `lascarlib.viz.show_slice`.
    """
    page, sheet = (Path(folder) / f"{case.id}{suffix}" for suffix in (".html", ".pdf"))
    with plt.rc_context():
        use_style()
        plt.rcParams["axes.grid"] = False
        pictures = show_findings(case, atrium, scar)
        figure = pdf_sheet(contents, case, atrium, scar)
        png = io.BytesIO()
        pictures.savefig(png, format="png", dpi=PICTURE_DPI)
        text = html_page(contents, png.getvalue())
        write_atomically(page, lambda part: part.write_text(text, encoding="utf-8"))
        save_figure(figure, sheet)
        plt.close(pictures)
        plt.close(figure)
    return page, sheet

"""The pictures of a report: the LA in three planes, and the scar in three more."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from nibabel.orientations import aff2axcodes

from lascarlib.case import Case
from lascarlib.viz.colours import grey_window, legend_lines
from lascarlib.viz.plane import Axis, find_plane
from lascarlib.viz.slices import show_slice
from lascarlib.viz.style import PAGE_WIDTH_IN
from lascarlib.viz.view import SliceView, choose_index

PLANES: tuple[Axis, ...] = ("axial", "coronal", "sagittal")

MARGIN_MM = 25.0
"""Of the image round the LA."""


def show_findings(case: Case, atrium: np.ndarray, scar: np.ndarray | None) -> Figure:
    """Draw the pictures of a report on a figure of the page's width.

    Args:
        case: the image; its labels are not drawn.
        atrium: bool (x, y, z), the predicted LA; may be empty.
        scar: bool (x, y, z), the predicted scar, or None.

    Returns:
        A figure of three axes, six where there is scar.

    Raises:
        LascarError: as `lascarlib.viz.show_slice`.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> case = phantom_case(0, seed=7, config=COARSE)
        >>> figure = show_findings(case, case.atrium, case.scar)
        >>> [ax.get_title().split()[0] for ax in figure.axes]
        ['axial', 'coronal', 'sagittal', 'axial', 'coronal', 'sagittal']
        >>> plt.close(figure)
    """
    rows = 2 if scar is not None and scar.any() else 1
    figure = plt.figure(figsize=(PAGE_WIDTH_IN, 0.2 + 2.5 * rows), layout="constrained")
    draw_findings(figure, case, atrium, scar)
    return figure


def draw_findings(
    figure: Figure | SubFigure, case: Case, atrium: np.ndarray, scar: np.ndarray | None
) -> None:
    """Draw the pictures of a report into a figure: see `show_findings`.

    The first row is cut where there is most LA, the second where there is most scar.
    """
    masks = {"atrium": atrium} if scar is None else {"atrium": atrium, "scar": scar}
    drawn: dict[str, np.ndarray] = {name: mask for name, mask in masks.items() if mask.any()}
    chosen = list(drawn) or [""]
    axes = np.atleast_2d(figure.subplots(len(chosen), 3, squeeze=False))
    window = grey_window(case.image)
    orientation = "".join(str(letter) for letter in aff2axcodes(case.affine))
    for row, most in zip(axes, chosen, strict=True):
        for ax, axis in zip(row, PLANES, strict=True):
            plane = find_plane(axis, orientation=orientation)
            index = choose_index(case.image.shape, plane, {most: drawn[most]} if most else {})
            view = SliceView(
                axis=axis,
                index=index,
                window=window,
                margin_mm=MARGIN_MM if drawn else None,
                orientation=orientation,
            )
            show_slice(
                case.image,
                spacing_mm=case.spacing_mm,
                contours=drawn,
                view=view,
                title=f"{axis} {index}{f', most {_word(most)}' if most else ''}",
                key=False,
                ax=ax,
            )
    _legend(axes, drawn)


def _word(name: str) -> str:
    return "LA" if name == "atrium" else name


def _legend(axes: np.ndarray, drawn: dict[str, np.ndarray]) -> None:
    """Below the middle of the last row."""
    if drawn:
        middle: Axes = axes[-1][1]
        lines = legend_lines(drawn)
        middle.legend(
            handles=lines, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=len(lines)
        )

"""Several slices side by side with one legend: a case in three planes, a row of slices."""

from collections.abc import Sequence
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from nibabel.orientations import aff2axcodes

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.viz.colours import (
    add_colour_bar,
    grey_window,
    legend_lines,
)
from lascarlib.viz.layers import Contours, Overlay, Spacing
from lascarlib.viz.plane import Axis
from lascarlib.viz.slices import show_slice
from lascarlib.viz.style import PAGE_WIDTH_IN
from lascarlib.viz.view import EVERYTHING, SliceView

_PLANES: tuple[Axis, ...] = ("axial", "coronal", "sagittal")


def show_case(
    case: Case,
    *,
    contours: Contours | None = None,
    window: tuple[float, float] | None = None,
    margin_mm: float | None = None,
    title: str | None = None,
) -> Figure:
    """Draw a case in three planes through the LA, turned by its affine, in one window.

    Args:
        case: image, and the labels that are drawn where `contours` is not given.
        contours: name from `PALETTE` -> bool (x, y, z); by default atrium and scar where known.
        window: grey levels shown as black and white; by default percentiles 1 and 99.5.
        margin_mm: zoom to the contours with this margin; by default show everything.
        title: by default the case's id and its spacing.

    Returns:
        A figure of three axes, each at the slice with most contour (the middle without any).

    Raises:
        LascarError: as `show_slice`.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> figure = show_case(phantom_case(0, seed=7, config=COARSE))
        >>> len(figure.axes), [text.get_text() for text in figure.legends[0].get_texts()]
        (3, ['atrium', 'scar'])
        >>> plt.close(figure)
    """
    if contours is None:
        known = {"atrium": case.atrium, "scar": case.scar}
        contours = {name: mask for name, mask in known.items() if mask is not None}
    orientation = "".join(str(letter) for letter in aff2axcodes(case.affine))
    window = grey_window(case.image) if window is None else window
    figure, axes = plt.subplots(1, 3, layout="constrained")
    for ax, axis in zip(axes, _PLANES, strict=True):
        view = SliceView(axis=axis, window=window, margin_mm=margin_mm, orientation=orientation)
        spacing_mm = case.spacing_mm
        show_slice(
            case.image, spacing_mm=spacing_mm, contours=contours, view=view, key=False, ax=ax
        )
    _fit(figure, list(axes), columns=3)
    size = " x ".join(f"{length:g}" for length in case.spacing_mm)
    figure.suptitle(f"{case.id}, {size} mm" if title is None else title, fontsize=10)
    _legend(figure, contours)
    return figure


def show_slices(
    image: np.ndarray,
    *,
    spacing_mm: Spacing,
    indices: Sequence[int],
    contours: Contours | None = None,
    overlay: Overlay | None = None,
    view: SliceView = EVERYTHING,
    columns: int = 4,
    title: str | None = None,
) -> Figure:
    """Draw several slices of one volume in rows, with one window, one legend, one colour bar.

    Args:
        image: (x, y, z), any real type.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        indices: slices to draw, in this order.
        contours: name from `PALETTE` -> bool (x, y, z).
        overlay: a map that is coloured over the image.
        view: plane, window, zoom and orientation of all of them.
        columns: slices in a row, at least 1.
        title: of the figure.

    Returns:
        A figure with one axes per index (and the colour bar's).

    Raises:
        LascarError: no index, one in the view too, fewer than one column, or as `show_slice`.

    Example:
        >>> image = np.zeros((8, 6, 4), np.float32)
        >>> figure = show_slices(image, spacing_mm=(1.0, 1.0, 2.5), indices=[0, 2, 3], columns=2)
        >>> [ax.get_title() for ax in figure.axes]
        ['axial 0', 'axial 2', 'axial 3']
        >>> plt.close(figure)
    """
    if len(indices) == 0:
        raise LascarError("indices is empty; name at least one slice")
    if view.index is not None:
        raise LascarError(f"view has index {view.index} beside the indices; leave it out")
    if columns < 1:
        raise LascarError(f"columns is {columns}; give at least 1")
    view = replace(view, window=grey_window(image) if view.window is None else view.window)
    columns = min(columns, len(indices))
    rows = -(-len(indices) // columns)
    figure = plt.figure(layout="constrained")
    axes: list[Axes] = []
    for place, index in enumerate(indices, start=1):
        ax = figure.add_subplot(rows, columns, place)
        show_slice(
            image,
            spacing_mm=spacing_mm,
            contours=contours,
            overlay=overlay,
            view=replace(view, index=index),
            key=False,
            ax=ax,
        )
        axes.append(ax)
    _fit(figure, axes, columns=columns, bar_in=0.0 if overlay is None else 0.9)
    if overlay is not None:
        add_colour_bar(overlay.colours, overlay.values, axes, label=overlay.label)
    if title is not None:
        figure.suptitle(title, fontsize=10)
    _legend(figure, {} if contours is None else contours)
    return figure


def _fit(figure: Figure, axes: list[Axes], *, columns: int, bar_in: float = 0.0) -> None:
    """One scale for all panels, and a figure as high as the page's width then asks for."""
    sizes = [
        (float(abs(np.diff(ax.get_xlim())[0])), float(abs(np.diff(ax.get_ylim())[0])))
        for ax in axes
    ]
    rows = [sizes[first : first + columns] for first in range(0, len(sizes), columns)]
    axes[0].get_gridspec().set_width_ratios([width for width, _ in rows[0]])  # type: ignore[union-attr]
    inches_per_mm = (PAGE_WIDTH_IN - bar_in) / sum(width for width, _ in rows[0])
    height = sum(max(height for _, height in row) for row in rows) * inches_per_mm
    figure.set_size_inches(PAGE_WIDTH_IN, height + 0.25 * len(rows) + 0.5)


def _legend(figure: Figure, contours: Contours) -> None:
    if contours:
        lines = legend_lines(contours)
        figure.legend(handles=lines, loc="outside lower center", ncols=min(len(lines), 5))

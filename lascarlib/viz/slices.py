"""One slice of a volume: grey levels, outlines of structures, a coloured map, a scale in mm."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes

from lascarlib.viz.colours import (
    OVERLAY_ALPHA,
    add_colour_bar,
    legend_lines,
)
from lascarlib.viz.layers import Contours, Overlay, Spacing, check_layers
from lascarlib.viz.plane import Plane, cut
from lascarlib.viz.style import LINE_STYLES, PALETTE
from lascarlib.viz.view import EVERYTHING, SliceView, settle
from lascarlib.viz.zoom import bar_length_mm, box_around, whole_slice

_HALO = (patheffects.withStroke(linewidth=2.1, foreground="#00000099"),)


def show_slice(
    image: np.ndarray,
    *,
    spacing_mm: Spacing,
    contours: Contours | None = None,
    overlay: Overlay | None = None,
    view: SliceView = EVERYTHING,
    title: str | None = None,
    key: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw one slice in the radiological convention: the patient's right at the picture's left.

    Letters at the edges say where right, left, anterior, posterior, superior and inferior are; a
    bar gives the scale.

    Args:
        image: (x, y, z), any real type.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        contours: name from `PALETTE` -> bool (x, y, z), drawn as outlines.
        overlay: a map that is coloured over the image.
        view: plane, slice, window, zoom and orientation; by default the whole axial slice with
            most contour, of a volume that is stored as scanners do ("LPS").
        title: by default plane and index.
        key: whether to draw the legend and the colour bar.
        ax: where to draw; by default a new figure.

    Returns:
        The axes drawn on.

    Raises:
        LascarError: not a volume, shapes that differ, an index outside, an unknown name, a margin
            without contours, or a spacing that is not above 0.

    Example:
        >>> image = np.zeros((8, 6, 4), np.float32)
        >>> mask = np.zeros(image.shape, bool)
        >>> mask[2:5, 2:4, 1] = True
        >>> ax = show_slice(image, spacing_mm=(1.0, 1.0, 2.5), contours={"atrium": mask})
        >>> ax.get_title(), ax.images[0].get_array().shape  # rows are y, columns are x
        ('axial 1', (6, 8))
        >>> plt.close(ax.figure)
    """
    contours = {} if contours is None else contours
    check_layers(image, contours, overlay, spacing_mm=spacing_mm)
    plane = view.plane
    index, (low, high) = settle(view, image, contours)
    if ax is None:
        _, ax = plt.subplots(figsize=(4.0, 4.0), layout="constrained")
    picture = cut(image, plane, index=index)
    box = whole_slice(image.shape, plane, spacing_mm=spacing_mm)
    extent = (box.left, box.right, box.bottom, box.top)
    ax.imshow(picture, cmap="gray", vmin=low, vmax=high, extent=extent, interpolation="nearest")
    if overlay is not None:
        _colour(ax, overlay, cut(overlay.values, plane, index=index), extent, key=key)
    for name, mask in contours.items():
        outline(ax, cut(mask, plane, index=index), name, extent)
    if view.margin_mm is not None:
        box = box_around(contours, plane, margin_mm=view.margin_mm, spacing_mm=spacing_mm)
    ax.set(xlim=(box.left, box.right), ylim=(box.bottom, box.top))
    _finish(ax, plane, title=f"{view.axis} {index}" if title is None else title)
    if key and contours:
        columns = min(len(contours), 3)
        lines = legend_lines(contours)
        ax.legend(handles=lines, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=columns)
    return ax


def _colour(
    ax: Axes,
    overlay: Overlay,
    shown: np.ndarray,
    extent: tuple[float, float, float, float],
    *,
    key: bool,
) -> None:
    colours = overlay.colours
    rgba = colours.to_rgba(np.ma.masked_invalid(shown), alpha=OVERLAY_ALPHA)
    ax.imshow(rgba, extent=extent, interpolation="nearest")
    if key:
        add_colour_bar(colours, overlay.values, [ax], label=overlay.label)


def outline(
    ax: Axes, mask: np.ndarray, name: str, extent: tuple[float, float, float, float]
) -> None:
    """Draw the line between a slice's voxels of a structure and the others.

    Args:
        ax: where to draw.
        mask: bool (row, column).
        name: of the structure, from `PALETTE`.
        extent: left, right, bottom and top of the slice in mm.
    """
    if not mask.any():
        return
    rows, columns = mask.shape
    dx, dy = extent[1] / columns, extent[2] / rows
    padded = np.pad(mask.astype(np.float32), 1)
    x, y = (np.arange(-1, columns + 1) + 0.5) * dx, (np.arange(-1, rows + 1) + 0.5) * dy
    style = LINE_STYLES.get(name, "-")
    drawn = ax.contour(
        x, y, padded, levels=[0.5], colors=PALETTE[name], linewidths=1.3, linestyles=style
    )
    drawn.set_path_effects(list(_HALO))


def _finish(ax: Axes, plane: Plane, *, title: str) -> None:
    """Title, letters of the body's directions, and a scale bar."""
    ax.set_title(title)
    ax.set_axis_off()
    style: dict[str, Any] = {"color": "white", "fontsize": 8, "path_effects": list(_HALO)}
    left, right, top, bottom = plane.letters
    ax.text(0.01, 0.5, left, ha="left", va="center", transform=ax.transAxes, **style)
    ax.text(0.99, 0.5, right, ha="right", va="center", transform=ax.transAxes, **style)
    ax.text(0.5, 0.985, top, ha="center", va="top", transform=ax.transAxes, **style)
    ax.text(0.5, 0.015, bottom, ha="center", va="bottom", transform=ax.transAxes, **style)
    _scale_bar(ax, style)


def _scale_bar(ax: Axes, style: Mapping[str, Any]) -> None:
    """A bar in data units: zooming keeps it true."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    width, height = right - left, top - bottom
    bar_mm = bar_length_mm(width)
    x, y = left + 0.04 * width, bottom + 0.05 * height
    ax.plot(
        (x, x + bar_mm),
        (y, y),
        color="white",
        linewidth=2,
        path_effects=list(_HALO),
        solid_capstyle="butt",
    )
    where = (x + bar_mm / 2, y + 0.02 * height)
    ax.text(*where, f"{bar_mm:g} mm", ha="center", va="bottom", clip_on=True, **style)

"""One slice of a volume: grey levels, outlines of structures, a coloured map, a scale in mm."""

import math
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes

from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_mask, check_spacing
from lascarlib.viz.colours import (
    OVERLAY_ALPHA,
    add_colour_bar,
    grey_window,
    legend_lines,
    overlay_colours,
)
from lascarlib.viz.plane import Axis, Plane, cut, find_plane
from lascarlib.viz.style import LINE_STYLES, PALETTE

Spacing = tuple[float, float, float]
Contours = Mapping[str, np.ndarray]

_HALO = (patheffects.withStroke(linewidth=2.1, foreground="#00000099"),)


def show_slice(
    image: np.ndarray,
    *,
    spacing_mm: Spacing,
    axis: Axis = "axial",
    index: int | None = None,
    contours: Contours | None = None,
    overlay: np.ndarray | None = None,
    overlay_label: str = "",
    overlay_limit: float | None = None,
    window: tuple[float, float] | None = None,
    margin_mm: float | None = None,
    orientation: str = "LPS",
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
        axis: "axial", "coronal" or "sagittal".
        index: slice along that axis; by default the one with most contour, else the middle one.
        contours: name from `PALETTE` -> bool (x, y, z), drawn as outlines.
        overlay: (x, y, z), coloured over the image, NaN where nothing is to be drawn. With values
            of both signs the colours diverge from 0.
        overlay_label: quantity and unit for the colour bar.
        overlay_limit: largest magnitude that gets its own colour; by default the largest there is.
        window: grey levels shown as black and white; by default percentiles 1 and 99.5.
        margin_mm: zoom to the box around the contours with this margin; by default show everything.
        orientation: where x, y, z point to; "LPS" (left, posterior, superior) is how scanners and
            the phantom store slices, other files need the letters of their affine.
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
    _check(image, contours, overlay, spacing_mm=spacing_mm)
    plane = find_plane(axis, orientation=orientation)
    index = choose_index(image.shape, plane, contours) if index is None else index
    if not 0 <= index < image.shape[plane.normal]:
        raise LascarError(
            f"index is {index}; the volume has {axis} slices 0 to {image.shape[plane.normal] - 1}"
        )
    if ax is None:
        _, ax = plt.subplots(figsize=(4.0, 4.0), layout="constrained")
    low, high = grey_window(image) if window is None else window
    picture = cut(image, plane, index=index)
    extent = _extent(picture.shape, plane, spacing_mm)
    ax.imshow(picture, cmap="gray", vmin=low, vmax=high, extent=extent, interpolation="nearest")
    if overlay is not None:
        colours = overlay_colours(overlay, limit=overlay_limit)
        shown = np.ma.masked_invalid(cut(overlay, plane, index=index))
        ax.imshow(
            colours.to_rgba(shown, alpha=OVERLAY_ALPHA), extent=extent, interpolation="nearest"
        )
        if key:
            add_colour_bar(colours, overlay, [ax], label=overlay_label)
    for name, mask in contours.items():
        _outline(ax, cut(mask, plane, index=index), name, extent)
    ax.set(xlim=extent[:2], ylim=extent[2:])
    if margin_mm is not None:
        _zoom(ax, plane, contours, margin_mm=margin_mm, spacing_mm=spacing_mm)
    _finish(ax, plane, title=f"{axis} {index}" if title is None else title)
    if key and contours:
        columns = min(len(contours), 3)
        ax.legend(
            handles=legend_lines(contours),
            loc="upper center",
            bbox_to_anchor=(0.5, -0.01),
            ncols=columns,
        )
    return ax


def choose_index(shape: tuple[int, ...], plane: Plane, contours: Contours) -> int:
    """Index of the slice with most contour voxels along a plane's normal, else of the middle one.

    Example:
        >>> mask = np.zeros((2, 2, 5), bool)
        >>> mask[:, :, 3] = True
        >>> axial = find_plane("axial", orientation="LPS")
        >>> choose_index(mask.shape, axial, {"atrium": mask}), choose_index(mask.shape, axial, {})
        (3, 2)
    """
    across = tuple(axis for axis in range(3) if axis != plane.normal)
    counts = sum((mask.sum(axis=across) for mask in contours.values()), start=np.zeros(1))
    return int(np.argmax(counts)) if counts.any() else shape[plane.normal] // 2


def _check(
    image: np.ndarray, contours: Contours, overlay: np.ndarray | None, *, spacing_mm: Spacing
) -> None:
    check_spacing(spacing_mm)
    if image.ndim != 3:
        raise LascarError(f"image has shape {image.shape}; give a volume with axes (x, y, z)")
    for name, array in {**contours, **({} if overlay is None else {"overlay": overlay})}.items():
        if array.shape != image.shape:
            raise LascarError(
                f"{name} has shape {array.shape} but the image {image.shape}; use one grid for both"
            )
    for name, mask in contours.items():
        check_mask(mask, name=name)
        if name not in PALETTE:
            raise LascarError(f"no colour for {name!r}; known are {', '.join(PALETTE)}")


def _extent(
    shape: tuple[int, ...], plane: Plane, spacing_mm: Spacing
) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of the picture in mm; voxel centres start half a voxel in."""
    return (0.0, shape[1] * spacing_mm[plane.across], shape[0] * spacing_mm[plane.down], 0.0)


def _outline(
    ax: Axes, mask: np.ndarray, name: str, extent: tuple[float, float, float, float]
) -> None:
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


def _zoom(
    ax: Axes, plane: Plane, contours: Contours, *, margin_mm: float, spacing_mm: Spacing
) -> None:
    masks = [mask for mask in contours.values() if mask.any()]
    if not masks:
        raise LascarError("margin_mm is given but there is nothing to zoom to; give contours")
    union = np.logical_or.reduce(masks)
    limits = []
    for axis, flip in ((plane.across, plane.flip_across), (plane.down, plane.flip_down)):
        used = np.flatnonzero(union.any(axis=tuple(a for a in range(3) if a != axis)))
        length, step = union.shape[axis], spacing_mm[axis]
        first, last = (length - 1 - used[-1], length - 1 - used[0]) if flip else used[[0, -1]]
        low, high = first * step - margin_mm, (last + 1) * step + margin_mm
        limits.append((max(0.0, low), min(length * step, high)))
    ax.set_xlim(limits[0])
    ax.set_ylim(limits[1][::-1])


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
    """A bar of 1, 2 or 5 times a power of ten mm, in data units: zooming keeps it true."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    width, height = right - left, top - bottom
    power = 10.0 ** math.floor(math.log10(width / 4))
    bar_mm = max(step * power for step in (1, 2, 5) if step * power <= width / 4)
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

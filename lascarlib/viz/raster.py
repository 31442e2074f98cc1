"""A slice as an array of pixels, several times quicker than a figure: for what is scrolled."""

import math
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw
from skimage.measure import find_contours

from lascarlib.errors import LascarError
from lascarlib.viz.colours import OVERLAY_ALPHA
from lascarlib.viz.layers import Contours, Overlay, Spacing, check_layers
from lascarlib.viz.lettering import write_directions
from lascarlib.viz.plane import Plane, cut
from lascarlib.viz.style import LINE_STYLES, PALETTE
from lascarlib.viz.view import EVERYTHING, SliceView, settle
from lascarlib.viz.zoom import BoxMm, box_around, whole_slice

_DASHES_PX = {"--": (8.0, 4.0), "-.": (8.0, 3.0, 2.0, 3.0)}
"""Lengths of line and gap in turn."""


def render(
    image: np.ndarray,
    *,
    spacing_mm: Spacing,
    contours: Contours | None = None,
    overlay: Overlay | None = None,
    view: SliceView = EVERYTHING,
    box_mm: BoxMm | None = None,
    height_px: int = 360,
) -> np.ndarray:
    """Draw one slice into an array of pixels: what `show_slice` draws, without matplotlib's time.

    Args:
        image: (x, y, z), any real type.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        contours: name from `PALETTE` -> bool (x, y, z), drawn as outlines.
        overlay: a map that is coloured over the image.
        view: plane, slice, window, zoom and orientation.
        box_mm: part of the slice that is shown; by default what the view's margin leaves. Who draws
            many slices finds it once.
        height_px: rows of the picture, at least 40.

    Returns:
        uint8 (height_px, columns, 3), red, green and blue; one pixel is as wide as high, in mm.

    Raises:
        LascarError: too few rows, or as `show_slice`.

    Example:
        >>> image = np.zeros((8, 6, 4), np.float32)
        >>> picture = render(image, spacing_mm=(2.0, 1.0, 2.5), height_px=60)
        >>> picture.shape, picture.dtype  # 6 mm are 60 rows, so 16 mm are 160 columns
        ((60, 160, 3), dtype('uint8'))
    """
    contours = {} if contours is None else contours
    check_layers(image, contours, overlay, spacing_mm=spacing_mm)
    if height_px < 40:
        raise LascarError(f"height_px is {height_px}; give at least 40")
    plane = view.plane
    index, window = settle(view, image, contours)
    if box_mm is None:
        box_mm = whole_slice(image.shape, plane, spacing_mm=spacing_mm)
        if view.margin_mm is not None:
            margin_mm = view.margin_mm
            box_mm = box_around(contours, plane, margin_mm=margin_mm, spacing_mm=spacing_mm)
    pixel_mm = (box_mm.bottom - box_mm.top) / height_px
    width_px = max(1, round((box_mm.right - box_mm.left) / pixel_mm))
    part = _part(box_mm, plane, image.shape, spacing_mm)
    colours = _colours(cut(image, plane, index=index)[part], window)
    if overlay is not None:
        _blend(colours, cut(overlay.values, plane, index=index)[part], overlay)
    steps_mm = np.array([spacing_mm[plane.down], spacing_mm[plane.across]])
    start_px = (
        np.array([part[0].start, part[1].start]) * steps_mm - (box_mm.top, box_mm.left)
    ) / pixel_mm
    step_px = steps_mm / pixel_mm
    rows, columns = (
        np.clip(((np.arange(pixels) + 0.5 - start) / step).astype(int), 0, voxels - 1)
        for pixels, start, step, voxels in zip(
            (height_px, width_px), start_px, step_px, colours.shape, strict=False
        )
    )
    canvas = Image.fromarray(colours[rows[:, None], columns[None, :]])
    for name, mask in contours.items():
        _outline(canvas, cut(mask, plane, index=index)[part], name, start_px, step_px)
    return write_directions(np.asarray(canvas), plane, width_mm=width_px * pixel_mm)


def _part(
    box_mm: BoxMm, plane: Plane, shape: tuple[int, ...], spacing_mm: Spacing
) -> tuple[slice, slice]:
    """Rows and columns of a slice that a box touches, and one more on every side where there is."""
    parts = []
    for axis, low, high in (
        (plane.down, box_mm.top, box_mm.bottom),
        (plane.across, box_mm.left, box_mm.right),
    ):
        first, last = math.floor(low / spacing_mm[axis]), math.ceil(high / spacing_mm[axis])
        parts.append(slice(max(0, first - 1), min(shape[axis], last + 1)))
    return parts[0], parts[1]


def _colours(picture: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """Grey levels as uint8 (row, column, 3), black and white at the window's ends; NaN is black."""
    low, high = window
    grey = np.clip((picture.astype(np.float32) - low) * (255 / (high - low)), 0, 255)
    grey = np.nan_to_num(grey, nan=0.0)
    return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)


def _blend(colours: np.ndarray, values: np.ndarray, overlay: Overlay) -> None:
    """Lay a map's colours over the grey levels, in place, where it has a value."""
    known = np.isfinite(values)
    over = overlay.colours.to_rgba(values[known], bytes=True)[:, :3]
    colours[known] = np.rint(OVERLAY_ALPHA * over + (1 - OVERLAY_ALPHA) * colours[known])


def _outline(
    canvas: Image.Image, mask: np.ndarray, name: str, start_px: np.ndarray, step_px: np.ndarray
) -> None:
    """Draw the line between a mask's voxels and the others, light on a dark rim.

    Args:
        canvas: where to draw.
        mask: bool (row, column), a part of a slice.
        name: of the structure, from `PALETTE`.
        start_px: where the part's upper left corner lies, (row, column) in pixels.
        step_px: height and width of a voxel in pixels.
    """
    if not mask.any():
        return
    lines = [
        ((points - 0.5) * step_px + start_px)[:, ::-1] - 0.5
        for points in find_contours(np.pad(mask, 1).astype(np.float32), 0.5)
    ]
    draw = ImageDraw.Draw(canvas)
    for line in lines:
        draw.line(line.ravel().tolist(), fill=(0, 0, 0), width=4)
    style = LINE_STYLES.get(name, "-")
    for line in lines:
        for part in [line] if style == "-" else _dashes(line, _DASHES_PX[style]):
            draw.line(part.ravel().tolist(), fill=PALETTE[name], width=2)


def _dashes(line: np.ndarray, pattern_px: Iterable[float]) -> list[np.ndarray]:
    """The drawn parts of a line of points (x, y), by the lengths of line and gap in turn."""
    away = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    lengths = np.array(list(pattern_px))
    marks = np.cumsum(np.tile(lengths, int(away[-1] / lengths.sum()) + 1))
    starts, ends = np.concatenate([[0.0], marks[1:-1:2]]), marks[::2]
    parts = []
    for start, end in zip(starts, np.minimum(ends, away[-1]), strict=True):
        if start < end:
            inner = away[(away > start) & (away < end)]
            at = np.concatenate([[start], inner, [end]])
            parts.append(np.column_stack([np.interp(at, away, line[:, k]) for k in (0, 1)]))
    return parts

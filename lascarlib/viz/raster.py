"""A slice as an array of pixels, a hundred times quicker than a figure: for what is scrolled."""

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
    colours = _colours(cut(image, plane, index=index), window)
    if overlay is not None:
        _blend(colours, cut(overlay.values, plane, index=index), overlay)
    rows = _voxels(box_mm.top, pixel_mm, height_px, spacing_mm[plane.down], colours.shape[0])
    columns = _voxels(box_mm.left, pixel_mm, width_px, spacing_mm[plane.across], colours.shape[1])
    canvas = Image.fromarray(colours[rows[:, None], columns[None, :]])
    for name, mask in contours.items():
        _outline(canvas, cut(mask, plane, index=index), name, plane, box_mm, pixel_mm, spacing_mm)
    return write_directions(np.asarray(canvas), plane, width_mm=width_px * pixel_mm)


def _colours(picture: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """Grey levels as uint8 (row, column, 3), black and white at the window's ends."""
    low, high = window
    grey = np.clip((picture.astype(np.float32) - low) * (255 / (high - low)), 0, 255)
    return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)


def _blend(colours: np.ndarray, values: np.ndarray, overlay: Overlay) -> None:
    """Lay a map's colours over the grey levels, in place, where it has a value."""
    known = np.isfinite(values)
    over = overlay.colours.to_rgba(values[known], bytes=True)[:, :3]
    colours[known] = np.rint(OVERLAY_ALPHA * over + (1 - OVERLAY_ALPHA) * colours[known])


def _voxels(
    start_mm: float, pixel_mm: float, pixels: int, step_mm: float, count: int
) -> np.ndarray:
    """Which voxel the middle of every pixel lies in, along one edge of the picture."""
    middles_mm = start_mm + (np.arange(pixels) + 0.5) * pixel_mm
    return np.clip((middles_mm / step_mm).astype(int), 0, count - 1)


def _outline(
    canvas: Image.Image,
    mask: np.ndarray,
    name: str,
    plane: Plane,
    box_mm: BoxMm,
    pixel_mm: float,
    spacing_mm: Spacing,
) -> None:
    """Draw the line between a mask's voxels and the others, light on a dark rim."""
    if not mask.any():
        return
    steps_mm = np.array([spacing_mm[plane.down], spacing_mm[plane.across]])
    lines = [
        (((points - 0.5) * steps_mm - (box_mm.top, box_mm.left)) / pixel_mm)[:, ::-1] - 0.5
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

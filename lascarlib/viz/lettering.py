"""Words, scale bar and colour bar written into a picture of pixels."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lascarlib.viz.colours import OVERLAY_ALPHA
from lascarlib.viz.layers import Overlay
from lascarlib.viz.plane import Plane
from lascarlib.viz.zoom import bar_length_mm

TITLE_PX = 22
"""Height of the strip that a title takes."""
BAR_PX = 64
"""Width of the strip that a colour bar takes."""
_SIZE = 13


def write_directions(picture: np.ndarray, plane: Plane, *, width_mm: float) -> np.ndarray:
    """Write the body's directions at a slice's edges and a bar of 1, 2 or 5 x 10^n mm.

    Args:
        picture: uint8 (row, column, 3).
        plane: of the slice.
        width_mm: how much of the body the picture's width is.

    Returns:
        Another picture of the same shape.

    Example:
        >>> from lascarlib.viz.plane import find_plane
        >>> axial = find_plane("axial", orientation="LPS")
        >>> written = write_directions(np.zeros((80, 80, 3), np.uint8), axial, width_mm=80.0)
        >>> (written[75:77, 3:23] == 255).all()  # 20 mm are 20 pixels here, from 4 % of the width
        np.True_
    """
    canvas = Image.fromarray(picture)
    draw = ImageDraw.Draw(canvas)
    width, height = canvas.size
    left, right, top, bottom = plane.letters
    for letter, place, anchor in (
        (left, (3, height / 2), "lm"),
        (right, (width - 3, height / 2), "rm"),
        (top, (width / 2, 3), "mt"),
        (bottom, (width / 2, height - 4), "mb"),
    ):
        _write(draw, place, letter, anchor)
    length_mm = bar_length_mm(width_mm)
    start, low = round(0.04 * width), round(0.95 * height)
    end = start + round(length_mm / width_mm * width)
    draw.rectangle((start - 1, low - 2, end, low + 1), fill=(0, 0, 0))
    draw.rectangle((start, low - 1, end - 1, low), fill=(255, 255, 255))
    _write(draw, ((start + end) / 2, low - 4), f"{length_mm:g} mm", "mb")
    return np.asarray(canvas)


def title_strip(width: int, title: str) -> np.ndarray:
    """A black strip with a title in white, uint8 (TITLE_PX, width, 3).

    Example:
        >>> title_strip(100, "axial 4").shape, int(title_strip(100, "").max())
        ((22, 100, 3), 0)
    """
    strip = Image.new("RGB", (width, TITLE_PX))
    _write(ImageDraw.Draw(strip), (width / 2, TITLE_PX / 2), title, "mm")
    return np.asarray(strip)


@lru_cache(maxsize=8)
def colour_strip(height: int, overlay: Overlay) -> np.ndarray:
    """A colour bar on black with its ends and its quantity, uint8 (height, BAR_PX, 3).

    Example:
        >>> colour_strip(200, Overlay(np.ones((2, 2, 2)), "probability", limit=1.0)).shape
        (200, 64, 3)
    """
    low, high = overlay.colours.get_clim()
    assert low is not None
    assert high is not None
    top, end = 18, height - 18
    shades = overlay.colours.to_rgba(np.linspace(high, low, end - top), bytes=True)[:, None, :3]
    canvas = np.zeros((height, BAR_PX, 3), np.uint8)
    canvas[top:end, 6:18] = np.round(OVERLAY_ALPHA * shades + (1 - OVERLAY_ALPHA) * 255)
    strip = Image.fromarray(canvas)
    draw = ImageDraw.Draw(strip)
    for value, row in ((high, top), ((low + high) / 2, (top + end) / 2), (low, end)):
        _write(draw, (21, row), f"{value:.3g}", "lm")
    word = Image.new("RGB", (end - top, 16))
    _write(ImageDraw.Draw(word), ((end - top) / 2, 8), overlay.label, "mm")
    strip.paste(word.rotate(90, expand=True), (BAR_PX - 17, top))
    return np.asarray(strip)


def _write(draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, anchor: str) -> None:
    draw.text(place, text, fill="white", font=_font(), anchor=anchor, stroke_width=1, stroke_fill=0)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=_SIZE)

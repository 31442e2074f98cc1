"""What is laid over an image: outlines of structures by name, and a coloured map."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from matplotlib.cm import ScalarMappable

from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_mask, check_spacing
from lascarlib.viz.colours import overlay_colours
from lascarlib.viz.style import PALETTE

Spacing = tuple[float, float, float]
Contours = Mapping[str, np.ndarray]
"""Name from `PALETTE` -> bool (x, y, z)."""


@dataclass(frozen=True, eq=False)
class Overlay:
    """A coloured map over an image: a probability, a distance, a loss.

    With values of both signs the colours diverge from white at 0, else they run from 0 up.

    Args:
        values: (x, y, z), real, NaN where nothing is to be drawn.
        label: quantity and unit for the colour bar, as in "distance (mm)".
        limit: largest magnitude that gets its own colour; by default the largest there is.

    Raises:
        LascarError: the limit is not above 0.

    Example:
        >>> Overlay(np.zeros((2, 2, 2)), "probability", limit=1.0).limit
        1.0
    """

    values: np.ndarray
    label: str = ""
    limit: float | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and not (np.isfinite(self.limit) and self.limit > 0):
            raise LascarError(f"limit is {self.limit}; give a magnitude above 0")

    @cached_property
    def colours(self) -> ScalarMappable:
        """Value -> colour, looked up once for all slices."""
        return overlay_colours(self.values, limit=self.limit)


@dataclass(frozen=True, eq=False)
class Layers:
    """Outlines and a coloured map that are shown together.

    Args:
        contours: name from `PALETTE` -> bool (x, y, z).
        overlay: the map, or None.
    """

    contours: Contours = field(default_factory=dict)
    overlay: Overlay | None = None


def check_layers(
    image: np.ndarray, contours: Contours, overlay: Overlay | None, *, spacing_mm: Spacing
) -> None:
    """Refuse what cannot be drawn over an image.

    Raises:
        LascarError: not a volume of real numbers, shapes that differ, a name without a colour,
            a mask that is not bool, or a spacing that is not above 0.

    Example:
        >>> check_layers(np.zeros((2, 2)), {}, None, spacing_mm=(1.0, 1.0, 1.0))
        Traceback (most recent call last):
        lascarlib.errors.LascarError: image has shape (2, 2); give a volume with axes (x, y, z)
    """
    check_spacing(spacing_mm)
    if image.ndim != 3 or image.size == 0:
        raise LascarError(f"image has shape {image.shape}; give a volume with axes (x, y, z)")
    if image.dtype.kind not in "biuf":
        raise LascarError(f"image has type {image.dtype}; give real grey levels")
    arrays = {**contours, **({} if overlay is None else {"overlay": overlay.values})}
    for name, array in arrays.items():
        if array.shape != image.shape:
            raise LascarError(
                f"{name} has shape {array.shape} but the image {image.shape}; use one grid for both"
            )
    for name, mask in contours.items():
        check_mask(mask, name=name)
        if name not in PALETTE:
            raise LascarError(f"no colour for {name!r}; known are {', '.join(PALETTE)}")

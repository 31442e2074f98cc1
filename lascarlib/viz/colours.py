"""The colours of a figure and their keys: grey window, colour map of an overlay, legend."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D

from lascarlib.viz.style import LINE_STYLES, PALETTE

OVERLAY_ALPHA = 0.65
"""Opacity of a coloured map, so that the image shows through."""


def grey_window(image: np.ndarray) -> tuple[float, float]:
    """Grey levels to show as black and white: percentiles 1 and 99.5 of at most a million voxels.

    Voxels that are NaN or infinite are not counted; without any other it is 0 and 1.

    Example:
        >>> grey_window(np.arange(201.0).reshape(201, 1, 1))
        (2.0, 199.0)
    """
    values = image.ravel()[:: max(1, image.size // 1_000_000)]
    values = values[np.isfinite(values)].astype(np.float64)
    low, high = np.percentile(values, (1.0, 99.5)) if values.size else (0.0, 1.0)
    return float(low), float(high if high > low else low + 1)


def overlay_colours(overlay: np.ndarray, *, limit: float | None) -> ScalarMappable:
    """Colours of a map: diverging and centred at 0 where it has both signs, else from 0 up.

    Example:
        >>> overlay_colours(np.array([-1.0, 4.0]), limit=None).get_clim()
        (-4.0, 4.0)
        >>> overlay_colours(np.array([1.0, 4.0]), limit=3.0).get_clim()
        (0.0, 3.0)
    """
    finite = overlay[np.isfinite(overlay)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    top = limit or max(abs(low), abs(high)) or 1.0
    if low < 0:
        return ScalarMappable(Normalize(-top, top), "RdBu_r")
    return ScalarMappable(Normalize(0.0, top), "viridis")


def add_colour_bar(
    colours: ScalarMappable, overlay: np.ndarray, axes: list[Axes], *, label: str
) -> None:
    """Put a map's colour bar beside its axes, pointed where the map goes on beyond the colours."""
    low, high = colours.get_clim()
    below = bool(np.nanmin(overlay, initial=0.0) < (low or 0.0))
    above = bool(np.nanmax(overlay, initial=0.0) > (high or 0.0))
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}.get((below, above))
    bar = axes[0].figure.colorbar(
        colours, ax=axes, label=label, shrink=0.8, alpha=OVERLAY_ALPHA, extend=extend or "neither"
    )
    bar.outline.set_linewidth(0.5)


def legend_lines(names: Iterable[str]) -> list[Line2D]:
    """One line for each structure's name, in its colour and line style."""
    return [
        Line2D([], [], color=PALETTE[name], linestyle=LINE_STYLES.get(name, "-"), label=name)
        for name in names
    ]

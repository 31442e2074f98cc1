"""The flat map of the LA: what is on it, how far it stretches, and where its regions are."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.geometry.openings import APPENDAGE, VEINS
from lascarlib.geometry.unfolding import LAYOUT, ROOF_RADIUS, Unfolding
from lascarlib.viz.colours import overlay_colours
from lascarlib.viz.style import PAGE_WIDTH_IN, PALETTE

STRETCH_LIMIT = 2.0
"""The map of stretch shows areas drawn up to 4 times too large or too small."""
_SHORT = dict(zip((*VEINS, APPENDAGE), ("LU", "LL", "RU", "RL", "App."), strict=True))


def show_unfolded(unfolding: Unfolding, values: np.ndarray, *, label: str) -> Figure:
    """Draw values on the flat map of the LA, and beside it how far the map stretches areas.

    The mitral valve is the edge. The LA is seen from behind: the patient's left is at the left.

    Args:
        unfolding: from `lascarlib.geometry.unfold`.
        values: (vertex,) of the closed surface, bool (scar) or real.
        label: what they are, with the unit.

    Returns:
        A figure of two maps with their colour bars.

    Raises:
        LascarError: `values` has another number of vertices than the surface that was unfolded.
    """
    opened = unfolding.opened
    if values.ndim != 1 or len(values) <= opened.source.max():
        raise LascarError(
            f"values has shape {values.shape}; give a number for each vertex of the closed surface"
        )
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH_IN, 3.5))
    on_body = values[opened.source].astype(np.float64)
    if values.dtype == np.bool_:
        pale = tuple(0.45 * c + 0.55 for c in to_rgb(PALETTE["atrium"]))
        two = LinearSegmentedColormap.from_list("scar", [pale, to_rgb(PALETTE["scar"])])
        left.tripcolor(*_map(unfolding), on_body, cmap=two, vmin=0, vmax=1, shading="gouraud")
        left.set_title(label)
    else:
        colours = overlay_colours(on_body, limit=None)
        low, high = colours.get_clim()
        drawn = left.tripcolor(
            *_map(unfolding), on_body, cmap=colours.cmap, vmin=low, vmax=high, shading="gouraud"
        )
        figure.colorbar(drawn, ax=left, label=label, shrink=0.75)
    drawn = right.tripcolor(
        *_map(unfolding),
        unfolding.stretch(),
        cmap="RdBu_r",
        vmin=-STRETCH_LIMIT,
        vmax=STRETCH_LIMIT,
        shading="gouraud",
    )
    bar = figure.colorbar(drawn, ax=right, label="area drawn / area", shrink=0.75)
    bar.set_ticks([-2, -1, 0, 1, 2], labels=["1/4", "1/2", "1", "2", "4"])
    right.set_title("stretch of the map")
    for ax in (left, right):
        _frame(ax)
    _name_regions(left)
    return figure


def _map(unfolding: Unfolding) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y = unfolding.places.T
    return x, y, unfolding.opened.mesh.faces


def _frame(ax: Axes) -> None:
    """The holes with their names, the valve round them, the body's directions."""
    ax.set(aspect="equal", xlim=(-1.08, 1.08), ylim=(-1.08, 1.08))
    ax.set_axis_off()
    angle = np.linspace(0, 2 * np.pi, 100)
    ax.plot(np.cos(angle), np.sin(angle), color=plt.rcParams["text.color"], linewidth=1)
    for name, (x, y, radius) in LAYOUT.items():
        ax.fill(x + radius * np.cos(angle), y + radius * np.sin(angle), color="white")
        ax.plot(x + radius * np.cos(angle), y + radius * np.sin(angle), color="black", linewidth=1)
        ax.text(x, y, _SHORT[name], ha="center", va="center", color="black", fontsize=6)
    ax.text(-1.0, -0.98, "edge: mitral valve", fontsize=6.5)


def _name_regions(ax: Axes) -> None:
    """Borders of the regions as thin lines, with their names."""
    (left, top, _), (right, bottom, _) = LAYOUT[VEINS[0]], LAYOUT[VEINS[3]]
    line: dict[str, Any] = {"color": "black", "linewidth": 0.6, "linestyle": ":"}
    box = [(left, top), (right, top), (right, bottom), (left, bottom)]
    ax.plot(*np.array([*box, box[0]]).T, **line)
    for x, y in box:
        far = 1 / np.hypot(x, y)
        ax.plot((x, x * far), (y, y * far), **line)
    start, end = np.arctan2(top, right), np.arctan2(top, left)
    arc = np.linspace(start, end, 60)
    ax.plot(ROOF_RADIUS * np.cos(arc), ROOF_RADIUS * np.sin(arc), **line)
    names = {
        "posterior": (-0.06, -0.06),
        "roof": (0.0, 0.45),
        "anterior": (0.0, 0.83),
        "septum": (0.74, -0.03),
        "floor": (0.0, -0.66),
        "lateral": (-0.80, -0.06),
    }
    for name, (x, y) in names.items():
        ax.text(x, y, name, ha="center", va="center", color="black", fontsize=6.5)

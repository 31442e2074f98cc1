"""One look for every figure: colours that colour-blind readers tell apart, and page-sized type."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import matplotlib as mpl
from matplotlib.rcsetup import cycler

from lascarlib.errors import LascarError

LineStyle = Literal["-", "--", "-."]

PAGE_WIDTH_IN = 7.2
"""Width of a figure that fills the text column, in inches."""

PALETTE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "atrium": "#56B4E9",
        "scar": "#D55E00",
        "wall": "#CC79A7",
        "prediction": "#F0E442",
        "reference": "#009E73",
        "band": "#E69F00",
        "blood": "#0072B2",
        "lung": "#999999",
    }
)
"""Colour of each structure: Okabe and Ito's set, made for all common kinds of colour vision."""

LINE_STYLES: Final[Mapping[str, LineStyle]] = MappingProxyType({"prediction": "--", "band": "-."})
"""Structures whose outline is not solid, so that colour is never the only difference."""


Theme = Literal["light", "dark"]

_PAPER_INK_GRID: Final[Mapping[Theme, tuple[str, str, str]]] = MappingProxyType(
    {"light": ("#FFFFFF", "#000000", "#DDDDDD"), "dark": ("#14181E", "#E6E6E6", "#3A4048")}
)


def use_style(theme: Theme = "light") -> None:
    """Set matplotlib's defaults for this book: small type, no clutter, 110 dots per inch.

    Call it once, before the first figure. The paper is never transparent, so a figure is read on
    whatever page it is put, dark or light; structures keep their colours in both themes.

    Args:
        theme: "light" for print and the published book, "dark" for a dark JupyterLab.

    Raises:
        LascarError: another theme.

    Example:
        >>> use_style("dark")
        >>> mpl.rcParams["figure.facecolor"], mpl.rcParams["text.color"]
        ('#14181E', '#E6E6E6')
        >>> use_style()
        >>> mpl.rcParams["figure.dpi"], mpl.rcParams["savefig.facecolor"]
        (110.0, '#FFFFFF')
    """
    if theme not in _PAPER_INK_GRID:
        raise LascarError(f"theme is {theme!r}; choose 'light' or 'dark'")
    paper, ink, grid = _PAPER_INK_GRID[theme]
    mpl.rcParams.update(
        {
            "figure.facecolor": paper,
            "axes.facecolor": paper,
            "savefig.facecolor": paper,
            "text.color": ink,
            "axes.labelcolor": ink,
            "axes.titlecolor": ink,
            "axes.edgecolor": ink,
            "xtick.color": ink,
            "ytick.color": ink,
            "figure.dpi": 110,
            "savefig.dpi": 110,
            "figure.figsize": (PAGE_WIDTH_IN, 3.0),
            "figure.constrained_layout.use": True,
            "font.size": 9,
            "axes.titlesize": 9,
            "axes.labelsize": 9,
            "xtick.labelsize": 8,
            "ytick.labelsize": 8,
            "legend.fontsize": 8,
            "legend.frameon": False,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": grid,
            "grid.linewidth": 0.6,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(
                color=[PALETTE[name] for name in ("blood", "scar", "reference", "wall", "band")]
            ),
        }
    )

"""One look for every figure: colours that colour-blind readers tell apart, and page-sized type."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import matplotlib as mpl
from matplotlib.rcsetup import cycler

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


def use_style() -> None:
    """Set matplotlib's defaults for this book: small type, no clutter, 110 dots per inch.

    Call it once, before the first figure.

    Example:
        >>> use_style()
        >>> mpl.rcParams["figure.dpi"], mpl.rcParams["axes.spines.top"]
        (110.0, False)
    """
    mpl.rcParams.update(
        {
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
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.6,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(
                color=[PALETTE[name] for name in ("blood", "scar", "reference", "wall", "band")]
            ),
        }
    )

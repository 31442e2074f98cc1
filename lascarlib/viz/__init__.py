"""Pictures: slices with contours and maps, whole cases, training curves, in one style."""

from lascarlib.viz.agreement import (
    show_agreement,
    show_comparison,
    show_correlation,
    show_pairs,
)
from lascarlib.viz.curves import show_training
from lascarlib.viz.panels import show_case, show_slices
from lascarlib.viz.saving import save_figure
from lascarlib.viz.slices import show_slice
from lascarlib.viz.style import PALETTE, use_style

__all__ = [
    "PALETTE",
    "save_figure",
    "show_agreement",
    "show_case",
    "show_comparison",
    "show_correlation",
    "show_pairs",
    "show_slice",
    "show_slices",
    "show_training",
    "use_style",
]

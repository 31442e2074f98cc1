"""Pictures: slices with contours and maps, whole cases, training curves, in one style."""

from lascarlib.viz.curves import show_training
from lascarlib.viz.panels import show_case, show_slices
from lascarlib.viz.slices import show_slice
from lascarlib.viz.style import PALETTE, use_style

__all__ = ["PALETTE", "show_case", "show_slice", "show_slices", "show_training", "use_style"]

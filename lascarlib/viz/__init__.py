"""Pictures: slices with contours and maps, whole cases, training curves, in one style."""

from lascarlib.viz.agreement import (
    show_agreement,
    show_comparison,
    show_correlation,
    show_pairs,
)
from lascarlib.viz.curves import show_training
from lascarlib.viz.explorer import Explorer, explore
from lascarlib.viz.frames import show_frames
from lascarlib.viz.layers import Overlay
from lascarlib.viz.live_curve import LiveCurve
from lascarlib.viz.panels import show_case, show_slices
from lascarlib.viz.raster import render
from lascarlib.viz.rows import show_rows
from lascarlib.viz.saving import save_figure
from lascarlib.viz.slices import show_slice
from lascarlib.viz.sliders import Slider, beta_slider, threshold_slider, topk_slider, wall_slider
from lascarlib.viz.style import PALETTE, use_style
from lascarlib.viz.surfaces import show_surface, show_surfaces
from lascarlib.viz.unfolded import show_unfolded
from lascarlib.viz.view import SliceView
from lascarlib.viz.viewers import Scene
from lascarlib.viz.volumes import show_volume

__all__ = [
    "PALETTE",
    "Explorer",
    "LiveCurve",
    "Overlay",
    "Scene",
    "SliceView",
    "Slider",
    "beta_slider",
    "explore",
    "render",
    "save_figure",
    "show_agreement",
    "show_case",
    "show_comparison",
    "show_correlation",
    "show_frames",
    "show_pairs",
    "show_rows",
    "show_slice",
    "show_slices",
    "show_surface",
    "show_surfaces",
    "show_training",
    "show_unfolded",
    "show_volume",
    "threshold_slider",
    "topk_slider",
    "use_style",
    "wall_slider",
]

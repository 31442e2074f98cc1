"""The explorer's live sliders: a thin shell of ipywidgets round a function that draws pixels."""

from dataclasses import dataclass, replace
from typing import Any

import ipywidgets as widgets

from lascarlib.viz.exploration import (
    AXES,
    Exploration,
    best_index,
    picture_at,
    slice_count,
)
from lascarlib.viz.explorer import encode, legend_html

_WIDE = {"description_width": "8em"}
_HINT = "Click a slider, then move it with the arrow keys; Tab goes to the next."
_STEPS = 200
"""Places of the sliders of window and level."""


@dataclass(frozen=True, eq=False)
class ExplorerWidget:
    """The parts of a live explorer.

    Args:
        axis: of the slices.
        index: of the slice.
        level: grey level that is shown as middle grey.
        window: how many grey levels lie between black and white.
        sliders: name -> the slider of a method's number.
        picture: what is seen.
        box: all of it.
    """

    axis: widgets.ToggleButtons
    index: widgets.IntSlider
    level: widgets.FloatSlider
    window: widgets.FloatSlider
    sliders: dict[str, widgets.SelectionSlider]
    picture: widgets.Image
    box: widgets.VBox


def build_widget(plan: Exploration) -> ExplorerWidget:
    """Make the sliders and let each of them draw.

    Args:
        plan: from `plan_exploration`.

    Returns:
        The widget; its picture is drawn.

    Example:
        >>> import numpy as np
        >>> from lascarlib.case import Case
        >>> from lascarlib.viz.exploration import plan_exploration
        >>> case = Case("a", np.zeros((4, 4, 4), np.float32), np.eye(4))
        >>> shown = build_widget(plan_exploration(case, {}, height_px=60))
        >>> before = shown.picture.value
        >>> shown.axis.value, shown.index.value = "coronal", 0
        >>> shown.picture.value == before
        False
    """
    image, view = plan.case.image, plan.view
    assert view.window is not None
    black, white = view.window
    low, high = min(float(image.min()), black), max(float(image.max()), white)
    wide = {"style": _WIDE, "layout": {"width": "34em"}}
    grey = {"step": (high - low) / _STEPS, "readout_format": ".3g", **wide}
    last = slice_count(plan, view.axis) - 1
    parts = ExplorerWidget(
        axis=widgets.ToggleButtons(options=AXES, value=view.axis, description="axis", style=_WIDE),
        index=widgets.IntSlider(view.index, 0, last, description="slice", **wide),
        level=widgets.FloatSlider(
            (black + white) / 2, min=low, max=high, description="level", **grey
        ),
        window=widgets.FloatSlider(
            white - black, min=grey["step"], max=high - low, description="window", **grey
        ),
        sliders={
            name: widgets.SelectionSlider(
                options=[(f"{value:g}", value) for value in slider.values],
                value=slider.start,
                description=name,
                **wide,
            )
            for name, slider in plan.sliders.items()
        },
        picture=widgets.Image(format="webp", layout={"object_fit": "contain"}),
        box=widgets.VBox(),
    )
    moved = [parts.index, parts.level, parts.window, *parts.sliders.values()]
    words = [widgets.HTML(legend_html(plan)), widgets.HTML(f"<small>{_HINT}</small>")]
    parts.box.children = [parts.axis, *moved, parts.picture, *words]
    _connect(parts, plan, moved)
    return parts


def _connect(parts: ExplorerWidget, plan: Exploration, moved: list[Any]) -> None:
    """Draw whenever a slider moves; another axis begins at its fullest slice."""

    def draw(_: Any = None) -> None:
        half = parts.window.value / 2
        window = (parts.level.value - half, parts.level.value + half)
        view = replace(plan.view, axis=parts.axis.value, index=parts.index.value, window=window)
        values = {name: slider.value for name, slider in parts.sliders.items()}
        parts.picture.value = encode(picture_at(plan, view, values))

    def turn(_: Any) -> None:
        parts.index.unobserve(draw, "value")
        parts.index.max = slice_count(plan, parts.axis.value) - 1
        parts.index.value = best_index(plan, parts.axis.value)
        parts.index.observe(draw, "value")
        draw()

    for slider in moved:
        slider.observe(draw, "value")
    parts.axis.observe(turn, "value")
    draw()

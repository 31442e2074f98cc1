"""Scroll through a case with a method's numbers under sliders: live, or as frames in a page."""

import html
import io
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from lascarlib.case import Case
from lascarlib.viz.exploration import (
    Exploration,
    Panels,
    first_values,
    picture_at,
    plan_exploration,
    slice_count,
)
from lascarlib.viz.frames import Frames, FrameSlider
from lascarlib.viz.layers import Contours
from lascarlib.viz.style import LINE_STYLES, PALETTE
from lascarlib.viz.view import EVERYTHING, SliceView

if TYPE_CHECKING:
    from lascarlib.viz.explorer_widget import ExplorerWidget

PAGE_SLICES, PAGE_CHOICES = 9, 7
"""How many slices, and how many choices of the first slider, a page without a kernel keeps."""


@dataclass(frozen=True, eq=False)
class Explorer:
    """A case to scroll through; as the last expression of a cell it is shown.

    JupyterLab and VS Code show the live widget, a published page the frames.

    Args:
        plan: what is drawn at each place of the sliders.
    """

    plan: Exploration

    @cached_property
    def widget(self) -> "ExplorerWidget":
        """The live sliders over the picture; ipywidgets is imported here and nowhere else."""
        from lascarlib.viz.explorer_widget import build_widget

        return build_widget(self.plan)

    @cached_property
    def frames(self) -> Frames:
        """The same without a kernel: up to 9 slices, and up to 7 choices of the first slider."""
        return page_frames(self.plan)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle = {"text/html": self.frames._repr_html_(), "text/plain": "an explorer of slices"}
        if find_spec("ipywidgets") is not None:
            bundle |= self.widget.box._repr_mimebundle_()
        return bundle


def explore(
    case: Case,
    panels: Panels | None = None,
    *,
    contours: Contours | None = None,
    view: SliceView = EVERYTHING,
    height_px: int = 360,
) -> Explorer:
    """Scroll through a case along any axis, its window, level and method's numbers under sliders.

    Click a slider, then the arrow keys move it. Panels stand side by side and move together, as two
    methods that are compared.

    Args:
        case: image, and the labels that are drawn where `contours` is not given.
        panels: title -> sliders, as from `threshold_slider`, `topk_slider`, `beta_slider` and
            `wall_slider`; by default one picture without any. Sliders of one name move together.
        contours: name from `PALETTE` -> bool (x, y, z), drawn in every panel; by default atrium and
            scar where known.
        view: axis, slice, window and zoom to begin with; its orientation comes from the affine.
        height_px: of a picture.

    Returns:
        The explorer: `.widget` with a kernel, `.frames` without.

    Raises:
        LascarError: sliders of one name whose values differ, or as `render`.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> case = phantom_case(0, seed=7, config=COARSE)
        >>> shown = explore(case, view=SliceView(margin_mm=10))
        >>> shown.widget.index.value == shown.plan.view.index
        True
    """
    chosen = {} if panels is None else panels
    return Explorer(
        plan_exploration(case, chosen, contours=contours, view=view, height_px=height_px)
    )


def page_frames(plan: Exploration) -> Frames:
    """Draw what a page without a kernel keeps of an exploration.

    Args:
        plan: from `plan_exploration`.

    Returns:
        Frames over slices along the plan's axis where there is contour, and over the choices of the
        first slider; every other slider stays where it starts.

    Example:
        >>> case = Case("a", np.zeros((4, 4, 4), np.float32), np.eye(4))
        >>> found = page_frames(plan_exploration(case, {}, height_px=60))
        >>> found.sliders[0].names, len(found.pictures)
        (('0', '1', '2', '3'), 4)
    """
    view, values = plan.view, first_values(plan)
    assert view.index is not None
    across = tuple(axis for axis in range(3) if axis != view.plane.normal)
    used = [np.flatnonzero(mask.any(axis=across)) for mask in plan.contours.values()]
    held = np.concatenate([*used, np.array([], int)])
    first, last = (held.min(), held.max()) if held.size else (0, slice_count(plan, view.axis) - 1)
    indices = _spread(list(range(int(first), int(last) + 1)), view.index, PAGE_SLICES)
    sliders = [_frame_slider(f"{view.axis} slice", indices, view.index)]
    name, choices = "", [0.0]
    for name, slider in list(plan.sliders.items())[:1]:
        choices = _spread(list(slider.values), slider.start, PAGE_CHOICES)
        sliders.insert(0, _frame_slider(name, choices, slider.start))
    pictures = tuple(
        encode(picture_at(plan, replace(view, index=index), {**values, name: choice}))
        for choice in choices
        for index in indices
    )
    return Frames(tuple(sliders), pictures, legend_html(plan))


def encode(picture: np.ndarray) -> bytes:
    """A picture as a lossless WebP file: every pixel as it was, in fewer bytes than a PNG has.

    Voxels that are some pixels wide and high repeat, so that a JPEG of it would be larger too.

    Args:
        picture: uint8 (row, column, 3).

    Returns:
        The file.

    Example:
        >>> file = encode(np.full((8, 8, 3), 7, np.uint8))
        >>> np.unique(Image.open(io.BytesIO(file)))
        array([7], dtype=uint8)
    """
    file = io.BytesIO()
    Image.fromarray(picture).save(file, format="webp", lossless=True, quality=20, method=1)
    return file.getvalue()


def legend_html(plan: Exploration) -> str:
    """The names of all outlines, each with a piece of its line.

    Example:
        >>> case = Case("a", np.zeros((4, 4, 4), np.float32), np.eye(4))
        >>> plan = plan_exploration(case, {}, contours={"scar": np.zeros((4, 4, 4), bool)})
        >>> legend_html(plan).count("solid #D55E00")
        1
    """
    names = dict.fromkeys(plan.contours)
    for sliders in plan.panels.values():
        for slider in sliders:
            names |= dict.fromkeys(slider.layers(slider.start).contours)
    lines = {"--": "dashed", "-.": "dashed", "-": "solid"}
    pieces = "".join(
        f'<span style="margin-right:1em"><span style="display:inline-block;width:2em;'
        f"vertical-align:middle;border-top:3px {lines[LINE_STYLES.get(name, '-')]} "
        f'{PALETTE[name]}"></span> {html.escape(name)}</span>'
        for name in names
    )
    return f"<figcaption>{pieces}</figcaption>" if pieces else ""


def _spread(choices: list[Any], start: Any, count: int) -> list[Any]:
    """At most `count` choices from first to last, the start among them."""
    if start not in choices:
        choices = sorted([*choices, start])
    places = np.linspace(0, len(choices) - 1, min(count, len(choices))).round().astype(int)
    places[np.abs(places - choices.index(start)).argmin()] = choices.index(start)
    return [choices[place] for place in places]


def _frame_slider(name: str, choices: list[Any], start: Any) -> FrameSlider:
    return FrameSlider(name, tuple(f"{choice:g}" for choice in choices), choices.index(start))

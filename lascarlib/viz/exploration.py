"""What an explorer shows at each place of its sliders, as pixels: no widget is needed for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from nibabel.orientations import aff2axcodes

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.viz.layers import Contours, Layers
from lascarlib.viz.lettering import colour_strip, title_strip
from lascarlib.viz.plane import Axis
from lascarlib.viz.raster import render
from lascarlib.viz.sliders import Slider
from lascarlib.viz.view import EVERYTHING, SliceView, choose_index, settle
from lascarlib.viz.zoom import BoxMm, box_around, whole_slice

Panels = Mapping[str, Sequence[Slider]]
"""Title -> the sliders that draw into the picture of that title."""
AXES: tuple[Axis, ...] = ("axial", "coronal", "sagittal")
GAP_PX = 6
"""Between two pictures side by side."""


@dataclass(frozen=True, eq=False)
class Exploration:
    """A case, what is drawn over it, and what is found once for all its slices.

    Args:
        case: the image.
        contours: drawn in every picture.
        panels: pictures side by side, in one view.
        view: what is seen first, its slice and window chosen.
        boxes_mm: axis -> the part of its slices that is shown.
        height_px: of a picture.
    """

    case: Case
    contours: Contours
    panels: Panels
    view: SliceView
    boxes_mm: Mapping[Axis, BoxMm]
    height_px: int

    @property
    def sliders(self) -> dict[str, Slider]:
        """Name -> the first slider of that name: they all move together."""
        found: dict[str, Slider] = {}
        for sliders in self.panels.values():
            for slider in sliders:
                found.setdefault(slider.name, slider)
        return found


def plan_exploration(
    case: Case,
    panels: Panels,
    *,
    contours: Contours | None = None,
    view: SliceView = EVERYTHING,
    height_px: int = 360,
) -> Exploration:
    """Choose window, first slice and zoom once, so that a slice is all that a move has to draw.

    The first picture is drawn as a trial: what cannot be shown is refused here, not in the page.

    Args:
        case: image, and the labels that are drawn where `contours` is not given.
        panels: title -> sliders; no panel is one picture without any.
        contours: name from `PALETTE` -> bool (x, y, z); by default atrium and scar where known.
        view: axis, slice, window and zoom to begin with; turned by the case's affine.
        height_px: of a picture.

    Returns:
        The plan.

    Raises:
        LascarError: sliders of one name whose values differ, or as `render`.

    Example:
        >>> image = np.arange(60.0).reshape(4, 3, 5)
        >>> plan = plan_exploration(Case("a", image.astype(np.float32), np.eye(4)), {})
        >>> plan.view.index, plan.view.orientation, plan.boxes_mm["axial"].right
        (2, 'RAS', 4.0)
    """
    if contours is None:
        known = {"atrium": case.atrium, "scar": case.scar}
        contours = {name: mask for name, mask in known.items() if mask is not None}
    panels = panels or {"": ()}
    view = replace(view, orientation="".join(str(letter) for letter in aff2axcodes(case.affine)))
    index, window = settle(view, case.image, contours)
    boxes: dict[Axis, BoxMm] = {}
    for axis in AXES:
        plane, spacing_mm = replace(view, axis=axis).plane, case.spacing_mm
        boxes[axis] = whole_slice(case.image.shape, plane, spacing_mm=spacing_mm)
        if view.margin_mm is not None:
            margin_mm = view.margin_mm
            boxes[axis] = box_around(contours, plane, margin_mm=margin_mm, spacing_mm=spacing_mm)
    view = replace(view, index=index, window=window)
    plan = Exploration(case, contours, panels, view, boxes, height_px)
    for name, first in plan.sliders.items():
        for sliders in panels.values():
            if any(one.name == name and list(one.values) != list(first.values) for one in sliders):
                raise LascarError(f"two sliders {name!r} have different values; give them the same")
    picture_at(plan, view, first_values(plan))
    return plan


def first_values(plan: Exploration) -> dict[str, float]:
    """Name of each slider -> where it stands at first."""
    return {name: slider.start for name, slider in plan.sliders.items()}


def best_index(plan: Exploration, axis: Axis) -> int:
    """The slice of an axis to begin with: the one with most contour, else the middle one."""
    return choose_index(plan.case.image.shape, replace(plan.view, axis=axis).plane, plan.contours)


def slice_count(plan: Exploration, axis: Axis) -> int:
    """How many slices there are along an axis."""
    return int(plan.case.image.shape[replace(plan.view, axis=axis).plane.normal])


def picture_at(plan: Exploration, view: SliceView, values: Mapping[str, float]) -> np.ndarray:
    """Draw every panel in one view, side by side, each with its title and its colour bar.

    Args:
        plan: from `plan_exploration`.
        view: which slice, in which window.
        values: name of each slider -> where it stands.

    Returns:
        uint8 (row, column, 3), red, green and blue.

    Raises:
        LascarError: as `render`.

    Example:
        >>> case = Case("a", np.zeros((4, 4, 4), np.float32), np.eye(4))
        >>> plan = plan_exploration(case, {"one": (), "other": ()}, height_px=60)
        >>> picture_at(plan, plan.view, {}).shape  # a title of 22 rows; two of 60 columns, a gap
        (82, 126, 3)
    """
    pictures: list[np.ndarray] = []
    for title, sliders in plan.panels.items():
        layers = _together([slider.layers(values[slider.name]) for slider in sliders])
        picture = render(
            plan.case.image,
            spacing_mm=plan.case.spacing_mm,
            contours={**plan.contours, **layers.contours},
            overlay=layers.overlay,
            view=view,
            box_mm=plan.boxes_mm[view.axis],
            height_px=plan.height_px,
        )
        if layers.overlay is not None:
            picture = np.hstack([picture, colour_strip(plan.height_px, layers.overlay)])
        words = f"{title}, {view.axis} {view.index}" if title else f"{view.axis} {view.index}"
        picture = np.vstack([title_strip(picture.shape[1], words), picture])
        if pictures:
            pictures.append(np.zeros((picture.shape[0], GAP_PX, 3), np.uint8))
        pictures.append(picture)
    return np.hstack(pictures)


def _together(layers: Sequence[Layers]) -> Layers:
    """All contours, and the last of the maps."""
    contours = {name: mask for one in layers for name, mask in one.contours.items()}
    overlays = [one.overlay for one in layers if one.overlay is not None]
    return Layers(contours, overlays[-1] if overlays else None)

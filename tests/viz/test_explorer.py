import subprocess
import sys

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.viz import SliceView, explore, threshold_slider
from lascarlib.viz.exploration import first_values, picture_at

GENERATOR = np.random.default_rng(5)
IMAGE = GENERATOR.uniform(0, 100, (12, 10, 8)).astype(np.float32)
ATRIUM = np.zeros(IMAGE.shape, bool)
ATRIUM[3:9, 2:8, 2:6] = True
CASE = Case("a", IMAGE, np.diag([-1.0, -1.0, 2.0, 1.0]), atrium=ATRIUM)
ONE, OTHER = GENERATOR.random(IMAGE.shape), GENERATOR.random(IMAGE.shape)


def two_methods():
    panels = {"one": [threshold_slider(ONE)], "other": [threshold_slider(OTHER)]}
    return explore(CASE, panels, height_px=80)


def test_two_methods_stand_side_by_side_in_one_view():
    plan = two_methods().plan
    picture = picture_at(plan, plan.view, first_values(plan))
    # 10 mm of 80 pixels, so 12 mm are 96 columns; two of them and a gap of 6; a title of 22 rows.
    assert picture.shape == (102, 198, 3)
    left, right = picture[22:, :96], picture[22:, 102:]
    assert (left != right).any()
    alone = explore(CASE, {"one": [threshold_slider(ONE)]}, height_px=80).plan
    np.testing.assert_array_equal(left, picture_at(alone, alone.view, {"threshold": 0.5})[22:])


def test_a_slider_of_one_name_moves_both():
    shown = two_methods().widget
    assert list(shown.sliders) == ["threshold"]
    before = shown.picture.value
    shown.sliders["threshold"].value = 0.2
    assert shown.picture.value != before


@pytest.mark.parametrize(
    ("part", "value"), [("index", 1), ("level", 20.0), ("window", 10.0), ("axis", "sagittal")]
)
def test_every_slider_changes_the_picture(part, value):
    shown = explore(CASE, height_px=80).widget
    before = shown.picture.value
    getattr(shown, part).value = value
    assert shown.picture.value != before
    assert bytes(shown.picture.value[:4]) == b"RIFF"


def test_window_and_level_are_those_of_a_scanner():
    # White is where level + window / 2 is: a flat image of 60 is white for 50 and 20.
    flat = Case("flat", np.full((10, 10, 4), 60.0, np.float32), np.eye(4))
    plan = explore(flat, view=SliceView(window=(40.0, 60.0)), height_px=80).plan
    assert (picture_at(plan, plan.view, {})[42:60, 42:60] == 255).all()
    shown = explore(flat, view=SliceView(window=(40.0, 60.0))).widget
    assert (shown.level.value, shown.window.value) == (50.0, 20.0)


def test_another_axis_begins_at_its_fullest_slice_and_has_its_own_length():
    shown = explore(CASE, height_px=80).widget
    assert (shown.index.value, shown.index.max) == (2, 7)
    shown.axis.value = "sagittal"
    assert (shown.index.value, shown.index.max) == (3, 11)
    shown.axis.value = "axial"
    assert (shown.index.value, shown.index.max) == (2, 7)


def test_a_page_has_frames_that_need_no_kernel():
    page = two_methods()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in page
    frames = two_methods().frames
    threshold, slices = frames.sliders
    # The LA is in slices 2 to 5; at most 7 of 19 thresholds, the first one among them.
    assert slices.names == ("2", "3", "4", "5")
    assert len(threshold.names) == 7
    assert threshold.names[threshold.start] == "0.5"
    assert len(frames.pictures) == 28
    assert page["text/html"].count("<img ") == 28
    assert 'alt="threshold 0.5, axial slice 2"' in page["text/html"]
    assert "dashed #F0E442" in page["text/html"]
    assert "<script" not in page["text/html"]


def test_without_labels_the_page_runs_through_the_volume():
    bare = explore(Case("a", IMAGE, np.eye(4)), height_px=80)
    assert bare.frames.sliders[0].names == tuple("01234567")
    assert bare.plan.contours == {}


def test_sliders_that_move_together_have_the_same_values():
    panels = {"one": [threshold_slider(ONE)], "other": [threshold_slider(OTHER, values=(0.5,))]}
    with pytest.raises(LascarError, match="two sliders 'threshold'"):
        explore(CASE, panels)


def test_a_view_of_its_own_is_kept():
    plan = explore(CASE, view=SliceView(axis="coronal", index=4, margin_mm=1.0)).plan
    assert (plan.view.axis, plan.view.index, plan.view.orientation) == ("coronal", 4, "LPS")
    # x from 3 to 9 mm and 1 mm more on both sides.
    assert plan.boxes_mm["coronal"][:2] == (2.0, 10.0)


def test_the_library_draws_without_importing_ipywidgets():
    code = "import sys, lascarlib.viz; print('ipywidgets' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert result.stdout.strip() == b"False"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"panels": {"a": [threshold_slider(ONE[1:])]}}, "one grid for both"),
        ({"contours": {"atrium": ATRIUM[1:]}}, "one grid for both"),
        ({"panels": {"a": [threshold_slider(ONE, contour="foo")]}}, "no colour for 'foo'"),
        ({"height_px": 0}, "at least 40"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_it_is_shown(settings, message):
    with pytest.raises(LascarError, match=message):
        explore(CASE, **settings)

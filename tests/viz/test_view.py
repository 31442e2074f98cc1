from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.viz import Overlay, SliceView, render
from lascarlib.viz.colours import grey_window
from lascarlib.viz.view import settle

IMAGE = np.arange(4 * 3 * 5, dtype=np.float32).reshape(4, 3, 5)
MASK = np.zeros(IMAGE.shape, bool)
MASK[1:3, 1, 1:3] = True  # coronal slice 1 holds all four voxels


def test_what_is_left_open_is_chosen_from_the_volume():
    # Contours first, else the middle: 3 // 2; percentiles 1 and 99.5 of 0 to 59.
    index, window = settle(SliceView(axis="coronal"), IMAGE, {"atrium": MASK})
    assert index == 1
    assert window == pytest.approx((0.59, 58.705))
    assert settle(SliceView(axis="sagittal"), IMAGE, {})[0] == 2


def test_what_is_given_is_kept():
    assert settle(SliceView(index=0, window=(3.0, 4.0)), IMAGE, {}) == (0, (3.0, 4.0))


def test_a_view_is_moved_by_making_another():
    here = SliceView(axis="sagittal", margin_mm=5.0)
    there = replace(here, index=2)
    assert (here.index, there.index, there.margin_mm) == (None, 2, 5.0)
    with pytest.raises(FrozenInstanceError):
        here.index = 2


def test_a_view_knows_its_plane():
    assert SliceView(axis="sagittal", orientation="LPS").plane.normal == 0
    assert SliceView(axis="axial", orientation="RAS").plane.flip_across


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"axis": "oblique"}, "choose 'axial'"),
        ({"orientation": "LPP"}, "a letter for each axis"),
        ({"index": -1}, "counted from 0"),
        ({"index": 2.5}, "a whole number"),
        ({"window": (5.0, 5.0)}, "a larger white"),
        ({"window": (0.0, float("inf"))}, "a larger white"),
        ({"window": (0.0, 1.0, 2.0)}, "a larger white"),
        ({"margin_mm": -1.0}, "0 or more"),
        ({"margin_mm": float("nan")}, "0 or more"),
    ],
)
def test_a_view_of_nothing_is_refused(change, message):
    with pytest.raises(LascarError, match=message):
        SliceView(**change)


def test_an_overlay_has_a_limit_above_0():
    with pytest.raises(LascarError, match="a magnitude above 0"):
        Overlay(IMAGE, "loss", limit=0.0)


def test_a_window_is_chosen_from_what_is_finite():
    holes = IMAGE.copy()
    holes[0, 0, :2] = np.nan, np.inf
    # Percentiles 1 and 99.5 of 2 to 59, 57 apart.
    assert grey_window(holes) == pytest.approx((2.57, 58.715))
    assert grey_window(np.full((2, 2, 2), np.nan)) == (0.0, 1.0)


def test_a_mask_is_seen_black_and_white():
    mask = np.zeros((40, 40, 1), bool)
    mask[20:] = True
    assert grey_window(mask) == (0.0, 1.0)
    picture = render(mask, spacing_mm=(1.0, 1.0, 1.0), height_px=120)
    assert picture[60, 45].tolist() == [0, 0, 0]
    assert picture[60, 75].tolist() == [255, 255, 255]


def test_a_voxel_without_a_value_is_black():
    image = np.ones((40, 40, 1), np.float32)
    image[15, 20] = np.nan
    view = SliceView(window=(0.0, 1.0))
    picture = render(image, spacing_mm=(1.0, 1.0, 1.0), view=view, height_px=120)
    assert picture[60, 45].tolist() == [0, 0, 0]
    assert picture[60, 49].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((0, 4, 4)), "axes"),
        (np.zeros((4, 4, 4), complex), "real grey levels"),
    ],
)
def test_what_has_no_grey_levels_is_refused(image, message):
    with pytest.raises(LascarError, match=message):
        render(image, spacing_mm=(1.0, 1.0, 1.0))

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.viz import Overlay, SliceView, render
from lascarlib.viz.raster import _dashes
from lascarlib.viz.zoom import BoxMm

SPACING_MM = (1.0, 2.0, 4.0)
IMAGE = np.zeros((40, 20, 5), np.float32)
IMAGE[10:20, 5:10] = 60.0  # 10 to 20 mm across, 10 to 20 mm down in an axial slice
MASK = IMAGE > 0
VIEW = SliceView(index=2, window=(0.0, 100.0))


def draw(**change):
    how = {"spacing_mm": SPACING_MM, "view": VIEW, "height_px": 80, **change}
    return render(IMAGE, **how)  # 40 x 40 mm on 80 x 80 pixels: 2 pixels a mm


def test_voxels_become_square_millimetres_in_the_window():
    picture = draw()
    assert picture.shape == (80, 80, 3)
    # 60 of a window from 0 to 100 is 0.6 * 255 = 153. From 10 mm = pixel 20 to below 20 mm = 40.
    assert (picture[20:38, 20:40] == 153).all()
    assert (picture[22:30, 41:60] == 0).all()
    assert (picture[42:60, 22:36] == 0).all()
    assert (draw(view=SliceView(index=2, window=(0.0, 60.0)))[25, 25] == 255).all()


def test_the_bar_is_as_long_as_it_says():
    # A quarter of 40 mm is 10 mm: 20 pixels, from 4 % of 80 = pixel 3, in rows 75 and 76.
    assert (draw()[75:77, 3:23] == 255).all()
    assert (draw()[75:77, 24] == 0).all()


def test_an_outline_runs_along_the_mask_s_border_in_its_colour():
    picture = draw(contours={"scar": MASK})
    coloured = (picture == (0xD5, 0x5E, 0x00)).all(axis=2)
    rows, columns = np.nonzero(coloured)
    # The border is at 10 and 20 mm, between pixels 19 and 20 and between 39 and 40; 2 pixels wide.
    assert (rows.min(), columns.min()) in {(19, 19), (18, 18), (19, 18), (18, 19)}
    assert 39 <= rows.max() <= 40
    assert 39 <= columns.max() <= 40
    assert (picture[25:35, 25:35] == 153).all()
    assert not (draw() == picture).all()


def test_a_dashed_outline_has_gaps_and_a_solid_one_none():
    def on_top(name):
        """Columns 24 to 35 of the upper border where the line's colour is seen."""
        picture = draw(contours={name: MASK})[18:21, 24:36]
        return ((picture.max(axis=2) > 100) & (np.ptp(picture, axis=2) > 60)).any(axis=0)

    assert on_top("atrium").all()
    assert 0 < on_top("prediction").sum() < 12


def test_dashes_follow_the_line_round_a_corner():
    line = np.array([[0.0, 0.0], [6.0, 0.0], [6.0, 10.0]])  # 16 long
    # 8 on, 4 off, 4 on: from the start to 2 beyond the corner, and from 6 beyond it to the end.
    first, second = _dashes(line, (8.0, 4.0))
    assert first.tolist() == [[0, 0], [6, 0], [6, 2]]
    assert second.tolist() == [[6, 6], [6, 10]]


def test_a_map_is_blended_where_it_has_a_value():
    values = np.full(IMAGE.shape, np.nan)
    values[10:20, 5:10] = 1.0
    picture = draw(overlay=Overlay(values, "probability", limit=1.0))
    # The end of viridis is (253, 231, 36); 65 % of it and 35 % of 153.
    assert picture[25, 25].tolist() == [218, 204, 77]
    assert (picture[25, 50] == 0).all()


def test_a_box_or_a_margin_zooms():
    box = BoxMm(10.0, 20.0, 10.0, 20.0)
    assert draw(box_mm=box).shape == (80, 80, 3)
    assert (draw(box_mm=box)[20:50, 15:60] == 153).all()
    near = SliceView(index=2, window=(0.0, 100.0), margin_mm=0.0)
    framed = draw(view=near, contours={"scar": MASK})
    assert (framed[20:50, 15:60] == 153).all()


def test_a_slice_is_turned_as_show_slice_turns_it():
    # x stored to the right: the bright block, mirrored, is at the other side of the picture.
    ras = draw(view=SliceView(index=2, window=(0.0, 100.0), orientation="RPS"))
    assert (ras[22:36, 42:58] == 153).all()
    coronal = draw(view=SliceView(axis="coronal", index=7, window=(0.0, 100.0)))
    assert coronal.shape == (80, 160, 3)  # 20 mm high, 40 mm wide: 4 pixels a mm


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"height_px": 10}, "at least 40"),
        ({"view": SliceView(index=5)}, "axial slices 0 to 4"),
        ({"contours": {"scar": MASK[1:]}}, "scar has shape"),
    ],
)
def test_bad_input_is_refused(change, message):
    with pytest.raises(LascarError, match=message):
        draw(**change)

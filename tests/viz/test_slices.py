import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from lascarlib.errors import LascarError
from lascarlib.viz import PALETTE, Overlay, SliceView, show_slice

SPACING_MM = (1.0, 2.0, 4.0)
IMAGE = np.arange(10 * 8 * 5, dtype=np.float32).reshape(10, 8, 5)
MASK = np.zeros(IMAGE.shape, bool)
MASK[2:6, 3:5, 1:4] = True
MASK[2:6, 3:6, 3] = True  # slice 3 holds most


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("axis", "shape", "width_mm", "height_mm"),
    [
        ("axial", (8, 10), 10.0, 16.0),
        ("coronal", (5, 10), 10.0, 20.0),
        ("sagittal", (5, 8), 16.0, 20.0),
    ],
)
def test_a_slice_has_rows_columns_and_millimetres(axis, shape, width_mm, height_mm):
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM, view=SliceView(axis=axis, index=2))
    assert ax.images[0].get_array().shape == shape
    assert ax.images[0].get_extent() == [0.0, width_mm, height_mm, 0.0]
    assert ax.get_aspect() == 1.0
    assert ax.get_title() == f"{axis} 2"


def test_directions_and_scale_are_written_on_the_slice():
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM)
    # A quarter of 10 mm is 2.5 mm; the longest bar of 1, 2 or 5 that fits is 2 mm.
    assert texts(ax) == ["R", "L", "A", "P", "2 mm"]
    bar = ax.lines[0].get_xdata()
    assert bar[1] - bar[0] == pytest.approx(2.0)
    assert (ax.get_xlim(), ax.get_ylim()) == ((0.0, 10.0), (16.0, 0.0))


def test_by_default_the_slice_with_most_contour_is_shown():
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM, contours={"atrium": MASK})
    assert ax.get_title() == "axial 3"
    assert show_slice(IMAGE, spacing_mm=SPACING_MM).get_title() == "axial 2"


def test_an_outline_runs_between_voxels_and_has_its_legend():
    both = {"atrium": MASK, "scar": ~MASK}
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM, contours=both, view=SliceView(index=1))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["atrium", "scar"]
    outline = ax.collections[0]
    np.testing.assert_allclose(outline.get_edgecolor()[0], to_rgba(PALETTE["atrium"]))
    # x voxels 2 to 5 of 1 mm cover 2 to 6 mm; y voxels 3 to 4 of 2 mm cover 6 to 10 mm.
    vertices = outline.get_paths()[0].vertices
    assert vertices.min(axis=0).tolist() == [2.0, 6.0]
    assert vertices.max(axis=0).tolist() == [6.0, 10.0]


def test_an_empty_contour_keeps_its_place_in_the_legend():
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM, contours={"scar": np.zeros_like(MASK)})
    assert not ax.collections
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["scar"]


def test_a_map_of_both_signs_is_white_at_zero_and_labelled():
    signed = np.where(MASK, -3.0, 6.0)
    signed[0, 0, 3] = 0.0
    distance = Overlay(signed, "distance (mm)")
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM, overlay=distance, view=SliceView(index=3))
    bar = ax.figure.axes[1]
    assert bar.get_ylabel() == "distance (mm)"
    assert bar.get_ylim() == (-6.0, 6.0)
    colours = ax.images[1].get_array()
    red, _, blue, _ = colours[0, 0]
    assert red == pytest.approx(blue, abs=0.01)
    red, _, blue, _ = colours[4, 3]  # row y = 4, column x = 3 is negative
    assert blue > red


def test_a_map_is_not_drawn_where_it_is_nan():
    overlay = np.full(IMAGE.shape, np.nan)
    overlay[1, 2, 0] = 1.0
    view = SliceView(index=0)
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM, overlay=Overlay(overlay), view=view)
    drawn = np.argwhere(ax.images[1].get_array()[..., 3] > 0)
    assert drawn.tolist() == [[2, 1]]


def test_the_key_can_be_left_out():
    drawn = {"contours": {"atrium": MASK}, "overlay": Overlay(IMAGE)}
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM, **drawn, key=False)
    assert ax.get_legend() is None
    assert ax.figure.axes == [ax]


def test_a_margin_zooms_to_the_contours():
    view = SliceView(margin_mm=1.5)
    ax = show_slice(IMAGE, spacing_mm=SPACING_MM, contours={"atrium": MASK}, view=view)
    # x 2 to 6 mm and y 6 to 12 mm, 1.5 mm more on every side.
    assert ax.get_xlim() == (0.5, 7.5)
    assert ax.get_ylim() == (13.5, 4.5)
    flipped = show_slice(
        IMAGE[::-1],
        spacing_mm=SPACING_MM,
        contours={"atrium": MASK[::-1]},
        view=SliceView(margin_mm=1.5, orientation="RPS"),
    )
    assert flipped.get_xlim() == (0.5, 7.5)


def test_it_draws_where_it_is_told_and_with_the_window_given():
    _, (left, right) = plt.subplots(1, 2)
    view = SliceView(window=(5.0, 9.0))
    assert show_slice(IMAGE, spacing_mm=SPACING_MM, view=view, ax=right) is right
    assert right.images[0].get_clim() == (5.0, 9.0)
    assert not left.images


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"view": SliceView(index=5)}, "axial slices 0 to 4"),
        ({"contours": {"ventricle": MASK}}, "no colour for 'ventricle'"),
        ({"contours": {"scar": MASK[1:]}}, "scar has shape"),
        ({"contours": {"scar": MASK * 1.0}}, "give a bool array"),
        ({"overlay": Overlay(IMAGE[..., 0])}, "overlay has shape"),
        ({"view": SliceView(margin_mm=3.0)}, "nothing to zoom to"),
        ({"spacing_mm": (1.0, 1.0, 0.0)}, "lengths above 0"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(change, message):
    with pytest.raises(LascarError, match=message):
        show_slice(IMAGE, **{"spacing_mm": SPACING_MM, **change})


def test_a_flat_image_is_refused():
    with pytest.raises(LascarError, match="give a volume"):
        show_slice(IMAGE[..., 0], spacing_mm=SPACING_MM)

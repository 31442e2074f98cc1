import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.viz import Overlay, SliceView, show_case, show_slices

IMAGE = np.arange(10 * 8 * 5, dtype=np.float32).reshape(10, 8, 5)
MASK = np.zeros(IMAGE.shape, bool)
MASK[2:6, 3:5, 3] = True
LPS = np.diag([-1.0, -2.0, 4.0, 1.0])


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_case_is_shown_in_three_planes_with_one_legend_and_one_window():
    figure = show_case(Case("a", IMAGE, LPS, atrium=MASK, scar=~MASK))
    assert [ax.images[0].get_array().shape for ax in figure.axes] == [(8, 10), (5, 10), (5, 8)]
    assert len({ax.images[0].get_clim() for ax in figure.axes}) == 1
    assert legend_of(figure) == ["atrium", "scar"]
    assert figure.get_suptitle() == "a, 1 x 2 x 4 mm"


def test_a_case_without_labels_has_no_legend_and_shows_the_middle():
    figure = show_case(Case("a", IMAGE, LPS), title="only the image")
    assert not figure.legends
    assert [ax.get_title() for ax in figure.axes] == ["axial 2", "coronal 4", "sagittal 5"]
    assert figure.get_suptitle() == "only the image"


def test_a_case_is_turned_by_its_affine():
    # The same patient stored with x to the right: index 0 and the last change places.
    ras = Case("a", IMAGE[::-1].copy(), np.diag([1.0, -2.0, 4.0, 1.0]))
    here, there = show_case(Case("a", IMAGE, LPS)).axes[0], show_case(ras).axes[0]
    np.testing.assert_array_equal(here.images[0].get_array(), there.images[0].get_array())


def test_a_mask_from_elsewhere_replaces_the_case_s_labels():
    figure = show_case(Case("a", IMAGE, LPS, atrium=MASK), contours={"prediction": MASK})
    assert legend_of(figure) == ["prediction"]


def test_slices_come_in_order_with_one_bar():
    figure = show_slices(
        IMAGE,
        spacing_mm=(1.0, 2.0, 4.0),
        indices=[4, 0, 2],
        contours={"atrium": MASK},
        overlay=Overlay(IMAGE - 5.0, "grey level"),
        columns=2,
    )
    assert [ax.get_title() for ax in figure.axes[:3]] == ["axial 4", "axial 0", "axial 2"]
    assert len(figure.axes) == 4
    assert figure.axes[3].get_ylabel() == "grey level"
    assert legend_of(figure) == ["atrium"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"indices": []}, "indices is empty"),
        ({"columns": 0}, "at least 1"),
        ({"view": SliceView(index=1)}, "leave it out"),
    ],
)
def test_a_figure_of_nothing_is_refused(change, message):
    with pytest.raises(LascarError, match=message):
        show_slices(IMAGE, **{"spacing_mm": (1.0, 2.0, 4.0), "indices": [0], **change})


def test_indices_may_be_an_array():
    figure = show_slices(IMAGE, spacing_mm=(1.0, 2.0, 4.0), indices=np.arange(1, 3))
    assert [ax.get_title() for ax in figure.axes] == ["axial 1", "axial 2"]

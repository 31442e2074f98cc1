import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb

from lascarlib.viz import PALETTE, use_style
from lascarlib.viz.style import LINE_STYLES


def luminance(colour):
    red, green, blue = to_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_structures_drawn_together_differ_in_more_than_hue():
    # What is compared on one slice differs in brightness, or in the kind of line.
    for one, other in [("atrium", "scar"), ("reference", "prediction"), ("atrium", "prediction")]:
        brightness = abs(luminance(PALETTE[one]) - luminance(PALETTE[other]))
        assert brightness > 0.15 or LINE_STYLES.get(one) != LINE_STYLES.get(other)


def test_every_colour_is_used_once():
    assert len(set(PALETTE.values())) == len(PALETTE)
    assert PALETTE.keys() >= LINE_STYLES.keys()


def test_the_palette_cannot_be_changed_by_a_notebook():
    with pytest.raises(TypeError, match="does not support item assignment"):
        PALETTE["atrium"] = "red"


def test_the_style_gives_page_sized_figures():
    with mpl.rc_context():
        use_style()
        assert mpl.rcParams["figure.dpi"] == 110
        assert mpl.rcParams["figure.figsize"][0] == pytest.approx(7.2)

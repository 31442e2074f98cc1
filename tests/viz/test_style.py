import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb, to_rgba

from lascarlib.errors import LascarError
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


def contrast(one, other):
    """Ratio of the light that two colours send (WCAG 2), 1 to 21."""

    def light(colour):
        linear = [((c + 0.055) / 1.055) ** 2.4 if c > 0.04 else c / 12.92 for c in to_rgb(colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_written_and_drawn_is_read_on_its_paper(theme):
    with mpl.rc_context():
        use_style(theme)
        figure, ax = plt.subplots(figsize=(2, 2))
        ax.plot([0, 1])
        ax.set(xlabel="x (mm)", title="title")
        paper = figure.get_facecolor()
        assert paper[3] == 1.0  # never transparent
        assert paper == to_rgba(mpl.rcParams["savefig.facecolor"])
        words = [ax.title, ax.xaxis.label, *ax.get_xticklabels()]
        assert min(contrast(word.get_color(), paper) for word in words) > 7
        lines = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
        assert min(contrast(line, paper) for line in lines) > 2


def test_a_figure_saved_in_the_dark_theme_has_a_dark_paper(tmp_path):
    with mpl.rc_context():
        use_style("dark")
        figure, _ = plt.subplots(figsize=(1, 1))
        figure.savefig(tmp_path / "a.png")
    corner = plt.imread(tmp_path / "a.png")[0, 0]
    # 0x14, 0x18, 0x1E of 255, opaque.
    assert (corner * 255).round().tolist() == [20, 24, 30, 255]


def test_there_is_no_third_theme():
    with pytest.raises(LascarError, match="choose 'light' or 'dark'"):
        use_style("sepia")

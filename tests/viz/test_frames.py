import pytest
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.viz import show_frames
from lascarlib.viz.frames import Frames, FrameSlider


def test_frames_are_a_slider_without_a_kernel():
    def draw(height):
        figure = Figure(figsize=(1, 1))
        figure.add_subplot().plot([0, height])
        return figure

    found = show_frames(draw, [1, 5], description="height", start=1)
    first, second = found.pictures
    assert first != second
    assert first.startswith(b"\x89PNG")
    page = found._repr_html_()
    assert page.count("<img ") == 2
    assert page.count("hidden>") == 1  # the first, as the second is shown at the start
    assert "<output>5</output>" in page
    assert 'alt="height 1"' in page
    with pytest.raises(LascarError, match="values are empty or two"):
        show_frames(draw, [1, 1], description="height")
    with pytest.raises(LascarError, match="start is 2"):
        show_frames(draw, [1, 5], description="height", start=2)


def test_several_sliders_choose_one_of_all_combinations():
    # The first moves slowest: frame 1 x 3 + 2 = 5 is seen.
    letters, digits = FrameSlider("letter", ("a", "b"), 1), FrameSlider("digit", tuple("123"), 2)
    page = Frames(
        (letters, digits), tuple(bytes([k]) for k in range(6)), "<p>key</p>"
    )._repr_html_()
    shown = [image for image in page.split("<img ")[1:] if " hidden>" not in image]
    assert len(shown) == 1
    assert shown[0].startswith('alt="letter b, digit 3"')
    assert page.count('type="range"') == 2
    assert page.endswith("<p>key</p></figure>")
    with pytest.raises(LascarError, match="5 pictures for 6"):
        Frames((letters, digits), tuple(bytes([k]) for k in range(5)))


def test_a_single_value_is_named_without_a_slider():
    alone = show_frames(lambda value: Figure(figsize=(1, 1)), [7], description="k")
    page = alone._repr_html_()
    assert "k <output>7</output>" in page
    assert "<input" not in page
    wide = FrameSlider("p", ("a", "b"), 0)
    both = Frames((alone.sliders[0], wide), alone.pictures * 2)._repr_html_()
    assert both.count("<input") == 1
    assert "k 7, p b" in both


def test_a_webp_file_is_named_so():
    page = Frames((FrameSlider("k", ("1",)),), (b"RIFF",))._repr_html_()
    assert 'src="data:image/webp;base64,UklGRg=="' in page

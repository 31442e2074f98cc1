from math import inf

import matplotlib.pyplot as plt
import pytest

from lascarlib.errors import LascarError
from lascarlib.viz import show_rows


def test_each_row_has_its_line_with_cases_mean_and_printed_value():
    ax = show_rows({"a": [1.0, 3.0], "b": []}, title="HD [mm]", printed={"b": (5.0, 1.0)})
    dots, bar = ax.lines[0], ax.lines[1]
    assert list(dots.get_xdata()) == [1.0, 3.0]
    assert list(bar.get_xdata()) == [2.0, 2.0]  # the mean of 1 and 3
    (printed,) = ax.containers
    assert (printed.lines[0].get_xdata()[0], printed.lines[0].get_ydata()[0]) == (5.0, 1.32)
    plt.close(ax.figure)


def test_a_missed_case_is_said_and_is_not_in_the_mean():
    ax = show_rows({"a": [1.0, inf]}, title="HD [mm]")
    assert list(ax.lines[1].get_xdata()) == [1.0, 1.0]
    assert ax.texts[0].get_text() == "1 missed"
    plt.close(ax.figure)


@pytest.mark.parametrize("scores", [{}, {"a": []}, {"a": [inf]}])
def test_nothing_to_draw_is_refused(scores):
    with pytest.raises(LascarError, match="nothing to draw"):
        show_rows(scores, title="Dice")

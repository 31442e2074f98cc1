import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.viz import show_agreement, show_comparison, show_correlation, show_pairs

INF = float("inf")


def test_every_pair_is_a_line_and_a_missed_one_a_triangle_above_all() -> None:
    ax = show_pairs([1.0, 2.0, 3.0], [2.0, 4.0, INF], names=("a", "b"), title="HD [mm]")
    joined = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_zorder() == 1]
    assert len(joined) == 3
    (triangle,) = [line for line in ax.lines if line.get_marker() == "^" and len(line.get_xdata())]
    assert triangle.get_ydata()[0] > 4.0
    assert [text.get_text() for text in ax.texts] == ["missed: ∞"]
    bars = [line.get_ydata()[0] for line in ax.lines if line.get_linewidth() == 2]
    assert bars == [2.0, 3.0]  # the means of 1, 2, 3 and of the 2 and 4 that were found


def test_a_method_that_found_nothing_still_has_a_picture() -> None:
    ax = show_pairs([INF, INF], [INF, INF], names=("a", "b"), title="HD")
    assert np.isfinite(ax.get_ylim()).all()


def test_points_and_limits_of_agreement() -> None:
    ax = show_agreement([12.0, 20.0], [10.0, 20.0], name="m", unit="scar burden [%]")
    points = next(line for line in ax.lines if line.get_marker() == "o")
    assert points.get_xdata().tolist() == [11.0, 20.0]
    assert points.get_ydata().tolist() == [2.0, 0.0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mean of both, scar burden [%]", "difference [%]")
    heights = {round(line.get_ydata()[0], 6) for line in ax.lines if line is not points}
    limit = 1.96 * np.sqrt(2)  # differences 2 and 0: mean 1, standard deviation sqrt(2)
    assert heights == {0.0, 1.0, round(1 - limit, 6), round(1 + limit, 6)}


def test_the_line_of_best_fit_spans_the_points() -> None:
    ax = show_correlation([1.0, 2.0, 3.0], [1.0, 2.0, 2.0], xlabel="x", ylabel="y")
    line = next(line for line in ax.lines if line.get_marker() == "None")
    assert line.get_xdata().tolist() == [1.0, 3.0]
    assert line.get_ydata().tolist() == pytest.approx([7 / 6, 13 / 6])


def test_a_quantity_of_one_case_has_no_plot_of_agreement() -> None:
    figure = show_comparison(
        {"Dice": ([0.9], [0.8])}, names=("a", "b"), measured={"V [ml]": [([1], [1]), ([2], [1])]}
    )
    assert len(figure.axes) == 1


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(LascarError, match="same cases"):
        show_pairs([1.0], [], names=("a", "b"), title="")
    with pytest.raises(LascarError, match="same cases"):
        show_pairs([], [], names=("a", "b"), title="")
    with pytest.raises(LascarError, match="no metric"):
        show_comparison({}, names=("a", "b"), measured={})

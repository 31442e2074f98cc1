import pytest

from lascarlib.errors import LascarError
from lascarlib.evaluation.statistics import compare_methods, compare_metric, verdict

INF = float("inf")


def hd(a, b):
    return compare_metric(a, b, metric="hd", higher_is_better=False)


def test_lower_distances_are_better() -> None:
    found = hd([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 4.0, 6.0, 8.0, 10.0, 12.0])
    # Differences -1 to -6: mean -3.5, all of one sign: p = 2 / 2^6.
    assert (found.difference, found.p_holm, found.better) == (-3.5, 0.03125, "A")
    assert (found.a_mean, found.b_mean) == (3.5, 7.0)
    assert found.interval.low < -3.5 < found.interval.high < 0
    swapped = hd([2.0, 4.0, 6.0, 8.0, 10.0, 12.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert (swapped.difference, swapped.better) == (3.5, "B")
    assert "B is better than A in HD by 3.50 mm (95 % CI" in verdict(
        swapped, name="HD [mm]", a="A", b="B"
    )


def test_a_case_both_missed_is_a_draw_and_one_missed_counts_against_the_method() -> None:
    found = hd([INF, INF, 5.0, 7.0], [INF, 9.0, 4.0, 6.0])
    assert (found.a_mean, found.b_mean) == (INF, INF)
    assert (found.found, found.difference) == (2, 1.0)
    assert (found.test.zeros, found.test.positive, found.test.negative) == (1, 6.0, 0.0)
    said = verdict(found, name="LA HD [mm]", a="A", b="B")
    assert "No difference shown in LA HD: A minus B is 1.00 mm (95 % CI 1.00 to 1.00)" in said
    assert "2 with an infinite score count in p alone" in said
    assert "so few differ that this test cannot show a difference" in said


def test_holm_counts_the_metrics() -> None:
    a = {"dice": [0.9] * 6, "hd": [3.0, 2.0, 3.0, 2.0, 3.0, 2.0]}
    b = {"dice": [0.8, 0.7, 0.6, 0.5, 0.4, 0.3], "hd": [2.0, 3.0, 2.0, 3.0, 2.0, 3.0]}
    found = compare_methods(a, b, higher_is_better={"dice": True, "hd": False})
    assert found["dice"].test.p_value == 0.03125
    assert found["dice"].p_holm == 0.0625  # twice as many tests
    assert found["dice"].better is None
    assert found["hd"].p_holm == 1.0
    assert list(found) == ["dice", "hd"]


def test_ranks_and_mean_may_disagree_and_the_verdict_says_so() -> None:
    # Twelve small gains and one huge loss: ranks 1 to 12 against rank 13.
    a = [0.5 + 0.001 * k for k in range(1, 13)] + [0.0]
    found = compare_metric(a, [0.5] * 13, metric="dice", higher_is_better=True)
    assert found.difference < 0
    assert found.better == "A"
    said = verdict(found, name="LA Dice", a="A", b="B")
    assert said.startswith("A is better than B in LA Dice by their ranks but not on average: ")


def test_a_method_may_win_where_no_case_has_two_finite_scores() -> None:
    found = hd([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [INF] * 6)
    assert (found.found, found.difference, found.interval, found.better) == (0, None, None, "A")
    assert verdict(found, name="HD [mm]", a="A", b="B") == (
        "A is better than B in HD, p = 0.031, 6 cases; 6 with an infinite score count in p alone."
    )


def test_one_case_shows_nothing() -> None:
    found = compare_metric([0.9], [0.8], metric="dice", higher_is_better=True)
    assert (found.interval, found.better) == (None, None)
    assert verdict(found, name="Dice", a="A", b="B") == (
        "No difference shown in Dice: A minus B is 0.100, p = 1.000, 1 case; so few differ that "
        "this test cannot show a difference."
    )


def test_what_cannot_be_compared() -> None:
    with pytest.raises(LascarError, match="2 scores of A and 1 of B"):
        hd([1.0, 2.0], [1.0])
    with pytest.raises(LascarError, match="0 scores of A"):
        hd([], [])
    with pytest.raises(LascarError, match="NaN"):
        hd([float("nan")], [1.0])
    with pytest.raises(LascarError, match="A has the metrics dice and B none"):
        compare_methods({"dice": [1.0]}, {}, higher_is_better={"dice": True})

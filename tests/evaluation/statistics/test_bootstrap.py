import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.evaluation.statistics import bootstrap_mean


def test_many_even_values_give_the_normal_interval() -> None:
    # -50 to 50: standard deviation sqrt((101^2 - 1) / 12) = 29.15, so +-1.96 x 29.15 / sqrt(101).
    found = bootstrap_mean(np.arange(-50.0, 51.0))
    expected = 1.96 * np.sqrt((101**2 - 1) / 12) / np.sqrt(101)
    assert found.low == pytest.approx(-expected, abs=0.25)
    assert found.high == pytest.approx(expected, abs=0.25)


def test_the_seed_decides_every_digit() -> None:
    values = np.random.default_rng(1).normal(size=12)
    assert bootstrap_mean(values, seed=4) == bootstrap_mean(values, seed=4)
    assert bootstrap_mean(values, seed=4) != bootstrap_mean(values, seed=5)


def test_more_confidence_makes_it_wider_and_skew_moves_it() -> None:
    values = np.array([0.0, 0.0, 0.1, 0.1, 0.2, 0.2, 0.3, 2.0])
    narrow, wide = (bootstrap_mean(values, confidence=level) for level in (0.8, 0.95))
    assert wide.low < narrow.low < values.mean() < narrow.high < wide.high
    assert wide.high - values.mean() > values.mean() - wide.low


def test_shifted_values_shift_the_interval() -> None:
    values = np.random.default_rng(2).random(40)
    plain, shifted = bootstrap_mean(values), bootstrap_mean(values + 10)
    assert shifted.low == pytest.approx(plain.low + 10)
    assert shifted.high == pytest.approx(plain.high + 10)


def test_equal_values_are_one_point() -> None:
    found = bootstrap_mean([0.1 + 0.2, 0.3, 0.3])
    assert found.low == found.high == pytest.approx(0.3)


def test_two_values_lie_at_its_ends() -> None:
    # A draw of two of {0, 1} has mean 0, 1/2 or 1.
    found = bootstrap_mean([0.0, 1.0])
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("values", "options", "words"),
    [
        ([1.0], {}, "at least two"),
        ([], {}, "at least two"),
        ([1.0, float("inf")], {}, "not finite"),
        ([1.0, 2.0], {"confidence": 1.0}, "between 0 and 1"),
        ([1.0, 2.0], {"resamples": 0}, "at least one draw"),
    ],
)
def test_what_has_no_interval(values, options, words) -> None:
    with pytest.raises(LascarError, match=words):
        bootstrap_mean(values, **options)

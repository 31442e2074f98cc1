import numpy as np
import pytest
from scipy import stats

from lascarlib.errors import LascarError
from lascarlib.evaluation.statistics import bland_altman, correlate


def test_limits_by_hand() -> None:
    # Differences -1, 0, 1, 4: mean 1, squares of the deviations 4 + 1 + 0 + 9 = 14, over 3.
    found = bland_altman([9.0, 20.0, 31.0, 44.0], [10.0, 20.0, 30.0, 40.0])
    sd = np.sqrt(14 / 3)
    assert (found.cases, found.bias, found.sd) == (4, 1.0, pytest.approx(sd))
    assert (found.lower, found.upper) == pytest.approx((1 - 1.96 * sd, 1 + 1.96 * sd))
    # t of three degrees of freedom at 97.5 % is 3.182.
    assert found.bias_margin == pytest.approx(3.182446 * sd / 2)
    assert found.limit_margin == pytest.approx(3.182446 * sd * np.sqrt(3) / 2)


def test_the_bias_turns_with_the_order() -> None:
    measured, referred = [3.0, 5.0, 4.0], [2.0, 6.0, 1.0]
    one, other = bland_altman(measured, referred), bland_altman(referred, measured)
    assert one.bias == -other.bias
    assert one.lower == pytest.approx(-other.upper)


def test_perfect_agreement_has_no_width() -> None:
    found = bland_altman([5.0, 7.0], [5.0, 7.0])
    assert (found.bias, found.sd, found.lower, found.upper, found.bias_margin) == (0, 0, 0, 0, 0)


def test_twice_the_reference_correlates_and_does_not_agree() -> None:
    reference = np.array([10.0, 20.0, 30.0])
    found = correlate(reference, 2 * reference)
    assert (found.r, found.slope, found.intercept) == pytest.approx((1.0, 2.0, 0.0))
    assert bland_altman(2 * reference, reference).bias == 20.0


def test_r_squared_by_hand_and_by_pearson() -> None:
    # Deviations of x: -2, -1, 0, 1, 2; of y: -2, 0, 1, 0, 1. Sums: xy 4 + 0 + 0 + 0 + 2 = 6,
    # xx 10, yy 6. r^2 = 36 / 60, slope 0.6, intercept 2 - 0.6 x 3.
    x, y = [1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 2.0, 3.0, 2.0, 3.0]
    found = correlate(x, y)
    assert found.r_squared == pytest.approx(0.6)
    assert (found.slope, found.intercept) == pytest.approx((0.6, 0.2))
    pearson = stats.pearsonr(x, y)
    assert (found.r, found.p_value) == pytest.approx((pearson.statistic, pearson.pvalue))


@pytest.mark.parametrize("measure", [bland_altman, correlate])
def test_what_cannot_be_compared(measure) -> None:
    with pytest.raises(LascarError, match="there are 1 pairs"):
        measure([1.0], [1.0])
    with pytest.raises(LascarError, match="one number of each a case"):
        measure([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(LascarError, match="not finite"):
        measure([1.0, 2.0, float("inf")], [1.0, 2.0, 3.0])


def test_a_constant_goes_with_nothing() -> None:
    with pytest.raises(LascarError, match="same in every case"):
        correlate([1.0, 1.0, 1.0], [1.0, 2.0, 3.0])
    with pytest.raises(LascarError, match="at least 3"):
        correlate([1.0, 2.0], [1.0, 2.0])

from itertools import product

import numpy as np
import pytest
from scipy import stats

from lascarlib.errors import LascarError
from lascarlib.evaluation.statistics import holm, signed_rank

INF = float("inf")


def by_enumeration(differences: list[float]) -> float:
    """The exact two-sided p-value: all 2^n ways to sign the ranks."""
    ranks = stats.rankdata(np.abs(differences))
    seen = ranks[np.array(differences) > 0].sum()
    sums = np.array([np.dot(signs, ranks) for signs in product((0, 1), repeat=len(ranks))])
    middle = ranks.sum() / 2
    return float((np.abs(sums - middle) >= abs(seen - middle) - 1e-9).mean())


def test_one_rank_against_four() -> None:
    # Ranks 1 to 4 are positive, rank 5 negative: sums 10 and 5. Ten of the 32 subsets of {1..5}
    # sum to 5 or less: {}, 1, 2, 3, 4, 5, 12, 13, 14, 23. Two-sided 20 / 32.
    found = signed_rank([1.0, 2.0, 3.0, 4.0, -5.0])
    assert (found.positive, found.negative, found.zeros) == (10.0, 5.0, 0)
    assert found.p_value == pytest.approx(20 / 32)


@pytest.mark.parametrize(
    "differences", [[0.5, 0.5, 0.5], [1.0, 1.0, -1.0, 2.0, 3.0], [2.0, -1.0, 3.0, 4.0, 6.0, 7.0]]
)
def test_ties_are_exact_in_a_small_sample(differences) -> None:
    assert signed_rank(differences).p_value == pytest.approx(by_enumeration(differences))


def test_pairs_that_do_not_differ_are_left_out() -> None:
    found = signed_rank([0.0, 1.0, 2.0, 0.0, 3.0])
    assert (found.pairs, found.zeros) == (5, 2)
    assert found.p_value == signed_rank([1.0, 2.0, 3.0]).p_value == 0.25
    assert found.smallest_p == 0.25


def test_rounding_noise_is_no_difference_and_makes_no_order() -> None:
    # 0.9 - 0.8 and 0.8 - 0.7 differ in the last bit.
    assert 0.9 - 0.8 != 0.8 - 0.7
    found = signed_rank([0.9 - 0.8, -(0.8 - 0.7), 0.1 + 0.2 - 0.3])
    assert (found.positive, found.negative, found.zeros) == (1.5, 1.5, 1)


def test_a_structure_that_one_method_missed_has_the_highest_rank() -> None:
    found = signed_rank([-1.0, -2.0, INF, INF])
    # Ranks 1 and 2 negative, 3 and 4 shared as 3.5 each.
    assert (found.positive, found.negative) == (7.0, 3.0)
    assert found.p_value == signed_rank([-1.0, -2.0, 9.0, 9.0]).p_value


def test_the_sign_of_the_differences_does_not_change_p() -> None:
    values = np.random.default_rng(3).normal(0.3, 1, 40)
    one, other = signed_rank(values), signed_rank(-values)
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.positive, one.negative) == (other.negative, other.positive)
    assert one.positive + one.negative == 40 * 41 / 2


def test_a_large_sample_with_ties_uses_the_normal_approximation() -> None:
    # Thirty differences of +1 and ten of -1: all rank 20.5, so z is that of a sign test,
    # (615 - 410) / sqrt(40 x 20.5^2 / 4) = 3.162.
    found = signed_rank([1.0] * 30 + [-1.0] * 10)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(np.sqrt(10)))


def test_no_difference_at_all() -> None:
    found = signed_rank([0.0, 0.0, 0.0])
    assert (found.p_value, found.zeros, found.smallest_p) == (1.0, 3, 1.0)


def test_what_cannot_be_tested() -> None:
    with pytest.raises(LascarError, match="empty"):
        signed_rank([])
    with pytest.raises(LascarError, match="NaN"):
        signed_rank([1.0, float("nan")])


def test_holm_by_hand() -> None:
    # Sorted 0.005, 0.011, 0.02, 0.04 times 4, 3, 2, 1: 0.02, 0.033, 0.04, 0.04.
    assert holm([0.02, 0.005, 0.04, 0.011]) == pytest.approx((0.04, 0.02, 0.04, 0.033))
    assert holm([0.9, 0.8]) == (1.0, 1.0)
    assert holm([0.03]) == (0.03,)
    assert holm([]) == ()


def test_holm_lies_between_no_correction_and_bonferronis() -> None:
    p = np.random.default_rng(0).random(7)
    corrected = np.array(holm(p.tolist()))
    assert (corrected >= p).all()
    assert (corrected <= np.minimum(1, 7 * p) + 1e-12).all()
    assert (np.diff(corrected[np.argsort(p)]) >= 0).all()


def test_holm_refuses_what_is_no_probability() -> None:
    with pytest.raises(LascarError, match="outside"):
        holm([0.2, 1.2])
    with pytest.raises(LascarError, match="outside"):
        holm([float("nan")])

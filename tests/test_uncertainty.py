import numpy as np
import pytest
from scipy import stats

from lascarlib.errors import LascarError
from lascarlib.uncertainty import (
    Population,
    case_uncertainty,
    entropy,
    fit_population,
    is_outlier,
)

# Mean 10, squared deviations 4 + 1 + 0 + 1 + 4 = 10, over 5 cases (ddof 0): SD sqrt(2).
FIVE = {"a": 8.0, "b": 9.0, "c": 10.0, "d": 11.0, "e": 12.0}


def test_the_entropy_is_that_of_scipy() -> None:
    p = np.random.default_rng(0).uniform(size=200)
    np.testing.assert_allclose(entropy(p), stats.entropy([p, 1 - p]), atol=1e-12)


def test_certainty_has_no_entropy_and_half_has_ln_2() -> None:
    np.testing.assert_allclose(entropy(np.array([0, 1, 0.5])), [0, 0, np.log(2)])


def test_the_entropy_does_not_care_which_class_is_which() -> None:
    p = np.linspace(0, 1, 11, dtype=np.float32)
    np.testing.assert_allclose(entropy(p), entropy(1 - p), atol=1e-6)


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused(value) -> None:
    with pytest.raises(LascarError, match="must lie in"):
        entropy(np.array([0.5, value]))


def test_a_case_sums_its_voxels_and_the_sum_grows_with_the_field_of_view() -> None:
    blob = np.zeros((4, 4, 4))
    blob[1, 1, 1] = 0.25
    # -1/4 ln 1/4 - 3/4 ln 3/4 = 0.5623; only one voxel is uncertain.
    assert case_uncertainty(blob, measure="sum") == pytest.approx(0.562335, abs=1e-6)
    assert case_uncertainty(np.pad(blob, 5), measure="sum") == pytest.approx(0.562335, abs=1e-6)
    foggy = np.pad(blob, 5, constant_values=0.01)
    assert case_uncertainty(foggy, measure="sum") > 100 * 0.5


def test_per_foreground_divides_by_the_expected_voxels_so_finer_voxels_change_nothing() -> None:
    coarse = np.array([0.25, 0.75]).reshape(2, 1, 1)
    fine = np.repeat(coarse, 2, axis=0)
    # Twice 0.5623 over 0.25 + 0.75 = 1 expected voxel.
    assert case_uncertainty(coarse, measure="per-foreground") == pytest.approx(2 * 0.562335)
    assert case_uncertainty(fine, measure="per-foreground") == pytest.approx(2 * 0.562335)
    assert case_uncertainty(np.zeros((2, 2, 2)), measure="per-foreground") == np.inf


def test_the_population_by_hand() -> None:
    population = fit_population(FIVE, measure="sum")
    assert population == Population(10.0, pytest.approx(np.sqrt(2)), 5, "sum")
    assert population.score(10 + 3 * np.sqrt(2)) == pytest.approx(3)


def test_fewer_than_five_cases_are_refused() -> None:
    four = {name: FIVE[name] for name in "abcd"}
    with pytest.raises(LascarError, match="fitted on 4 cases; give at least 5"):
        fit_population(four, measure="sum")


def test_a_value_that_is_not_finite_is_named() -> None:
    with pytest.raises(LascarError, match="the uncertainty of c is not finite"):
        fit_population({**FIVE, "c": np.inf}, measure="per-foreground")


def test_equal_values_are_refused() -> None:
    with pytest.raises(LascarError, match="all uncertainties are equal"):
        fit_population(dict.fromkeys("abcde", 3.0), measure="sum")


@pytest.mark.parametrize(
    ("uncertainty", "one_sided", "two_sided"),
    [(16.0, False, False), (16.001, True, True), (4.0, False, False), (3.999, False, True)],
)
def test_an_outlier_lies_strictly_beyond_three_deviations(uncertainty, one_sided, two_sided):
    population = Population(mean=10.0, sd=2.0, n_cases=5, measure="sum")
    assert is_outlier(uncertainty, population) == one_sided
    assert is_outlier(uncertainty, population, two_sided=True) == two_sided


def test_the_number_of_deviations_can_be_changed() -> None:
    population = Population(mean=10.0, sd=2.0, n_cases=5, measure="sum")
    assert is_outlier(12.5, population, outlier_sd=1.0)

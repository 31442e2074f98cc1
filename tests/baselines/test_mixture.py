"""The Gaussian mixture: recovery of known components, and mixtures that degenerate."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from lascarlib.baselines import Mixture, fit_mixture, mgmm, scar_threshold
from lascarlib.case import Case
from lascarlib.errors import LascarError


def gaussian(mean, sd, n):
    """Levels whose histogram is a Gaussian, without chance."""
    return norm.ppf((np.arange(n) + 0.5) / n, mean, sd)


def test_two_gaussians_are_recovered_and_no_third_is_found():
    levels = np.concatenate([gaussian(100, 10, 3000), gaussian(200, 20, 1000)])
    mixture = fit_mixture(levels, most_components=4)
    assert mixture.means == pytest.approx((100, 200), rel=0.01)
    assert mixture.sds == pytest.approx((10, 20), rel=0.03)
    assert mixture.weights == pytest.approx((0.75, 0.25), rel=0.01)
    assert len(mixture.bics) == 4


def test_one_gaussian_is_told_by_its_bic_but_divided_all_the_same():
    mixture = fit_mixture(gaussian(5, 1, 2000), most_components=4)
    assert np.argmin(mixture.bics) == 0
    assert len(mixture.means) >= 2
    assert fit_mixture(gaussian(5, 1, 2000), most_components=1).means == pytest.approx((5,))


def test_bic_is_its_formula():
    # -2 log likelihood + k log n with k = 2 for one Gaussian: mean and variance.
    levels = gaussian(5, 1, 500)
    scores = (levels - levels.mean()) / levels.std()
    likelihood = norm.logpdf(scores).sum()
    mixture = fit_mixture(levels, most_components=1)
    assert mixture.bics[0] == pytest.approx(-2 * likelihood + 2 * math.log(500), rel=1e-4)


def test_the_order_and_the_shape_of_the_levels_do_not_matter():
    levels = np.concatenate([gaussian(1, 0.2, 60), gaussian(4, 0.5, 40)])
    shuffled = np.random.default_rng(0).permutation(levels).reshape(10, 10)
    ours, theirs = (fit_mixture(x, most_components=3) for x in (levels, shuffled))
    assert ours == theirs


@pytest.mark.parametrize("level", [0.0, 7.0, -1e6])
def test_a_constant_wall_is_one_component(level):
    mixture = fit_mixture(np.full(50, level), most_components=4)
    assert mixture.means == (level,)
    assert mixture.weights == (1.0,)


def test_two_values_are_two_components_at_most():
    mixture = fit_mixture(np.repeat([3.0, 9.0], [30, 10]), most_components=5)
    assert mixture.means == pytest.approx((3.0, 9.0), abs=1e-6)
    assert mixture.weights == pytest.approx((0.75, 0.25), abs=1e-6)
    assert len(mixture.bics) == 2


def test_a_single_voxel_is_a_mixture():
    assert fit_mixture(np.array([4.0]), most_components=3).means == (4.0,)


def test_no_level_and_no_component_are_refused():
    with pytest.raises(LascarError, match="levels is empty"):
        fit_mixture(np.array([]), most_components=2)
    with pytest.raises(LascarError, match="most_components is 0"):
        fit_mixture(np.ones(3), most_components=0)


def test_scar_begins_where_the_weighted_densities_cross():
    # Equal SD s: the crossing lies at the middle plus s^2 / (b - a) * ln(w_a / w_b).
    mixture = Mixture((0.8, 0.2), (10.0, 20.0), (2.0, 2.0), ())
    expected = 15 + 4 / 10 * math.log(4)
    assert scar_threshold(mixture) == pytest.approx(expected, abs=0.01)


def test_a_wide_scar_component_does_not_make_dark_voxels_scar():
    # At level 0 the wide component is the likelier one, but scar begins above the normal mean.
    mixture = Mixture((0.7, 0.3), (100.0, 140.0), (5.0, 60.0), ())
    density = mixture.log_density(np.array([0.0]))
    assert density[1, 0] > density[0, 0]
    assert 100 < scar_threshold(mixture) < 140


def test_a_wide_scar_component_may_begin_above_its_own_mean():
    # Weighted densities 0.6 / 63 and 0.4 / 119 at the peaks: at 465 the normal one is still larger.
    mixture = Mixture((0.6, 0.4), (399.0, 465.0), (63.0, 119.0), ())
    normal, scar = mixture.log_density(np.array([465.0, 600.0]))
    assert normal[0] > scar[0]
    assert normal[1] < scar[1]
    assert 465 < scar_threshold(mixture) < 600


def test_scar_that_never_outweighs_the_normal_wall_is_not_marked():
    mixture = Mixture((0.99, 0.01), (100.0, 105.0), (50.0, 50.0), ())
    assert scar_threshold(mixture) == math.inf


def test_the_brightest_of_three_components_is_scar(cubic_case):
    # A third of the normal wall darker, as where a shell reaches into fat.
    case = cubic_case(normal=100, scar=200, blood=140, noise_sd=4)
    image = case.image.copy()
    image[:, :12][case.scar[:, :12] == 0] -= 60
    found = mgmm(Case("a", image, case.affine), case.atrium)
    assert found.numbers["components"] == 3
    assert np.array_equal(found.scar, case.scar & found.wall)


def test_a_wall_of_two_values_is_split_between_them(cubic_case):
    case = cubic_case(normal=100, scar=200, blood=150)
    found = mgmm(case, case.atrium)
    assert np.array_equal(found.scar, case.scar & found.wall)


def test_a_constant_wall_above_the_blood_has_no_scar(cubic_case):
    case = cubic_case(normal=200, scar=200, blood=100)
    found = mgmm(case, case.atrium)
    assert found.numbers["threshold"] == math.inf
    assert not found.scar.any()


def test_the_same_wall_gives_the_same_bits(cubic_case):
    case = cubic_case(normal=100, scar=140, blood=120, noise_sd=20)
    first, second = (mgmm(Case("a", case.image, np.eye(4)), case.atrium) for _ in range(2))
    assert first.numbers == second.numbers

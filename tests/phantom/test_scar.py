from dataclasses import replace

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.phantom import COARSE
from lascarlib.phantom.atrium import draw_atrium
from lascarlib.phantom.scar import draw_scar_plan, islands_kept, scar_on_wall

ATRIUM = draw_atrium(np.random.default_rng(0), COARSE)


def plan(seed=0, **changes):
    return draw_scar_plan(
        np.random.default_rng(seed),
        replace(COARSE, **changes),
        ostia_mm=ATRIUM.ostia_mm,
        bounds_mm=ATRIUM.chambers[0].bounds_mm(),
    )


def test_the_label_holds_the_highest_scores_of_the_wall():
    wall = np.zeros((20, 10, 1), bool)
    wall[10:] = True  # 100 voxels
    score = np.arange(200.0).reshape(20, 10, 1)
    config = replace(COARSE, scar_min_volume_mm3=0.0)
    given = replace(plan(), burden_percent=30.0)
    scar, threshold = scar_on_wall(score, wall, plan=given, config=config)
    # Wall scores run from 100 to 199: 30 % of them lie above 100 + 0.7 x 99 = 169.3.
    assert threshold == pytest.approx(169.3)
    assert np.array_equal(scar, score >= 170)


def test_a_wall_without_voxels_is_refused():
    empty = np.zeros((4, 4, 4), bool)
    with pytest.raises(LascarError, match="wall"):
        scar_on_wall(np.zeros((4, 4, 4)), empty, plan=plan(), config=COARSE)


def test_specks_go_by_size_with_diagonal_neighbours_joined():
    mask = np.zeros((5, 5, 5), bool)
    mask[0, 0, 0] = mask[1, 1, 1] = True  # two voxels that touch at a corner
    mask[4, 4, 4] = True
    assert np.argwhere(islands_kept(mask, least_voxels=2)).tolist() == [[0, 0, 0], [1, 1, 1]]
    assert not islands_kept(mask, least_voxels=3).any()
    assert not islands_kept(np.zeros((3, 3, 3), bool), least_voxels=1).any()


def test_burdens_spread_over_the_whole_range():
    burdens = [plan(seed).burden_percent for seed in range(200)]
    assert min(burdens) >= 2
    assert max(burdens) <= 40
    # Uniform square roots: the median is ((sqrt(2) + sqrt(40)) / 2)^2 = 15.0 %.
    assert np.median(burdens) == pytest.approx(15.0, abs=3.0)


@pytest.mark.parametrize("pattern", ["ablation", "diffuse"])
def test_a_pattern_can_be_fixed(pattern):
    assert {plan(seed, scar_pattern=pattern).kind for seed in range(20)} == {pattern}


def test_mixed_has_both_patterns():
    assert {plan(seed).kind for seed in range(30)} == {"ablation", "diffuse"}

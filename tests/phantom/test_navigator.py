from dataclasses import replace

import numpy as np
import pytest

from lascarlib.phantom import COARSE, phantom_case
from lascarlib.phantom.cohort import lay_out
from lascarlib.phantom.lattice import Lattice
from lascarlib.phantom.navigator import MIXING_MM, restore_blood
from lascarlib.phantom.scan import scan_config

TINY = replace(COARSE, shape_voxels=(48, 48, 20), spacing_mm=(2.5, 2.5, 5.0))
LEFT_UPPER, LEFT_LOWER, RIGHT_UPPER, RIGHT_LOWER = range(4)


def restored_at(point_mm, atrium, *, gain):
    """How much brighter blood is at one point: a lattice of that one sample."""
    x, y, z = np.float32(point_mm).reshape(3, 1, 1, 1)
    blood = np.ones((1, 1, 1), np.float32)
    restore_blood(blood, Lattice(x, y, z), atrium, gain=gain)
    return blood.item() - 1


@pytest.fixture(scope="module")
def atrium():
    return lay_out(COARSE, seed=7, index=0)[0]


def test_right_veins_shine_from_their_ostia_on_the_lower_one_less(atrium):
    upper, lower = (atrium.stubs[vein].points_mm[2] for vein in (RIGHT_UPPER, RIGHT_LOWER))
    assert restored_at(upper, atrium, gain=0.7) == pytest.approx(0.7)
    assert restored_at(lower, atrium, gain=0.7) == pytest.approx(0.6 * 0.7)


def test_left_veins_and_the_middle_of_the_atrium_do_not(atrium):
    for vein in (LEFT_UPPER, LEFT_LOWER):
        assert restored_at(atrium.stubs[vein].points_mm[2], atrium, gain=0.7) == 0
    assert restored_at(atrium.chambers[0].centre_mm, atrium, gain=0.7) < 0.01


def test_restored_blood_mixes_on_its_way_into_the_atrium(atrium):
    _, ostium, next_mm, _ = atrium.stubs[RIGHT_UPPER].points_mm
    inward = (ostium - next_mm) / np.linalg.norm(next_mm - ostium)
    core_mm = atrium.stubs[RIGHT_UPPER].radii_mm[1] / 2  # the rounded end of the core
    gains = [
        restored_at(ostium + inward * (core_mm + away), atrium, gain=1.0)
        for away in (0.0, MIXING_MM, 2 * MIXING_MM)
    ]
    assert gains == pytest.approx([1, np.exp(-1), np.exp(-4)], abs=0.005)


def test_a_gain_of_nothing_changes_nothing(atrium):
    blood = np.full((4, 4, 4), 0.9, np.float32)
    restore_blood(blood, lay_out(TINY, seed=7, index=0)[2], atrium, gain=0.0)
    assert (blood == np.float32(0.9)).all()


def test_about_half_of_the_wide_cases_show_it_and_no_real_one():
    wide = replace(COARSE, domain="wide")
    lows, highs = zip(
        *(scan_config(wide, seed=1, index=k).navigator_gain for k in range(60)), strict=True
    )
    assert lows == highs  # settled
    shown = np.array([gain for gain in highs if gain])
    assert 18 < len(shown) < 42  # 30 +- 3.9
    assert 0.2 <= shown.min() < 0.4 < 1.0 < shown.max() <= 1.2
    assert scan_config(COARSE, seed=1, index=0).navigator_gain == (0, 0)
    assert phantom_case(0, seed=1, config=TINY).provenance["truth"]["navigator_gain"] == 0


def test_it_moves_no_other_draw_and_the_same_seed_gives_the_same_bits():
    settled = scan_config(replace(TINY, domain="wide"), seed=1, index=12)
    assert settled.navigator_gain[0] > 0.2
    settled = replace(settled, ghost_to_signal=(0.0, 0.0))  # it would carry the change elsewhere
    shown, again = (phantom_case(12, seed=1, config=settled) for _ in range(2))
    assert np.array_equal(shown.image, again.image)
    without = phantom_case(12, seed=1, config=replace(settled, navigator_gain=(0.0, 0.0)))
    assert np.array_equal(shown.atrium, without.atrium)
    assert np.array_equal(shown.scar, without.scar)
    assert np.array_equal(shown.affine, without.affine)
    x = np.flatnonzero((shown.image != without.image).any(axis=(1, 2)))
    assert len(x) > 0
    # x grows to the patient's left: the atrium's left third and all beyond it stay as they were.
    assert x.max() < np.quantile(np.nonzero(shown.atrium)[0], 2 / 3)
    assert (shown.image >= without.image).all()

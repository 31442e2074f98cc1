"""Scores on the surface, with every count made by hand."""

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.evaluation import score_wall

# Ten voxels, eight of them surface: 3 scar in the reference, 2 of them found, 1 invented.
TARGET = np.array([422, 422, 422, 421, 421, 421, 421, 421, 0, 0], np.int16).reshape(10, 1, 1)
PREDICTION = np.array([422, 422, 421, 422, 421, 421, 421, 421, 0, 0], np.int16).reshape(10, 1, 1)
NOTHING = np.where(TARGET > 0, np.int16(421), np.int16(0))
EVERYTHING = np.where(TARGET > 0, np.int16(422), np.int16(0))


def test_the_paper_counts_on_the_surface() -> None:
    score = score_wall(PREDICTION, TARGET, protocol="paper")
    assert score.dice == 2 * 2 / (3 + 3)
    assert score.sen == 2 / 3
    assert score.spe == 4 / 5
    assert score.acc == 6 / 8
    assert score.gdsc == 2 * (2 + 4) / (3 + 3 + 5 + 5)
    assert score.burden_reference_percent == score.burden_prediction_percent == 37.5
    assert score.acc_head is None
    assert score.acc_may2022 is None


def test_the_script_counts_the_volume_and_weights_by_the_reference() -> None:
    score = score_wall(PREDICTION, TARGET, protocol="official")
    assert score.dice == 2 * 2 / (3 + 3)
    assert score.sen == 2 / 3
    assert score.spe == 6 / 7  # seven voxels of the volume are not scar, one is called so
    assert score.gdsc == pytest.approx((3 * (4 / 6) + 5 * (8 / 10)) / 8)
    assert score.acc_head == 8 / 10
    assert score.acc_may2022 == (2 / 3 + 6 / 7) / 2
    assert score.acc is None


def test_accuracy_and_specificity_of_the_script_grow_with_empty_space() -> None:
    roomy = [np.pad(labels, ((0, 990), (0, 0), (0, 0))) for labels in (NOTHING, TARGET)]
    assert score_wall(*roomy, protocol="official").acc_head == 997 / 1000
    assert score_wall(*roomy, protocol="paper").acc == 5 / 8


def test_empty_scars_are_defined() -> None:
    both = score_wall(NOTHING, NOTHING, protocol="paper")
    assert (both.dice, both.gdsc, both.acc, both.sen, both.spe) == (1, 1, 1, 1, 1)
    assert both.burden_reference_percent == 0
    missed = score_wall(NOTHING, TARGET, protocol="paper")
    assert (missed.dice, missed.sen, missed.spe, missed.acc) == (0, 0, 1, 5 / 8)
    invented = score_wall(PREDICTION, NOTHING, protocol="paper")
    assert (invented.dice, invented.sen, invented.spe) == (0, 1, 5 / 8)
    full = score_wall(EVERYTHING, EVERYTHING, protocol="paper")
    assert (full.dice, full.gdsc, full.spe) == (1, 1, 1)


def test_empty_scars_by_the_script_of_2022() -> None:
    both = score_wall(NOTHING, NOTHING, protocol="official")
    assert (both.dice, both.gdsc, both.sen, both.spe) == (0, 1, 0, 1)
    assert (both.acc_head, both.acc_may2022) == (1, 0.5)
    full = score_wall(EVERYTHING, EVERYTHING, protocol="official")
    assert (full.dice, full.gdsc) == (1, 1)


def test_unvisited_and_removed_voxels_drop_out_of_the_script() -> None:
    target = TARGET.copy()
    target[[0, 3]] = 1  # neither scar nor normal wall: 2 and 4 are left
    score = score_wall(PREDICTION, target, protocol="official")
    assert score.gdsc == pytest.approx((2 * (2 * 1 / (3 + 2)) + 4 * (2 * 4 / (5 + 4))) / 6)
    assert score.burden_reference_percent == pytest.approx(100 * 2 / 6)


def test_nonsense_is_refused() -> None:
    with pytest.raises(LascarError, match="project both onto one LA"):
        score_wall(PREDICTION[:9], TARGET, protocol="paper")
    with pytest.raises(LascarError, match="unknown protocol 'care'"):
        score_wall(PREDICTION, TARGET, protocol="care")

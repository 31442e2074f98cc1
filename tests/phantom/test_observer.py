from dataclasses import replace

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.phantom.observer import second_observer


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


@pytest.fixture(scope="module")
def pairs(cohort):
    return [(case, second_observer(case, seed=1)) for case in cohort]


def test_two_observers_agree_on_the_atrium_as_two_experts_do(pairs):
    # JSQ, Table 2: 0.894 +- 0.011
    agreement = [dice(first.atrium, second.atrium) for first, second in pairs]
    assert np.mean(agreement) == pytest.approx(0.894, abs=0.02)
    assert np.std(agreement) < 0.03


def test_they_agree_far_less_on_scar(pairs):
    agreement = [dice(first.scar, second.scar) for first, second in pairs]
    assert 0.25 < np.mean(agreement) < 0.65


def test_the_observer_changes_labels_only_and_says_so(pairs):
    for first, second in pairs:
        assert second.image is first.image
        assert second.id == first.id
        assert second.provenance["observer"] == 1
        assert not (second.atrium & second.scar).any()


def test_an_observer_is_the_same_again_and_unlike_the_next(cohort):
    case = cohort[0]
    one, again, other = (second_observer(case, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.atrium, again.atrium)
    assert np.array_equal(one.scar, again.scar)
    assert not np.array_equal(one.atrium, other.atrium)


def ball(scar_voxels: int) -> Case:
    x, y, z = np.indices((40, 40, 40)) - 20
    atrium = x**2 + y**2 + z**2 < 12**2
    scar = np.zeros(atrium.shape, bool)
    scar[33 : 33 + scar_voxels, 18:22, 18:22] = True
    return Case("ball", np.zeros(atrium.shape, np.float32), np.eye(4), atrium, scar)


def test_small_scars_are_missed_more_often_than_large_ones():
    # One layer holds 16 mm3, missed in exp(-16 / 120) = 88 %; five hold 80: exp(-0.67) = 51 %.
    def found(layers: int) -> int:
        case = ball(layers)
        return sum((second_observer(case, seed=s).scar & case.scar).any() for s in range(20))

    assert found(1) < found(5)


def test_a_case_without_scar_labels_stays_without():
    assert second_observer(replace(ball(1), scar=None), seed=0).scar is None


def test_what_cannot_be_drawn_again_is_refused():
    case = ball(1)
    with pytest.raises(LascarError, match="label the case first"):
        second_observer(replace(case, atrium=None), seed=0)
    with pytest.raises(LascarError, match="label the case first"):
        second_observer(replace(case, atrium=np.zeros_like(case.atrium)), seed=0)
    with pytest.raises(LascarError, match="-1"):
        second_observer(case, seed=-1)


def test_an_atrium_too_small_to_see_is_refused_by_name():
    atrium = np.zeros((9, 9, 9), bool)
    atrium[4, 4, 4] = True  # 1 mm3, which an observer's wobble of 1.9 mm hides from every other one
    case = Case("speck", np.zeros((9, 9, 9), np.float32), np.eye(4), atrium)
    with pytest.raises(LascarError, match=r"speck: observer \d+ sees nothing of an LA of 1 voxels"):
        [second_observer(case, seed=seed) for seed in range(8)]

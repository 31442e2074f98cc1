"""A sound prediction passes every check; each fault fails its own."""

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.report import Certainty, check_prediction, measure_case
from lascarlib.uncertainty import Population

SHAPE = (30, 30, 20)
POPULATION = Population(mean=100.0, sd=10.0, n_cases=12, measure="sum")


def case_of(shape=SHAPE) -> Case:
    """2 x 2 x 3 mm: a voxel is 0.012 ml."""
    return Case("a", np.zeros(shape, np.float32), np.diag([2.0, 2.0, 3.0, 1.0]))


def sound() -> tuple[np.ndarray, np.ndarray]:
    """An LA of 20 x 20 x 12 voxels, 57.6 ml, with scar on its first face along x."""
    atrium, scar = np.zeros((2, *SHAPE), bool)
    atrium[5:25, 5:25, 4:16] = True
    scar[4, 5:25, 4:16] = True
    return atrium, scar


def failed(atrium, scar, certainty=None) -> dict[str, str]:
    checks = check_prediction(case_of(), atrium, scar, certainty=certainty)
    return {check.name: check.says for check in checks if check.passed is False}


def test_a_sound_prediction_passes_everything() -> None:
    atrium, scar = sound()
    certainty = Certainty(115.0, POPULATION, False)
    checks = check_prediction(case_of(), atrium, scar, certainty=certainty)
    assert [check.passed for check in checks] == [True] * 8
    says = {check.name: check.says for check in checks}
    assert says["stage by either burden"] == "Utah II, DECAAF II"
    assert says["LA volume plausible"] == "57.6 ml, expected 20 to 300"
    assert says["LA certain (UAM)"] == "1.5 SD above the mean of 12 cases"


def test_nothing_found() -> None:
    empty = np.zeros(SHAPE, bool)
    assert failed(empty, empty) == {"LA found": "no voxel"}
    assert len(check_prediction(case_of(), empty, None, certainty=None)) == 2


def test_a_second_piece_counts_from_one_percent() -> None:
    atrium, scar = sound()  # 4800 voxels
    atrium[1, 1, 1:3] = True  # 2 of 4802
    assert not failed(atrium, scar)
    atrium[1:3, 1:7, 1:6] = True  # 60 of then 4860
    assert failed(atrium, scar) == {"LA in one piece": "2 pieces, 1.2 % outside the largest"}


def test_holes() -> None:
    atrium, scar = sound()
    atrium[10:14, 10:14, 8:12] = False  # 64 of the 4736 that are left
    assert failed(atrium, scar) == {"LA without holes": "holes of 64 voxels, 1.4 % of the LA"}
    atrium[10:14, 10:14, 8:] = False  # open to the top: a dent, no hole
    assert not failed(atrium, scar)


def test_an_atrium_cut_off_by_the_image() -> None:
    atrium, scar = sound()
    atrium[5:25, 5:25, :4] = True
    assert failed(atrium, scar) == {"LA inside the image": "touches the start of axis z"}
    one_slice = np.zeros((30, 30, 1), bool)
    one_slice[5:25, 5:25] = True
    checks = check_prediction(case_of((30, 30, 1)), one_slice, None, certainty=None)
    assert {check.name: check.passed for check in checks}["LA inside the image"]


def test_a_volume_that_no_atrium_has() -> None:
    atrium = np.zeros(SHAPE, bool)
    atrium[1:11, 1:11, 1:11] = True  # 1000 x 0.012
    assert failed(atrium, None) == {"LA volume plausible": "12.0 ml, expected 20 to 300"}


def test_an_outlier_of_the_uam() -> None:
    atrium, scar = sound()
    says = failed(atrium, scar, Certainty(135.0, POPULATION, True))
    assert says == {
        "LA certain (UAM)": "3.5 SD above the mean of 12 cases; threshold lowered",
    }
    unknown = check_prediction(case_of(), atrium, scar, certainty=Certainty(135.0, None, None))
    assert [check.says for check in unknown if check.passed is None] == [
        "not known: this training has no folds"
    ]


def test_scar_far_from_the_wall() -> None:
    atrium, scar = sound()  # 240 voxels of scar
    scar[29, 29, 19] = scar[29, 28, 19] = scar[28, 29, 19] = True
    # From the corner (24, 24, 15): at least sqrt(8^2 + 10^2 + 12^2) = 17.5 mm; 3 of 243.
    assert failed(atrium, scar) == {"scar on the wall": "1.2 % of it farther than 10 mm"}


def test_scar_that_is_not_there_cannot_be_judged() -> None:
    atrium, _ = sound()
    for scar, words in ((None, "no scar was looked for"), (np.zeros(SHAPE, bool), "no scar voxel")):
        check = check_prediction(case_of(), atrium, scar, certainty=None)[-1]
        assert (check.passed, check.says) == (None, words)


def test_volumes_and_burden_by_hand() -> None:
    atrium, scar = sound()
    found = measure_case(case_of(), atrium, scar)
    assert (found.atrium_ml, found.scar_ml) == (57.6, 2.88)
    # Surface: 4800 - 18 x 18 x 10 = 1560 voxels, of which the face with scar has 20 x 12.
    assert found.burden_percent == pytest.approx(100 * 240 / 1560)
    assert measure_case(case_of(), atrium, None).burden_percent is None
    assert measure_case(case_of(), np.zeros(SHAPE, bool), scar).burden_percent is None
    assert measure_case(case_of(), atrium, np.zeros(SHAPE, bool)).burden_percent == 0.0


def test_a_stage_that_hangs_on_how_the_burden_is_counted() -> None:
    atrium, _ = sound()
    scar = np.zeros(SHAPE, bool)
    scar[4, 5:25, 6:14] = True
    # 20 x 8 of 1560 surface voxels lie under the scar. From the first and last of the 20 the walk
    # goes out obliquely and misses it: 18 x 8 are left.
    found = measure_case(case_of(), atrium, scar)
    assert found.burden_percent == pytest.approx(100 * 160 / 1560)
    assert found.walked_percent == pytest.approx(100 * 144 / 1560)
    assert failed(atrium, scar) == {"stage by either burden": "Utah II, DECAAF I or II"}


def test_masks_of_another_grid_are_refused() -> None:
    atrium, scar = sound()
    with pytest.raises(LascarError, match=r"atrium has shape \(29, 30, 20\)"):
        check_prediction(case_of(), atrium[1:], scar, certainty=None)
    with pytest.raises(LascarError, match="scar"):
        check_prediction(case_of(), atrium, scar.astype(np.uint8), certainty=None)

import dataclasses

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.evaluation import summarise
from lascarlib.evaluation.statistics import score_observers


def moved(case, voxels: int):
    """The case as an observer sees it who draws everything some voxels further along x."""
    return dataclasses.replace(
        case, atrium=np.roll(case.atrium, voxels, 0), scar=np.roll(case.scar, voxels, 0)
    )


def test_the_row_of_two_observers(tiny_cases) -> None:
    cases = list(tiny_cases.values())[:3]
    rows = summarise(score_observers((case, moved(case, 1)) for case in cases))
    assert rows["atrium_dice"].cases == rows["scar_dice"].cases == 3
    assert 0.8 < rows["atrium_dice"].mean < 1
    # No surface voxel is further from the other surface than the shift of one 2 mm voxel.
    assert rows["atrium_hd_mm"].mean == 2.0


def test_it_does_not_matter_who_is_the_reference(tiny_cases) -> None:
    one, other = tiny_cases["case_0"], moved(tiny_cases["case_0"], 2)
    ((first,), (second,)) = score_observers([(one, other)]), score_observers([(other, one)])
    for metric in ("atrium_dice", "atrium_asd_mm", "atrium_hd_mm", "scar_dice"):
        assert getattr(first, metric) == pytest.approx(getattr(second, metric))


def test_scar_that_one_observer_left_out_is_not_scored(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    (score,) = score_observers([(case, dataclasses.replace(case, scar=None))])
    assert (score.scar_status, score.scar_dice) == (None, None)


def test_what_cannot_be_paired(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    with pytest.raises(LascarError, match="case_0 is paired with case_1"):
        score_observers([(case, tiny_cases["case_1"])])
    with pytest.raises(LascarError, match="drew no LA"):
        score_observers([(case, dataclasses.replace(case, atrium=None))])
    with pytest.raises(LascarError, match="no case of two observers"):
        score_observers([])

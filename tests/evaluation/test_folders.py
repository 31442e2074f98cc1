import dataclasses

import numpy as np
import pytest

from lascarlib.datasets import holds_scar, read_prediction, write_prediction
from lascarlib.errors import LascarError
from lascarlib.evaluation import score_case, score_folders


@pytest.fixture
def two(tmp_path, tiny_dataset):
    """Two folders of predictions of three cases: the labels, and these moved by one voxel."""
    reference = tiny_dataset[:3]
    for case in reference:
        write_prediction(tmp_path / "same", case, case.atrium, case.scar)
        moved = (np.roll(mask, 1, 0) for mask in (case.atrium, case.scar))
        write_prediction(tmp_path / "moved", case, *moved)
    (tmp_path / "moved" / "case_1" / "LA_predict.nii.gz").unlink()
    return reference, [tmp_path / "same", tmp_path / "moved"]


def test_every_folder_is_scored_case_by_case(two) -> None:
    reference, folders = two
    same, moved = score_folders(reference, folders, score_scar=True)
    assert [score.id for score in same] == ["case_0", "case_1", "case_2"]
    assert {(score.atrium_dice, score.scar_dice) for score in same} == {(1.0, 1.0)}
    assert [score.atrium_status for score in moved] == ["ok", "missing", "ok"]
    case = reference.load("case_2")
    assert moved[2] == score_case(case, np.roll(case.atrium, 1, 0), np.roll(case.scar, 1, 0))


def test_scar_is_scored_on_request_only(two) -> None:
    reference, folders = two
    (scores,) = score_folders(reference, folders[:1], score_scar=False)
    assert {score.scar_dice for score in scores} == {None}


def test_what_was_written_is_read_on_the_cases_own_grid(tmp_path, tiny_cases) -> None:
    case, other = tiny_cases["case_0"], tiny_cases["case_1"]
    assert read_prediction(tmp_path, case) == (None, None)
    write_prediction(tmp_path, case, case.atrium, None)
    atrium, scar = read_prediction(tmp_path, case)
    assert np.array_equal(atrium, case.atrium)
    assert scar is None
    assert not holds_scar(tmp_path)
    write_prediction(tmp_path, case, case.atrium, case.scar)
    assert holds_scar(tmp_path)
    elsewhere = dataclasses.replace(other, id=case.id)  # its affine lies a millimetre higher
    with pytest.raises(LascarError, match="affine differs from that of case case_0"):
        read_prediction(tmp_path, elsewhere)


def test_the_scar_of_an_earlier_prediction_does_not_stay(tmp_path, tiny_cases) -> None:
    case = tiny_cases["case_0"]
    write_prediction(tmp_path, case, case.atrium, case.scar)
    write_prediction(tmp_path, case, case.atrium, None)
    assert read_prediction(tmp_path, case)[1] is None


def test_what_cannot_be_scored_is_refused(two, tmp_path) -> None:
    reference, folders = two
    with pytest.raises(LascarError, match=r"nowhere: no <case>/LA_predict\.nii\.gz of any case"):
        score_folders(reference, [*folders, tmp_path / "nowhere"], score_scar=True)
    unlabelled = dataclasses.replace(reference, without_atrium=("case_1",))
    with pytest.raises(LascarError, match=r"not every case has an LA label, case_1 of .* lacks it"):
        score_folders(unlabelled, folders, score_scar=True)
    with pytest.raises(LascarError, match="unknown protocol 'care'"):
        score_folders(reference, folders, score_scar=True, protocol="care")

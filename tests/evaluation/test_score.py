import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.evaluation import score_case


def labelled_case(*, scar: bool = True) -> Case:
    """An LA of 4 x 4 x 2 voxels and a scar of 4, in voxels of 1 x 1 x 2.5 mm."""
    atrium, wall = np.zeros((2, 8, 8, 4), bool)
    atrium[2:6, 2:6, 1:3] = True
    wall[2:6, 1, 1] = True
    return Case(
        id="p1",
        image=np.zeros(atrium.shape, np.float32),
        affine=np.diag([1.0, 1.0, 2.5, 1.0]),
        atrium=atrium,
        scar=wall if scar else None,
    )


def test_a_prediction_one_voxel_off() -> None:
    # Shifted by one along x: 3 of 4 columns shared. HD one voxel, 1 mm; 32 voxels of 2.5 mm3.
    case = labelled_case()
    score = score_case(case, np.roll(case.atrium, 1, axis=0), case.scar)
    assert score.atrium_dice == 0.75
    assert score.atrium_hd_mm == 1
    assert 0 < score.atrium_asd_mm < 1
    assert score.atrium_reference_ml == score.atrium_prediction_ml == 0.08
    assert (score.atrium_status, score.scar_status, score.scar_dice) == ("ok", "ok", 1.0)


def test_a_missing_and_an_empty_prediction_score_the_worst() -> None:
    case = labelled_case()
    empty = np.zeros_like(case.atrium)
    for prediction, status in ((None, "missing"), (empty, "empty")):
        score = score_case(case, prediction, prediction)
        assert score.atrium_status == score.scar_status == status
        assert score.atrium_dice == score.scar_dice == score.atrium_prediction_ml == 0
        assert score.atrium_asd_mm == score.atrium_hd_mm == np.inf


def test_no_scar_predicted_where_there_is_none_is_right() -> None:
    case = labelled_case()
    healthy = Case("p2", case.image, case.affine, case.atrium, np.zeros_like(case.scar))
    score = score_case(healthy, case.atrium, np.zeros_like(case.scar))
    assert (score.scar_status, score.scar_dice) == ("ok", 1.0)
    # A prediction that is not there is not a prediction of nothing.
    score = score_case(healthy, case.atrium, None)
    assert (score.scar_status, score.scar_dice) == ("missing", 0.0)


def test_scar_is_not_scored_without_a_label_or_a_stage() -> None:
    unlabelled = labelled_case(scar=False)
    assert score_case(unlabelled, unlabelled.atrium).scar_dice is None
    case = labelled_case()
    score = score_case(case, case.atrium, score_scar=False)
    assert score.scar_dice is None
    assert score.scar_status is None


def test_the_error_names_the_case() -> None:
    case = labelled_case()
    with pytest.raises(LascarError, match=r"p1: the LA prediction has shape \(8, 8, 3\)"):
        score_case(case, case.atrium[:, :, :3])
    with pytest.raises(LascarError, match="p1: the scar prediction"):
        score_case(case, case.atrium, case.scar[:7])
    with pytest.raises(LascarError, match="p1: there is no LA label"):
        score_case(Case("p1", case.image, case.affine), case.atrium)

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


def ball_case() -> Case:
    """An LA of radius 6 mm, and a scar 1 mm beyond one side of it."""
    steps = np.meshgrid(*(np.arange(20.0) - 9.5,) * 3, indexing="ij")
    radius = np.sqrt(sum(step**2 for step in steps))
    scar = (radius > 6) & (radius < 8) & (steps[0] > 3)
    return Case("b", np.zeros(radius.shape, np.float32), np.eye(4), radius < 6, scar)


@pytest.mark.parametrize("protocol", ["paper", "official"])
def test_a_perfect_prediction_is_perfect_on_the_surface(protocol: str) -> None:
    case = ball_case()
    score = score_case(case, case.atrium, case.scar, protocol=protocol)
    assert score.scar_surface_dice == score.scar_gdsc == score.scar_sen == score.scar_spe == 1
    assert score.atrium_jaccard == 1
    assert score.atrium_hd95_mm == score.atrium_volume_error_ml == 0
    assert score.scar_burden_error_percent == 0
    assert 5 < score.scar_burden_reference_percent < 60
    accuracies = (score.scar_acc, score.scar_acc_head, score.scar_acc_may2022)
    assert accuracies == ((1, None, None) if protocol == "paper" else (None, 1, 1))
    assert score.protocol == protocol


@pytest.mark.parametrize("protocol", ["paper", "official"])
def test_nothing_improves_when_a_scar_is_missing(protocol: str) -> None:
    case = ball_case()
    missing = score_case(case, case.atrium, None, protocol=protocol)
    empty = score_case(case, case.atrium, np.zeros_like(case.scar), protocol=protocol)
    assert (missing.scar_status, empty.scar_status) == ("missing", "empty")
    for name in ("gdsc", "sen", "spe", "acc", "acc_head", "acc_may2022", "surface_dice"):
        absent, blank = getattr(missing, f"scar_{name}"), getattr(empty, f"scar_{name}")
        assert (absent is None) == (blank is None)
        assert absent is None or absent == 0 <= blank
    assert missing.scar_burden_error_percent == -missing.scar_burden_reference_percent < 0


def test_only_the_official_protocol_misses_what_lies_beyond_the_first_axis() -> None:
    case = ball_case()
    low = Case("c", case.image[4:16], case.affine, case.atrium[4:16], case.scar[4:16])
    official, paper = (
        score_case(low, low.atrium, low.scar, protocol=protocol)
        for protocol in ("official", "paper")
    )
    assert paper.scar_sen == 1
    assert official.scar_sen == 1  # of the scar it came to
    assert official.scar_burden_reference_percent != paper.scar_burden_reference_percent


def test_the_volume_error_is_signed() -> None:
    # 32 voxels of 2.5 mm3; the prediction adds two rows of 4 along x: 8 x 2.5 mm3.
    case = labelled_case()
    larger = case.atrium.copy()
    larger[2:6, 6, 1:3] = True
    score = score_case(case, larger, score_scar=False)
    assert score.atrium_volume_error_ml == 0.02
    assert score.atrium_jaccard == 32 / 40
    assert score_case(case, None, score_scar=False).atrium_volume_error_ml == -0.08


def test_an_unknown_protocol_is_refused() -> None:
    case = labelled_case()
    with pytest.raises(LascarError, match="unknown protocol 'care'"):
        score_case(case, case.atrium, protocol="care")

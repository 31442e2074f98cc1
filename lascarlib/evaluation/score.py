"""The scores of one case, missing predictions included."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.evaluation.overlap import crop_to_both, dice, jaccard
from lascarlib.evaluation.surface_distance import (
    average_surface_distance,
    hausdorff_distance,
    surface_distances,
)
from lascarlib.evaluation.wall_score import WallScore, score_wall
from lascarlib.geometry.official_normals import stored_spacing
from lascarlib.geometry.projection import Protocol, check_protocol, find_normals, project_onto

Status = Literal["ok", "missing", "empty"]
"""Whether a prediction is there, is not there, or is empty where the reference is not."""


@dataclass(frozen=True)
class CaseScore:
    """One row of the cohort's table; what was not scored is None.

    Args:
        id: the case.
        atrium_status: "missing" without a prediction, "empty" for an empty one, else "ok".
        atrium_dice: Dice of the LA, 0 to 1; 0 when missing or empty.
        atrium_asd_mm: average surface distance; infinite when missing or empty.
        atrium_hd_mm: Hausdorff distance, the maximum; infinite when missing or empty.
        atrium_reference_ml: volume of the reference LA.
        atrium_prediction_ml: volume of the predicted LA; 0 when missing or empty.
        scar_status: as for the LA, None where scar is not scored.
        scar_dice: Dice of the scar on voxels, 0 to 1 (BF).
        atrium_jaccard: Jaccard of the LA, 0 to 1; 0 when missing or empty.
        atrium_hd95_mm: 95th percentile of the distances, both directions pooled; infinite when
            missing or empty.
        atrium_volume_error_ml: predicted less reference volume.
        scar_surface_dice: Dice of the scar on the surface of the reference LA (JSQ Eq. 8).
        scar_gdsc: CARE's G-DSC, see `WallScore`, as all that follow; 0 when missing.
        scar_acc: CARE's ACC, accuracy on the surface; by "paper" only.
        scar_sen: CARE's SEN, sensitivity.
        scar_spe: specificity.
        scar_acc_head: accuracy as the challenge's script computes it; by "official" only.
        scar_acc_may2022: accuracy as its first version did; by "official" only.
        scar_burden_reference_percent: scar of the reference in per cent of the surface.
        scar_burden_prediction_percent: scar of the prediction likewise; 0 when missing.
        scar_burden_error_percent: predicted less reference burden, in percentage points.
        protocol: the rules it was scored by.

    Example:
        >>> CaseScore("a", "missing", 0.0, float("inf"), float("inf"), 80.0, 0.0).scar_dice is None
        True
    """

    id: str
    atrium_status: Status
    atrium_dice: float
    atrium_asd_mm: float
    atrium_hd_mm: float
    atrium_reference_ml: float
    atrium_prediction_ml: float
    scar_status: Status | None = None
    scar_dice: float | None = None
    atrium_jaccard: float | None = None
    atrium_hd95_mm: float | None = None
    atrium_volume_error_ml: float | None = None
    scar_surface_dice: float | None = None
    scar_gdsc: float | None = None
    scar_acc: float | None = None
    scar_sen: float | None = None
    scar_spe: float | None = None
    scar_acc_head: float | None = None
    scar_acc_may2022: float | None = None
    scar_burden_reference_percent: float | None = None
    scar_burden_prediction_percent: float | None = None
    scar_burden_error_percent: float | None = None
    protocol: Protocol = "paper"


def score_case(
    case: Case,
    atrium_prediction: np.ndarray | None,
    scar_prediction: np.ndarray | None = None,
    *,
    score_scar: bool = True,
    protocol: Protocol = "paper",
) -> CaseScore:
    """Score one case's predictions against its labels, dropping nothing.

    A missing prediction scores Dice 0 and infinite distances whatever the reference holds. So does
    an empty one, unless the reference is empty too: then the two agree, and the score is perfect.
    The LA's scores are the same by both protocols, except that "official" takes the spacing in the
    single precision of the file. Scar is scored on voxels (`scar_dice`), and after the projection
    of reference and prediction onto the surface of the *reference* LA (`project_scar`,
    `score_wall`).

    The default is "paper": it visits the whole surface in any orientation, counts on the surface
    only, and is defined for empty scars, so its numbers mean what they say. Take "official" to
    stand beside tables of the challenge.

    Args:
        case: the reference, with an LA label; its scar label may be None.
        atrium_prediction: bool (x, y, z) on the case's grid, or None when there is none.
        scar_prediction: bool (x, y, z) on the case's grid, or None when there is none.
        score_scar: False for a method without a scar stage. Scar is not scored either where the
            case has no scar label.
        protocol: "paper" or "official".

    Returns:
        The row of the case.

    Raises:
        LascarError: the case has no LA label, a prediction is not a bool volume of its shape, or
            the protocol is unknown.

    Source: BF section 4, JSQ section 4.1; the evaluator of LAScarQS 2022.

    Example:
        >>> label = np.zeros((4, 4, 4), bool)
        >>> label[1:3, 1:3, 1:3] = True
        >>> case = Case("a", np.zeros(label.shape, np.float32), np.eye(4), atrium=label)
        >>> score = score_case(case, label)
        >>> score.atrium_dice, score.atrium_hd_mm, score.atrium_reference_ml
        (1.0, 0.0, 0.008)
        >>> score_case(case, None).atrium_status
        'missing'
    """
    check_protocol(protocol)
    if case.atrium is None:
        raise LascarError(f"{case.id}: there is no LA label to score against; give a labelled case")
    scores = _score_atrium(case, case.atrium, atrium_prediction, protocol)
    if score_scar and case.scar is not None:
        scores |= _score_scar(case, case.atrium, case.scar, scar_prediction, protocol)
    return CaseScore(id=case.id, protocol=protocol, **scores)


def _score_atrium(
    case: Case, target: np.ndarray, prediction: np.ndarray | None, protocol: Protocol
) -> dict:
    """The fields of the LA."""
    reference_ml = case.volume_ml(target)
    if prediction is None:
        return {
            "atrium_status": "missing",
            "atrium_dice": 0.0,
            "atrium_jaccard": 0.0,
            "atrium_asd_mm": float("inf"),
            "atrium_hd_mm": float("inf"),
            "atrium_hd95_mm": float("inf"),
            "atrium_reference_ml": reference_ml,
            "atrium_prediction_ml": 0.0,
            "atrium_volume_error_ml": -reference_ml,
        }
    _check_shape(case, prediction, "LA")
    ours, theirs = crop_to_both(prediction, target)
    spacing_mm = case.spacing_mm if protocol == "paper" else stored_spacing(case.affine)
    distances = surface_distances(ours, theirs, spacing_mm=spacing_mm)
    prediction_ml = case.volume_ml(ours)
    return {
        "atrium_status": "empty" if theirs.any() and not ours.any() else "ok",
        "atrium_dice": dice(ours, theirs),
        "atrium_jaccard": jaccard(ours, theirs),
        "atrium_asd_mm": average_surface_distance(distances),
        "atrium_hd_mm": hausdorff_distance(distances),
        "atrium_hd95_mm": hausdorff_distance(distances, percentile=95),
        "atrium_reference_ml": reference_ml,
        "atrium_prediction_ml": prediction_ml,
        "atrium_volume_error_ml": round(prediction_ml - reference_ml, 6),
    }


def _score_scar(
    case: Case,
    atrium: np.ndarray,
    target: np.ndarray,
    prediction: np.ndarray | None,
    protocol: Protocol,
) -> dict:
    """The fields of the scar."""
    normals = find_normals(atrium, affine=case.affine, protocol=protocol)
    projected = project_onto(normals, target)
    if prediction is None:
        wall = _missed(score_wall(projected, projected, protocol=protocol))
        scores = {"scar_status": "missing", "scar_dice": 0.0}
    else:
        _check_shape(case, prediction, "scar")
        wall = score_wall(project_onto(normals, prediction), projected, protocol=protocol)
        scores = {
            "scar_status": "empty" if target.any() and not prediction.any() else "ok",
            "scar_dice": dice(prediction, target),
        }
    error = wall.burden_prediction_percent - wall.burden_reference_percent
    return scores | {
        "scar_surface_dice": wall.dice,
        "scar_gdsc": wall.gdsc,
        "scar_acc": wall.acc,
        "scar_sen": wall.sen,
        "scar_spe": wall.spe,
        "scar_acc_head": wall.acc_head,
        "scar_acc_may2022": wall.acc_may2022,
        "scar_burden_reference_percent": wall.burden_reference_percent,
        "scar_burden_prediction_percent": wall.burden_prediction_percent,
        "scar_burden_error_percent": error,
    }


def _missed(perfect: WallScore) -> WallScore:
    """The score of a prediction that is not there: 0 in whatever the protocol counts."""
    paper = perfect.acc is not None
    return WallScore(
        dice=0.0,
        gdsc=0.0,
        sen=0.0,
        spe=0.0,
        burden_reference_percent=perfect.burden_reference_percent,
        burden_prediction_percent=0.0,
        acc=0.0 if paper else None,
        acc_head=None if paper else 0.0,
        acc_may2022=None if paper else 0.0,
    )


def _check_shape(case: Case, prediction: np.ndarray, name: str) -> None:
    """Refuse a prediction on another grid."""
    if prediction.shape != case.image.shape:
        raise LascarError(
            f"{case.id}: the {name} prediction has shape {prediction.shape} but the case "
            f"{case.image.shape}; predict on the case's own grid"
        )

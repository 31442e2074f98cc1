"""The scores of one case, missing predictions included."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.evaluation.overlap import dice
from lascarlib.evaluation.surface_distance import (
    average_surface_distance,
    hausdorff_distance,
    surface_distances,
)

Status = Literal["ok", "missing", "empty"]
"""Whether a prediction is there, is not there, or is empty where the reference is not."""


@dataclass(frozen=True)
class CaseScore:
    """One row of the cohort's table.

    Args:
        id: the case.
        atrium_status: "missing" without a prediction, "empty" for an empty one, else "ok".
        atrium_dice: Dice of the LA, 0 to 1; 0 when missing or empty.
        atrium_asd_mm: average surface distance; infinite when missing or empty.
        atrium_hd_mm: Hausdorff distance, the maximum; infinite when missing or empty.
        atrium_reference_ml: volume of the reference LA.
        atrium_prediction_ml: volume of the predicted LA; 0 when missing or empty.
        scar_status: as for the LA, None where scar is not scored.
        scar_dice: Dice of the scar on voxels, 0 to 1, None where scar is not scored.

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


def score_case(
    case: Case,
    atrium_prediction: np.ndarray | None,
    scar_prediction: np.ndarray | None = None,
    *,
    score_scar: bool = True,
) -> CaseScore:
    """Score one case's predictions against its labels, dropping nothing.

    A missing prediction scores Dice 0 and infinite distances whatever the reference holds. So does
    an empty one, unless the reference is empty too: then the two agree, and the score is perfect.

    Args:
        case: the reference, with an LA label; its scar label may be None.
        atrium_prediction: bool (x, y, z) on the case's grid, or None when there is none.
        scar_prediction: bool (x, y, z) on the case's grid, or None when there is none.
        score_scar: False for a method without a scar stage. Scar is not scored either where the
            case has no scar label.

    Returns:
        The row of the case.

    Raises:
        LascarError: the case has no LA label, or a prediction is not a bool volume of its shape.

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
    if case.atrium is None:
        raise LascarError(f"{case.id}: there is no LA label to score against; give a labelled case")
    atrium = _found(case, atrium_prediction, "LA")
    distances = surface_distances(atrium, case.atrium, spacing_mm=case.spacing_mm)
    atrium_status = _status(atrium_prediction, case.atrium)
    scar_status, scar_dice = None, None
    if score_scar and case.scar is not None:
        scar_status = _status(scar_prediction, case.scar)
        missing = scar_status == "missing"
        scar_dice = 0.0 if missing else dice(_found(case, scar_prediction, "scar"), case.scar)
    missing = atrium_status == "missing"
    return CaseScore(
        id=case.id,
        atrium_status=atrium_status,
        atrium_dice=0.0 if missing else dice(atrium, case.atrium),
        atrium_asd_mm=float("inf") if missing else average_surface_distance(distances),
        atrium_hd_mm=float("inf") if missing else hausdorff_distance(distances),
        atrium_reference_ml=_volume_ml(case.atrium, case),
        atrium_prediction_ml=_volume_ml(atrium, case),
        scar_status=scar_status,
        scar_dice=scar_dice,
    )


def _found(case: Case, prediction: np.ndarray | None, name: str) -> np.ndarray:
    """The prediction, or an empty mask where there is none."""
    if prediction is None:
        return np.zeros(case.image.shape, bool)
    if prediction.shape != case.image.shape:
        raise LascarError(
            f"{case.id}: the {name} prediction has shape {prediction.shape} but the case "
            f"{case.image.shape}; predict on the case's own grid"
        )
    return prediction


def _status(prediction: np.ndarray | None, target: np.ndarray) -> Status:
    """Whether a prediction is there and holds something where something is due."""
    if prediction is None:
        return "missing"
    return "empty" if target.any() and not prediction.any() else "ok"


def _volume_ml(mask: np.ndarray, case: Case) -> float:
    """Volume of a mask on the case's grid, to a millionth of a millilitre."""
    return round(int(np.count_nonzero(mask)) * case.voxel_volume_ml, 6)

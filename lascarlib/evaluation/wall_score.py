"""Scores of scar on the surface of the LA, from two projected label volumes."""

from dataclasses import dataclass

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.projection import NORMAL_LABEL, SCAR_LABEL, Protocol, check_protocol


@dataclass(frozen=True)
class WallScore:
    """How alike two projections of scar onto one LA surface are.

    Args:
        dice: Dice of the scar (JSQ Eq. 8), 0 to 1.
        gdsc: generalised Dice of scar and normal wall, CARE's G-DSC, 0 to 1.
        sen: sensitivity, CARE's SEN: the share of the reference's scar that was found, 0 to 1.
        spe: specificity: the share of what is not scar in the reference that was left, 0 to 1.
        burden_reference_percent: scar in the reference, in per cent of the labelled surface.
        burden_prediction_percent: scar in the prediction, likewise.
        acc: accuracy, CARE's ACC: the share of the surface labelled alike; None by "official".
        acc_head: accuracy as the challenge's script computes it, over the whole volume; None by
            "paper".
        acc_may2022: accuracy as its first version, of 12 May 2022, did: the mean of sensitivity and
            specificity; None by "paper".
    """

    dice: float
    gdsc: float
    sen: float
    spe: float
    burden_reference_percent: float
    burden_prediction_percent: float
    acc: float | None = None
    acc_head: float | None = None
    acc_may2022: float | None = None


def score_wall(prediction: np.ndarray, target: np.ndarray, *, protocol: Protocol) -> WallScore:
    """Score a projected prediction against the projected reference.

    "paper": every count is of surface voxels. Specificity is TN / (TN + FP); G-DSC is
    2 sum |A and B| / sum (|A| + |B|) over scar and normal wall, which equals the accuracy, as both
    volumes label one surface. A ratio 0 / 0 asks for nothing, and nothing was missed: 1.

    "official": as the challenge's script. Specificity and accuracy count every voxel of the volume,
    almost all of which lie off the surface, so both are close to 1 whatever is predicted. G-DSC is
    the mean of the Dice of scar and of normal wall, weighted by how much of each the *reference*
    holds. 0 / 0 is 0, as with the versions of NumPy and medpy of 2022; today's give NaN. The
    script's accuracy also fails where no scar voxel is shared; here it is the share it stands for.

    Args:
        prediction: int16 (x, y, z) from `project_scar`: 422 scar, 421 normal wall.
        target: int16 (x, y, z), the reference projected onto the same surface.
        protocol: "paper" or "official"; that of the projections.

    Returns:
        The scores.

    Raises:
        LascarError: the shapes differ, or the protocol is unknown.

    Source: JSQ Eq. 8-9; the evaluator of LAScarQS 2022.

    Example:
        >>> target = np.array([422, 422, 421, 421, 421, 421, 421, 421, 0, 0], np.int16)
        >>> prediction = np.array([422, 421, 422, 421, 421, 421, 421, 421, 0, 0], np.int16)
        >>> one, other = (volume.reshape(10, 1, 1) for volume in (prediction, target))
        >>> paper = score_wall(one, other, protocol="paper")
        >>> paper.dice, paper.acc, paper.gdsc, paper.sen, paper.burden_reference_percent
        (0.5, 0.75, 0.75, 0.5, 25.0)
        >>> official = score_wall(one, other, protocol="official")
        >>> official.acc_head, official.spe  # 8 of 10 voxels; 7 of 8 that are not scar
        (0.8, 0.875)
    """
    check_protocol(protocol)
    if prediction.shape != target.shape:
        raise LascarError(
            f"prediction has shape {prediction.shape} and target {target.shape}; project both onto "
            "one LA"
        )
    on_surface = (prediction > 0) | (target > 0)
    predicted, true = prediction[on_surface], target[on_surface]
    return (
        _official(predicted, true, target.size)
        if protocol == "official"
        else _paper(predicted, true)
    )


def _paper(prediction: np.ndarray, target: np.ndarray) -> WallScore:
    found, scar = prediction == SCAR_LABEL, target == SCAR_LABEL
    shared, normal_shared = _count(found & scar), _count(~found & ~scar)
    alike = _ratio(shared + normal_shared, len(target), empty=1.0)
    return WallScore(
        dice=_ratio(2 * shared, _count(found) + _count(scar), empty=1.0),
        gdsc=alike,
        sen=_ratio(shared, _count(scar), empty=1.0),
        spe=_ratio(normal_shared, _count(~scar), empty=1.0),
        burden_reference_percent=_burden_percent(target),
        burden_prediction_percent=_burden_percent(prediction),
        acc=alike,
    )


def _official(prediction: np.ndarray, target: np.ndarray, volume: int) -> WallScore:
    found, scar = prediction == SCAR_LABEL, target == SCAR_LABEL
    normal_found, normal = prediction == NORMAL_LABEL, target == NORMAL_LABEL
    shared, extra, missed = _count(found & scar), _count(found & ~scar), _count(~found & scar)
    elsewhere = volume - shared - extra - missed
    dice = _ratio(2 * shared, _count(found) + _count(scar), empty=0.0)
    normal_dice = _ratio(
        2 * _count(normal_found & normal), _count(normal_found) + _count(normal), empty=0.0
    )
    weighted = _count(scar) * dice + _count(normal) * normal_dice
    sen = _ratio(shared, _count(scar), empty=0.0)
    spe = _ratio(elsewhere, elsewhere + extra, empty=0.0)
    return WallScore(
        dice=dice,
        gdsc=_ratio(weighted, _count(scar) + _count(normal), empty=0.0),
        sen=sen,
        spe=spe,
        burden_reference_percent=_burden_percent(target),
        burden_prediction_percent=_burden_percent(prediction),
        acc_head=(shared + elsewhere) / volume,
        acc_may2022=(sen + spe) / 2,
    )


def _burden_percent(labels: np.ndarray) -> float:
    """Scar in per cent of scar and normal wall; 0 without either."""
    scar = _count(labels == SCAR_LABEL)
    return 100.0 * _ratio(scar, scar + _count(labels == NORMAL_LABEL), empty=0.0)


def _count(where: np.ndarray) -> int:
    return int(np.count_nonzero(where))


def _ratio(part: float, whole: float, *, empty: float) -> float:
    return part / whole if whole else empty

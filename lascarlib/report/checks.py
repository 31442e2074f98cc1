"""What can be seen to be wrong with a prediction without knowing the truth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry import euclidean_distance, largest_component, surface_voxels
from lascarlib.geometry.grid import bounding_box
from lascarlib.geometry.mask import check_mask
from lascarlib.plausibility import judge_volume
from lascarlib.report.measures import Certainty, Measures, measure_case
from lascarlib.report.stage import NUMERALS, STAGINGS, fibrosis_stage

WALL_REACH_MM = 10.0
"""Scar farther than this from the surface of the LA is not its wall; the challenge looks as far."""

STRAY_PERCENT = 1.0
"""Pieces and strays below this share of the whole are not worth a look."""


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Args:
        name: what.
        passed: whether nothing was found; None where it could not be looked at.
        says: what was found, in a few words.
    """

    name: str
    passed: bool | None
    says: str


def check_prediction(
    case: Case, atrium: np.ndarray, scar: np.ndarray | None, *, certainty: Certainty | None
) -> tuple[Check, ...]:
    """Look for signs that a prediction is wrong. Passing all of them does not make it right.

    Args:
        case: for its geometry; its labels are not looked at.
        atrium: bool (x, y, z), the predicted LA.
        scar: bool (x, y, z), the predicted scar, or None where none was looked for.
        certainty: of the UAM, None where only masks are known.

    Returns:
        The checks in a fixed order; an empty LA fails the first, and no other is then made but that
        of certainty.

    Raises:
        LascarError: a mask is not a bool volume on the case's grid.

    Example:
        >>> label = np.zeros((40, 40, 40), bool)
        >>> label[5:35, 5:35, 0:30] = True  # 27 ml that touch the lowest slice
        >>> case = Case("a", np.zeros(label.shape, np.float32), np.eye(4))
        >>> checks = check_prediction(case, label, None, certainty=None)
        >>> [check.name for check in checks if check.passed is False]
        ['LA inside the image']
    """
    for name, mask in (("atrium", atrium), ("scar", scar)):
        if mask is None:
            continue
        check_mask(mask, name=name)
        if mask.shape != case.image.shape:
            raise LascarError(
                f"{case.id}: {name} has shape {mask.shape} but the image {case.image.shape}; "
                "predict on the case's own grid"
            )
    if not atrium.any():
        return (Check("LA found", False, "no voxel"), _certainty(certainty))
    return (
        Check("LA found", True, "yes"),
        _volume(case, atrium),
        _pieces(atrium),
        _holes(atrium),
        _inside(atrium),
        _certainty(certainty),
        *_scar(case, atrium, scar),
    )


def _volume(case: Case, atrium: np.ndarray) -> Check:
    return Check("LA volume plausible", *judge_volume(case.volume_ml(atrium)))


def _pieces(atrium: np.ndarray) -> Check:
    stray = atrium & ~largest_component(atrium)
    percent = 100 * int(stray.sum()) / int(atrium.sum())
    if not percent:
        return Check("LA in one piece", True, "one piece")
    _, count = ndimage.label(stray, structure=np.ones((3, 3, 3), bool))
    says = f"{count + 1} pieces, {percent:.1f} % outside the largest"
    return Check("LA in one piece", percent < STRAY_PERCENT, says)


def _holes(atrium: np.ndarray) -> Check:
    inside = atrium[bounding_box(atrium).slices]
    holes = int((ndimage.binary_fill_holes(inside) & ~inside).sum())
    percent = 100 * holes / int(atrium.sum())
    says = f"holes of {holes} voxels, {percent:.1f} % of the LA" if holes else "no hole"
    return Check("LA without holes", percent < STRAY_PERCENT, says)


def _inside(atrium: np.ndarray) -> Check:
    """A one-voxel axis has no faces to touch: such a slice is all the image there is."""
    touched = [
        f"{side} of axis {name}"
        for axis, name in enumerate("xyz")
        if atrium.shape[axis] > 1
        for side, index in (("start", 0), ("end", -1))
        if atrium.take(index, axis).any()
    ]
    says = f"touches the {', the '.join(touched)}" if touched else "touches no face"
    return Check("LA inside the image", not touched, says)


def _certainty(certainty: Certainty | None) -> Check:
    name = "LA certain (UAM)"
    if certainty is None:
        return Check(name, None, "not known from masks; give the training")
    population, deviations = certainty.population, certainty.deviations
    if population is None or deviations is None:
        return Check(name, None, "not known: this training has no folds")
    side = "above" if deviations >= 0 else "below"
    says = f"{abs(deviations):.1f} SD {side} the mean of {population.n_cases} cases"
    if certainty.is_outlier:
        says += "; threshold lowered"
    return Check(name, not certainty.is_outlier, says)


def _scar(case: Case, atrium: np.ndarray, scar: np.ndarray | None) -> Iterator[Check]:
    name = "scar on the wall"
    if scar is None:
        yield Check(name, None, "no scar was looked for")
        return
    if not scar.any():
        yield Check(name, None, "no scar voxel")
        return
    box = bounding_box(atrium | scar).slices
    wall = surface_voxels(atrium)[box]
    distance_mm = euclidean_distance(~wall, spacing_mm=case.spacing_mm)[scar[box]]
    far = 100 * float((distance_mm > WALL_REACH_MM).mean())
    says = f"{far:.1f} % of it farther than {WALL_REACH_MM:g} mm"
    yield Check(name, far < STRAY_PERCENT, says)
    yield _stage(measure_case(case, atrium, scar))


def _stage(measures: Measures) -> Check:
    """Whether the stage is the same by both ways to count the burden."""
    burdens = [measures.burden_percent or 0.0, measures.walked_percent or 0.0]
    found = {
        staging.name: sorted({fibrosis_stage(b, scale=scale) for b in burdens}, key=NUMERALS.index)
        for scale, staging in STAGINGS.items()
    }
    says = ", ".join(f"{name} {' or '.join(stages)}" for name, stages in found.items())
    return Check("stage by either burden", all(len(s) == 1 for s in found.values()), says)

"""What a case's report says, in words, before it is set as a page or a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lascarlib.case import Case
from lascarlib.provenance import commit, versions
from lascarlib.report.checks import Check, check_prediction
from lascarlib.report.measures import Certainty, Measures, measure_case
from lascarlib.report.stage import NUMERALS, STAGINGS, fibrosis_stage

WARNING = "NOT FOR CLINICAL USE"
"""Stands at the head and at the foot of every report."""

DISCLAIMER = (
    "Made by a program for teaching and research. It is not a medical device; no decision about a "
    "patient may rest on it."
)

Row = tuple[str, str, str]
"""A quantity, its value, and what to know about it."""


@dataclass(frozen=True)
class Contents:
    """The words of one report.

    Args:
        title: headline.
        numbers: quantity, value and remark, row by row.
        checks: what was looked at, and found.
        origin: what the report was made from: name and value, row by row.
    """

    title: str
    numbers: tuple[Row, ...]
    checks: tuple[Check, ...]
    origin: tuple[tuple[str, str], ...]


def make_contents(
    case: Case,
    atrium: np.ndarray,
    scar: np.ndarray | None,
    *,
    certainty: Certainty | None,
    origin: Sequence[tuple[str, str]] = (),
) -> Contents:
    """Measure and check a prediction, and put it into words.

    Args:
        case: the image; its labels are not looked at.
        atrium: bool (x, y, z), the predicted LA; may be empty.
        scar: bool (x, y, z), the predicted scar, or None where none was looked for.
        certainty: of the UAM, None where only masks are known.
        origin: name and value of what made the prediction.

    Returns:
        The words; the same for the same input, without a date.

    Raises:
        LascarError: a mask is not a bool volume on the case's grid.

    Example:
        >>> label = np.zeros((40, 40, 40), bool)
        >>> label[5:35, 5:35, 5:35] = True
        >>> case = Case("a", np.zeros(label.shape, np.float32), np.eye(4))
        >>> make_contents(case, label, None, certainty=None).numbers[0][:2]
        ('LA volume', '27.0 ml')
    """
    checks = check_prediction(case, atrium, scar, certainty=certainty)
    measures = measure_case(case, atrium, scar)
    shape = " × ".join(str(n) for n in case.image.shape)
    spacing = " × ".join(f"{length:g}" for length in case.spacing_mm)
    image = ("image", f"{shape} voxels of {spacing} mm")
    made = ("made by", f"lascarlib {versions()['lascarlib']}, commit {commit()}")
    return Contents(
        title=f"Left atrium and scar: {case.id}",
        numbers=tuple(_numbers(measures)),
        checks=checks,
        origin=(image, *origin, made),
    )


def _numbers(measures: Measures) -> list[Row]:
    rows = [("LA volume", f"{measures.atrium_ml:.1f} ml", "of the blood pool, as segmented")]
    if measures.scar_ml is not None:
        rows.append(("scar volume", f"{measures.scar_ml:.2f} ml", "of all scar voxels"))
    burden = measures.burden_percent
    if burden is None:
        why = "no scar was looked for" if measures.scar_ml is None else "there is no LA"
        rows.append(("scar burden", "not known", why))
        return rows
    rows.append(("scar burden", f"{burden:.1f} %", "of the LA surface is nearest to scar"))
    walked = f"{measures.walked_percent or 0.0:.1f} %"
    rows.append(("as the challenge", walked, "of it has scar within 10 mm to either side"))
    for scale, staging in STAGINGS.items():
        stage = fibrosis_stage(burden, scale=scale)
        which = staging.ranges[NUMERALS.index(stage)]
        remark = f"{which}; fibrosis before ablation only ({staging.source})"
        rows.append((f"{staging.name} stage", stage, remark))
    return rows

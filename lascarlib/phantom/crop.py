"""A view cropped round the atrium, as public copies of real scans are."""

from dataclasses import replace

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.phantom.config import Range
from lascarlib.phantom.streams import draw

LEAST_MM = 70.0
"""A crop is at least so wide before its margins are added, atrium in the middle."""


def crop_round_atrium(case: Case, rng: np.random.Generator, *, margin_mm: Range) -> Case:
    """Cut a case down in the plane to its atrium and a margin; every slice stays.

    The copies of Utah 2018 that are passed on are cropped like this: the box of the label, widened
    to `LEAST_MM`, with a margin drawn for each of the four sides.

    Args:
        case: With an LA label, axes along the patient's.
        rng: Draws the four margins.
        margin_mm: Their range in mm.

    Returns:
        The cropped case, at its place in the world. Its provenance gets ``first_voxel``, where its
        voxel (0, 0, 0) was in what was cropped.

    Raises:
        LascarError: If there is no LA label, or it is empty.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> whole = phantom_case(0, seed=7, config=COARSE)
        >>> part = crop_round_atrium(whole, np.random.default_rng(0), margin_mm=(5.0, 5.0))
        >>> bool(part.atrium.sum() == whole.atrium.sum()), part.image.shape[2]
        (True, 40)
    """
    if case.atrium is None or not case.atrium.any():
        raise LascarError(f"{case.id}: a view is cropped round an LA; label the case first")
    first, window = [0, 0, 0], [slice(None)] * 3
    for axis, others in ((0, (1, 2)), (1, (0, 2))):
        inside = np.flatnonzero(case.atrium.any(axis=others))
        step_mm = case.spacing_mm[axis]
        spare_mm = max(LEAST_MM - (inside[-1] - inside[0] + 1) * step_mm, 0) / 2
        before, after = (round((spare_mm + draw(rng, margin_mm)) / step_mm) for _ in range(2))
        first[axis] = max(int(inside[0]) - before, 0)
        window[axis] = slice(first[axis], int(inside[-1]) + 1 + after)
    affine = case.affine.copy()
    affine[:3, 3] += case.affine[:3, :3] @ first
    view = tuple(window)
    return replace(
        case,
        image=np.ascontiguousarray(case.image[view]),
        affine=affine,
        atrium=np.ascontiguousarray(case.atrium[view]),
        scar=None if case.scar is None else np.ascontiguousarray(case.scar[view]),
        provenance={**case.provenance, "first_voxel": first},
    )

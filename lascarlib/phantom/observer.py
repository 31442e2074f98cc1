"""A second annotator: the same scan, labelled by another hand."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy import ndimage

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.phantom.lattice import Lattice, make_lattice, smooth_field
from lascarlib.phantom.scar import islands_kept

ATRIUM_BIAS_MM = 0.5
ATRIUM_JITTER_MM = 1.9
ATRIUM_SCALE_MM = 9.0
"""SD of an observer's bias outward, of the wobble of the line, and half the wobble's width."""

SCAR_JITTER_MM = 2.2
SCAR_SCALE_MM = 5.0
"""SD and half the width of the wobble of a scar's border along the wall."""

BAND_MM = 3.5
"""How far from the LA an observer looks for scar."""

MISSED_VOLUME_MM3 = 120.0
"""A scar of this volume is missed in 37 of 100 cases, twice as large a one in 14."""

EXTRA_SHARE = 0.03
"""Share of the band in which an observer sees scar where the other sees none."""


def second_observer(case: Case, *, seed: int) -> Case:
    """Label a case again as another annotator would.

    The LA's surface moves by a smooth random field; scars change their borders along the wall,
    small ones are missed and a few are seen where there are none. The sizes of all that are set so
    that two observers agree as JSQ's two experts do (Table 2: LA Dice 0.894, scar Dice 0.58 on the
    surface).

    Args:
        case: With an LA label and, if it is to be drawn again, a scar label, phantom or real.
        seed: Of the observer, not negative.

    Returns:
        The case with new labels, the image untouched; scar lies outside the new LA. An empty scar
        may gain false islands. Provenance gets ``observer``.

    Raises:
        LascarError: If there is no LA label, it is empty or so small that the observer misses it,
            or the seed is negative.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> first = phantom_case(0, seed=7, config=COARSE)
        >>> second = second_observer(first, seed=1)
        >>> second.image is first.image, bool((first.atrium != second.atrium).any())
        (True, True)
    """
    if case.atrium is None or not case.atrium.any():
        raise LascarError(f"{case.id}: an observer needs an LA to draw again; label the case first")
    if seed < 0:
        raise LascarError(f"the observer's seed is {seed}; give a number that is not negative")
    rng = np.random.default_rng([seed, *case.id.encode()])
    x, y, z = case.image.shape
    lattice = make_lattice((x, y, z), case.spacing_mm, slices_per_sample=1, shift_mm=np.zeros(3))
    distance_mm = _signed_distance(case.atrium, case.spacing_mm)
    drawn = distance_mm - ATRIUM_BIAS_MM * rng.standard_normal(dtype=np.float32)
    drawn += ATRIUM_JITTER_MM * smooth_field(lattice, rng, scale_mm=ATRIUM_SCALE_MM)
    if not (drawn < 0).any():
        raise LascarError(
            f"{case.id}: observer {seed} sees nothing of an LA of {int(case.atrium.sum())} voxels; "
            "give a larger one"
        )
    atrium = _largest_piece(drawn < 0)
    scar = None
    if case.scar is not None:
        band = (distance_mm > 0) & (distance_mm < BAND_MM)
        scar = _draw_scar(case.scar, band, lattice, case.spacing_mm, rng) & ~atrium
    provenance: Mapping[str, object] = {**case.provenance, "observer": seed}
    return replace(case, atrium=atrium, scar=scar, provenance=provenance)


def _draw_scar(
    scar: np.ndarray,
    band: np.ndarray,
    lattice: Lattice,
    spacing_mm: tuple[float, float, float],
    rng: np.random.Generator,
) -> np.ndarray:
    islands, n = ndimage.label(scar, np.ones((3, 3, 3), bool))
    volume_mm3 = np.bincount(islands.ravel(), minlength=n + 1) * float(np.prod(spacing_mm))
    seen = rng.random(n + 1) > np.exp(-volume_mm3 / MISSED_VOLUME_MM3)
    seen[0] = False
    wobble = SCAR_JITTER_MM * smooth_field(lattice, rng, scale_mm=SCAR_SCALE_MM)
    doubt = smooth_field(lattice, rng, scale_mm=SCAR_SCALE_MM)
    drawn = np.zeros(scar.shape, bool)
    if seen.any():
        drawn = _signed_distance(seen[islands], spacing_mm) + wobble < 0
    if band.any():
        drawn |= doubt > np.quantile(doubt[band], 1 - EXTRA_SHARE)
    least_voxels = int(np.ceil(30.0 / float(np.prod(spacing_mm))))
    return islands_kept(drawn & (band | scar), least_voxels=least_voxels)


def _signed_distance(mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    outside = ndimage.distance_transform_edt(~mask, sampling=spacing_mm)
    inside = ndimage.distance_transform_edt(mask, sampling=spacing_mm)
    half = np.float32(min(spacing_mm) / 2)  # the surface lies between the voxels' centres
    return np.where(mask, half - inside, outside - half).astype(np.float32)


def _largest_piece(mask: np.ndarray) -> np.ndarray:
    pieces, _ = ndimage.label(mask)
    return np.asarray(pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:]))

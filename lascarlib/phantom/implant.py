"""Known scar painted into a given case, so that scar methods meet real anatomy and real noise."""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from lascarlib.case import Case, spacing_of
from lascarlib.errors import LascarError
from lascarlib.geometry.orientation import from_lps, lps_affine, to_lps
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.lattice import Lattice, make_lattice
from lascarlib.phantom.scar import draw_scar_plan, paint_strength, scar_on_wall, scar_score
from lascarlib.phantom.streams import draw
from lascarlib.phantom.tissue import coverage

VEIN_RADIUS_MM = 9.0
"""What a ball of this radius cannot enter is vein or appendage, not body."""

CORNERS = ((-0.76, -0.10, 0.66), (-0.88, -0.42, 0.0), (0.82, 0.05, 0.56), (0.90, -0.35, -0.12))
"""Where the left upper, left lower, right upper and right lower vein leave the body, RAS+."""

GRAIN_MM = 1.5
"""SD of the Gaussian that tells signal, which is replaced, from noise, which stays."""


def implant_scar(case: Case, *, seed: int, config: PhantomConfig) -> Case:
    """Paint scar of the phantom's patterns into the wall round a case's own LA.

    The wall is a shell round the LA label; veins are sought at the four corners of its body. The
    local signal there is raised towards that of scar, the grain of the noise stays. Enhancement
    that the case had before stays too and is not labelled: cases without visible scar are best.

    Args:
        case: With an LA label; its scar label, if any, is replaced.
        seed: Decides pattern, burden and signal with the case's name, not negative.
        config: Ranges of ``scar_pattern``, ``scar_burden_percent``, ``scar_min_volume_mm3``,
            ``scar_to_blood`` and ``wall_thickness_mm``; the rest is not looked at.

    Returns:
        The case with scar in image and label. Provenance gets ``implanted_scar`` with seed, kind,
        burden_percent of the shell, wall_thickness_mm and signal_to_blood.

    Raises:
        LascarError: If there is no LA label, it is empty or has no wall, or the seed is negative.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> before = phantom_case(0, seed=7, config=COARSE)
        >>> after = implant_scar(before, seed=1, config=COARSE)
        >>> rise = after.image - before.image
        >>> bool(rise[after.scar].mean() > 10 * abs(rise[~after.scar].mean()))
        True
    """
    if case.atrium is None or not case.atrium.any():
        raise LascarError(f"{case.id}: scar is implanted round an LA; label the case first")
    if seed < 0:
        raise LascarError(f"the seed of the implanted scar is {seed}; give one from 0 on")
    rng = np.random.default_rng([seed, *case.id.encode()])
    atrium, image = to_lps(case.atrium, case.affine), to_lps(case.image, case.affine)
    spacing_mm = spacing_of(lps_affine(case.affine, shape=case.image.shape))
    thickness_mm, level = draw(rng, config.wall_thickness_mm), draw(rng, config.scar_to_blood)
    outside_mm = _distance(~atrium, spacing_mm) - np.float32(min(spacing_mm) / 2)
    wall = ~atrium & (outside_mm <= thickness_mm)
    lattice = _lattice_about(atrium, spacing_mm)
    ostia_mm, bounds_mm = _corners(atrium, lattice, spacing_mm)
    plan = draw_scar_plan(rng, config, ostia_mm=ostia_mm, bounds_mm=bounds_mm)
    score = scar_score(plan, lattice, rng)
    painted = replace(config, spacing_mm=spacing_mm)
    scar, threshold = scar_on_wall(score, wall, plan=plan, config=painted)
    strength = paint_strength(score, lattice, rng, threshold=threshold)
    edge_mm = max(spacing_mm[:2])
    strength *= coverage(np.abs(outside_mm - thickness_mm / 2) - thickness_mm / 2, edge_mm=edge_mm)
    blood = float(np.median(image[_distance(atrium, spacing_mm) > 3.0 * edge_mm / 1.25]))
    signal = ndimage.gaussian_filter(image, [GRAIN_MM / s for s in spacing_mm])
    image = image + np.clip(strength, 0, 1) * np.maximum(level * blood - signal, 0)
    record = {
        "seed": seed,
        "kind": plan.kind,
        "burden_percent": 100 * float(scar.sum()) / float(wall.sum()),
        "wall_thickness_mm": thickness_mm,
        "signal_to_blood": level,
    }
    return replace(
        case,
        image=from_lps(image.astype(np.float32), case.affine),
        scar=from_lps(scar, case.affine),
        provenance={**case.provenance, "implanted_scar": record},
    )


def _distance(mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    return np.asarray(ndimage.distance_transform_edt(mask, sampling=spacing_mm), np.float32)


def _lattice_about(atrium: np.ndarray, spacing_mm: tuple[float, float, float]) -> Lattice:
    """Positions in mm, RAS+ about the middle of the LA, as the phantom's shapes want them."""
    x, y, z = atrium.shape
    middle = np.array([(a.min() + a.max()) / 2 for a in np.nonzero(atrium)])
    offset = ((np.array(atrium.shape) - 1) / 2 - middle) * spacing_mm
    return make_lattice(
        (x, y, z), spacing_mm, slices_per_sample=1, shift_mm=offset * np.array([-1, -1, 1])
    )


def _corners(
    atrium: np.ndarray, lattice: Lattice, spacing_mm: tuple[float, float, float]
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Ostia (4, 3) and the box of the LA's body, which a ball of VEIN_RADIUS_MM can enter."""
    core = _distance(atrium, spacing_mm) > VEIN_RADIUS_MM
    body = _distance(~core, spacing_mm) <= VEIN_RADIUS_MM if core.any() else atrium
    x, y, z = np.nonzero(body)
    points = np.stack([lattice.x_mm.ravel()[x], lattice.y_mm.ravel()[y], lattice.z_mm.ravel()[z]])
    ostia = np.stack([points[:, np.argmax(np.array(corner) @ points)] for corner in CORNERS])
    return ostia.astype(np.float64), (points.min(axis=1), points.max(axis=1))

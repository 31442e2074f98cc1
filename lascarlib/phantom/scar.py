"""Scar on the wall: rings round vein pairs with gaps, roof and floor lines, patches, fibrosis."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from lascarlib.errors import LascarError
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.lattice import Lattice, smooth_field
from lascarlib.phantom.shapes import Tube
from lascarlib.phantom.streams import draw

FADE_SCORE = 0.5
"""Width, in units of the score, over which enhancement fades at the border of a scar."""

USUAL_HEIGHT_MM = 54.0
"""Height of the body of an atrium of usual size."""

TEXTURE_SD = 0.3
"""Relative SD of the enhancement inside scar: fibrosis is never uniform."""


@dataclass(frozen=True, eq=False)
class ScarPlan:
    """What was done to a wall, before it is known which voxels are wall.

    Args:
        kind: ``ablation`` or ``diffuse``.
        lines: Centre lines of lesions with their reach in mm as radii; a score of 1 on the line.
        rings: Per vein pair the two ostia, (2, 3) in mm, and the radius of the encircling line.
        patches_mm: (n, 4) centres and radii of islands.
        burden_percent: Share of the wall to be scarred.
    """

    kind: str
    lines: tuple[Tube, ...]
    rings: tuple[tuple[np.ndarray, float], ...]
    patches_mm: np.ndarray
    burden_percent: float


def draw_scar_plan(
    rng: np.random.Generator,
    config: PhantomConfig,
    *,
    ostia_mm: np.ndarray,
    bounds_mm: tuple[np.ndarray, np.ndarray],
) -> ScarPlan:
    """Decide pattern and burden.

    Wide antral rings run 8 to 15 mm outside the line that joins the ostia of one side. Rings, lines
    and patches are drawn in every case, so that the burden alone decides how much of them shows.

    Args:
        rng: Generator of the scar's stream.
        config: Pattern and burden.
        ostia_mm: (n, 3) where the veins leave: left upper, left lower, right upper, right lower.
        bounds_mm: Corners of the box round the body.

    Returns:
        The plan.
    """
    low, high = config.scar_burden_percent
    burden = float(rng.uniform(np.sqrt(low), np.sqrt(high))) ** 2
    diffuse = rng.random() < {"ablation": 0.0, "diffuse": 1.0, "mixed": 0.25}[config.scar_pattern]
    lu, ll, ru, rl = ostia_mm[:4]
    low_mm, high_mm = bounds_mm
    size = float(high_mm[2] - low_mm[2]) / USUAL_HEIGHT_MM
    rings = tuple((np.array(p), draw(rng, (9.0, 14.0))) for p in ((lu, ll), (ru, rl)))
    lines = []
    for left, right, lift_mm in ((lu, ru, 12.0), (ll, rl, -9.0)):  # roof, floor
        middle = (left + right) / 2 + np.array([rng.normal(0, 4), -4.0, lift_mm * size])
        if rng.random() < 0.5:
            lines.append(Tube(np.array([left, middle, right]), np.full(3, 9.0)))
    n = int(rng.integers(3, 9))
    patches = np.column_stack([rng.uniform(low_mm, high_mm, (n, 3)), rng.uniform(6, 16, n)])
    return ScarPlan("diffuse" if diffuse else "ablation", tuple(lines), rings, patches, burden)


def scar_score(plan: ScarPlan, lattice: Lattice, rng: np.random.Generator) -> np.ndarray:
    """Rank every position by how readily it scars.

    Args:
        plan: Pattern of the case.
        lattice: Where to sample.
        rng: Generator of the scar texture's stream; its noise makes gaps and ragged borders.

    Returns:
        float32 of the lattice's shape, higher scars first. Only order matters.
    """
    mottle = smooth_field(lattice, rng, scale_mm=5.0, margin_mm=90.0)
    broad = smooth_field(lattice, rng, scale_mm=11.0, margin_mm=90.0)
    if plan.kind == "diffuse":
        back = np.clip(-lattice.y_mm / np.float32(40.0), -1, 1)  # posterior wall first
        return mottle * np.float32(0.55) + broad * np.float32(0.75) + back * np.float32(0.4)
    reach = np.zeros(lattice.shape, np.float32)
    for ostia, radius_mm in plan.rings:
        d = Tube(ostia, np.full(2, radius_mm)).distance_mm(lattice)
        outward = np.float32(np.sign(ostia[:, 0].sum()))
        beyond = np.clip(
            (lattice.x_mm * outward - np.float32(np.abs(ostia[:, 0]).mean())) / 6, 0, None
        )
        np.maximum(reach, 1 - np.abs(d) / 6 - beyond, out=reach)
    for line in plan.lines:
        np.maximum(reach, -line.distance_mm(lattice) / 9 * np.float32(0.9), out=reach)
    for *centre, radius in plan.patches_mm:
        d = Tube(np.array([centre, centre]), np.full(2, radius)).distance_mm(lattice)
        np.maximum(reach, -d / np.float32(radius) * np.float32(0.8), out=reach)
    return reach * np.float32(1.6) + mottle * np.float32(0.30) + broad * np.float32(0.40)


def scar_on_wall(
    score: np.ndarray, wall: np.ndarray, *, plan: ScarPlan, config: PhantomConfig
) -> tuple[np.ndarray, float]:
    """Label the part of the wall that scars.

    Args:
        score: float (x, y, z) from :func:`scar_score`, on voxels.
        wall: bool (x, y, z).
        plan: Gives the burden.
        config: Gives the voxel size and the smallest island.

    Returns:
        bool scar, inside the wall, and the score above which tissue is scarred. Islands that are
        too small are left out, so the label's burden is at most the plan's.

    Raises:
        LascarError: If there is no wall.
    """
    if not wall.any():
        raise LascarError(
            "The phantom's wall holds no voxel: make spacing_mm finer or wall_thickness_mm larger."
        )
    threshold = float(np.percentile(score[wall], 100 - plan.burden_percent))
    least_voxels = int(np.ceil(config.scar_min_volume_mm3 / np.prod(config.spacing_mm)))
    return islands_kept(wall & (score > threshold), least_voxels=least_voxels), threshold


def paint_strength(
    score: np.ndarray, lattice: Lattice, rng: np.random.Generator, *, threshold: float
) -> np.ndarray:
    """How strongly wall enhances, from 0 (healthy) to about 1 (dense scar).

    Args:
        score: float32 of the lattice's shape.
        lattice: Where the score was sampled.
        rng: Generator of the scar texture's stream, after :func:`scar_score`.
        threshold: Score at the border of a scar; strength is about a half there.

    Returns:
        float32 of the lattice's shape, dense scar varying by TEXTURE_SD.
    """
    ramp = np.clip((score - np.float32(threshold)) / np.float32(FADE_SCORE) + 0.5, 0, 1)
    patchy = smooth_field(lattice, rng, scale_mm=3.5, margin_mm=90.0)
    return np.asarray(ramp * np.clip(1 + np.float32(TEXTURE_SD) * patchy, 0.4, 1.6))


def islands_kept(
    mask: np.ndarray, *, least_voxels: int = 1, touching: np.ndarray | None = None
) -> np.ndarray:
    """Keep the islands that an annotator marks (26-connected).

    Args:
        mask: bool (x, y, z).
        least_voxels: Islands with fewer voxels go.
        touching: bool of the same shape; islands that touch nothing of it, not even with a corner,
            go too. Touching is not asked where None.

    Returns:
        bool of the same shape; an empty mask stays empty.

    Example:
        >>> mask = np.zeros((6, 1, 1), bool)
        >>> mask[[1, 2, 5]] = True
        >>> islands_kept(mask, least_voxels=2).ravel().tolist()
        [False, True, True, False, False, False]
        >>> cavity = np.zeros((6, 1, 1), bool)
        >>> cavity[4] = True
        >>> islands_kept(mask, touching=cavity).ravel().tolist()
        [False, False, False, False, False, True]
    """
    everywhere = np.ones((3, 3, 3), bool)
    islands, n = ndimage.label(mask, everywhere)
    keep = np.bincount(islands.ravel(), minlength=n + 1) >= least_voxels
    if touching is not None:
        touched = np.unique(islands[ndimage.binary_dilation(touching, everywhere)])
        keep &= np.isin(np.arange(n + 1), touched)
    keep[0] = False
    return np.asarray(keep[islands])

"""Thresholds relative to a reference: the image intensity ratio, and n standard deviations."""

from typing import Literal

import numpy as np

from lascarlib.baselines.quantification import Quantification, above, check_atrium, nothing
from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.shell import blood_pool, wall_shell


def intensity_ratio(
    case: Case,
    atrium: np.ndarray,
    *,
    ratio: float,
    inner_mm: float = 0.0,
    outer_mm: float = 3.0,
    blood_margin_mm: float = 3.0,
) -> Quantification:
    """Wall brighter than so many times the mean blood pool is scar: the image intensity ratio, IIR.

    A ratio has a meaning only where grey levels count from 0: not on z-scored images, and not where
    a scanner or a file adds an offset.

    Args:
        case: image, grey levels from 0; its labels are not looked at.
        atrium: bool (x, y, z) on the case's grid, the LA, manual or automatic.
        ratio: of wall to mean blood. 1.2 is the border of interstitial fibrosis and 1.32 that of
            dense scar (Benito et al., 2017; the ratio itself is of Khurram et al., 2014).
        inner_mm: depth of the wall inside the LA, see `lascarlib.geometry.wall_shell`.
        outer_mm: its depth outside.
        blood_margin_mm: how deep in the LA the blood is measured.

    Returns:
        Scar, wall, the threshold and the mean blood. Without LA or wall nothing is scar.

    Raises:
        LascarError: the mask does not belong to the case, the ratio is not above 0, a depth is not
            a length, or the mean blood is not above 0.

    Example:
        >>> image = np.array([100, 100, 125, 140, 90], np.float32).reshape(5, 1, 1)
        >>> atrium = np.array([1, 1, 0, 0, 0], bool).reshape(5, 1, 1)
        >>> case = Case("a", image, np.eye(4))
        >>> [intensity_ratio(case, atrium, ratio=r).scar.sum().item() for r in (1.2, 1.32)]
        [2, 1]
    """
    check_atrium(case, atrium)
    if not (np.isfinite(ratio) and ratio > 0):
        raise LascarError(f"ratio is {ratio}; give a number above 0, such as 1.2")
    wall = wall_shell(atrium, spacing_mm=case.spacing_mm, inner_mm=inner_mm, outer_mm=outer_mm)
    if not wall.any():
        return nothing(case, wall)
    blood, _ = blood_level(case, atrium, margin_mm=blood_margin_mm)
    if blood <= 0:
        raise LascarError(
            f"{case.id}: the blood pool's mean is {blood:g}, of which no ratio can be taken; give "
            "the image with its own grey levels"
        )
    return above(case, wall, ratio * blood, {"blood_mean": blood})


def n_sd(
    case: Case,
    atrium: np.ndarray,
    *,
    n: float = 3.3,
    reference: Literal["blood", "wall"] = "blood",
    inner_mm: float = 0.0,
    outer_mm: float = 3.0,
    blood_margin_mm: float = 3.0,
) -> Quantification:
    """Wall brighter than a reference by n of its standard deviations is scar.

    Args:
        case: image, any grey levels; its labels are not looked at.
        atrium: bool (x, y, z) on the case's grid, the LA, manual or automatic.
        n: how many standard deviations; 3.3 above the blood pool marks dense scar after ablation
            (Harrison et al., 2014), 2 to 4 above normal wall mark fibrosis (Oakes et al., 2009).
        reference: "blood", the mean and standard deviation of the blood pool; or "wall", normal
            wall: the median of the wall, and the root mean square distance from it of the voxels
            at or below it. Scar, which is bright, moves neither much while it is the smaller part.
        inner_mm: depth of the wall inside the LA, see `lascarlib.geometry.wall_shell`.
        outer_mm: its depth outside.
        blood_margin_mm: how deep in the LA the blood is measured.

    Returns:
        Scar, wall, the threshold, and the reference's level and standard deviation. Without LA or
        wall nothing is scar.

    Raises:
        LascarError: the mask does not belong to the case, n is not a number, a depth is not a
            length, or the reference is neither.

    Example:
        >>> image = np.array([9, 11, 15, 17, 8], np.float32).reshape(5, 1, 1)
        >>> atrium = np.array([1, 1, 0, 0, 0], bool).reshape(5, 1, 1)
        >>> found = n_sd(Case("a", image, np.eye(4)), atrium, n=6.0)  # blood 10, SD 1
        >>> found.scar[:, 0, 0].astype(int), found.numbers["threshold"]
        (array([0, 0, 0, 1, 0]), 16.0)
    """
    check_atrium(case, atrium)
    if reference not in ("blood", "wall"):
        raise LascarError(f"reference is {reference!r}; choose 'blood' or 'wall'")
    if not np.isfinite(n):
        raise LascarError(f"n is {n}; give a number of standard deviations, such as 3.3")
    wall = wall_shell(atrium, spacing_mm=case.spacing_mm, inner_mm=inner_mm, outer_mm=outer_mm)
    if not wall.any():
        return nothing(case, wall)
    if reference == "blood":
        level, sd = blood_level(case, atrium, margin_mm=blood_margin_mm)
    else:
        level, sd = _normal_wall_level(case.image[wall])
    return above(case, wall, level + n * sd, {f"{reference}_level": level, f"{reference}_sd": sd})


def blood_level(case: Case, atrium: np.ndarray, *, margin_mm: float) -> tuple[float, float]:
    """Mean and standard deviation of the grey levels in the blood pool.

    Args:
        case: image.
        atrium: bool (x, y, z) on the case's grid, at least one voxel.
        margin_mm: how deep in the LA it is measured, see `lascarlib.geometry.blood_pool`.

    Returns:
        Mean, and standard deviation of the population (divided by the number of voxels).

    Example:
        >>> image = np.array([9, 11, 15], np.float32).reshape(3, 1, 1)
        >>> blood_level(Case("a", image, np.eye(4)), image < 12, margin_mm=3.0)
        (10.0, 1.0)
    """
    pool = blood_pool(atrium, spacing_mm=case.spacing_mm, margin_mm=margin_mm)
    levels = case.image[pool].astype(np.float64)
    return float(levels.mean()), float(levels.std())


def _normal_wall_level(levels: np.ndarray) -> tuple[float, float]:
    median = float(np.median(levels))
    below = levels[levels <= median].astype(np.float64)
    return median, float(np.sqrt(np.mean((below - median) ** 2)))

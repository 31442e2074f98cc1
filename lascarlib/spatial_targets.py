"""The maps JSQ's methods learn from, made once per case on the network's whole grid.

Nearness is what is stored of the signed distance map phi (JSQ Eq. 1): its largest value minus phi,
so that the zeros beyond a volume's faces, which a patch may reach into, mean "far outside".
"""

import dataclasses
from typing import Literal

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.distance import signed_distance_map
from lascarlib.geometry.grid import Shape, Spacing, resample_label
from lascarlib.geometry.probability import Variant, distance_probability_maps
from lascarlib.geometry.wall import wall_labels
from lascarlib.preprocess import Normalise, Sample, atrium_sample, case_in_lps

WallTarget = Literal["labels"] | Variant
"""The wall as labels of one voxel's thickness, or as a variant of distance probability maps."""


def nearness_map(
    atrium: np.ndarray, *, spacing_mm: Spacing, beta: float = 1.0, clip_mm: float = 50.0
) -> np.ndarray:
    """How near the inside of the LA is: clip_mm ** beta - phi, 0 far outside.

    Args:
        atrium: bool (x, y, z).
        spacing_mm: voxel edge lengths along x, y, z in mm.
        beta: exponent of the distance.
        clip_mm: largest distance that is told apart.

    Returns:
        float32 (x, y, z) from 0 to 2 clip_mm ** beta.

    Raises:
        LascarError: the LA is empty, or see `lascarlib.geometry.signed_distance_map`.

    Source: JSQ Eq. 1, shifted.

    Example:
        >>> row = np.zeros((9, 3, 3), bool)
        >>> row[1:6] = True
        >>> nearness_map(row, spacing_mm=(2.0, 9.0, 9.0), clip_mm=5.0)[:, 1, 1]
        array([3., 5., 7., 9., 7., 5., 3., 1., 0.], dtype=float32)
    """
    phi = signed_distance_map(atrium, spacing_mm=spacing_mm, beta=beta, clip_mm=clip_mm)
    return np.float32(clip_mm**beta) - phi


def wall_maps(
    atrium: np.ndarray, scar: np.ndarray, *, spacing_mm: Spacing, target: WallTarget
) -> np.ndarray:
    """What the wall's two channels are to become.

    Args:
        atrium: bool (x, y, z), with at least one voxel.
        scar: bool (x, y, z), projected onto the surface of the LA; may be empty.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        target: "labels", or a variant of `lascarlib.geometry.distance_probability_maps`.

    Returns:
        float32 (3, x, y, z): the surface of the LA, then normal wall and scar.

    Raises:
        LascarError: the LA is empty, or the target unknown.

    Example:
        >>> atrium, scar = np.zeros((2, 4, 1, 1), bool)
        >>> atrium[:2], scar[2] = True, True
        >>> maps = wall_maps(atrium, scar, spacing_mm=(1.0, 1.0, 1.0), target="labels")
        >>> maps[:, :, 0, 0].astype(int).tolist()  # surface, normal, scar
        [[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]
    """
    labels = wall_labels(atrium, scar, spacing_mm=spacing_mm)
    surface = labels[0] | labels[1]
    if target == "labels":
        maps = labels
    else:
        maps = distance_probability_maps(atrium, scar, spacing_mm=spacing_mm, variant=target)
    return np.concatenate([surface[None], maps]).astype(np.float32)


def spatial_sample(
    case: Case,
    *,
    stage: str,
    spacing_mm: Spacing,
    normalise: Normalise = "image",
    beta: float = 1.0,
    clip_mm: float = 50.0,
    wall: WallTarget = "exp",
) -> Sample:
    """Input and targets of a stage of JSQ's methods.

    Labels are resampled first and mapped on the network's grid, as JSQ does at 1 mm: the surface,
    one voxel thin, belongs to a grid. Thin scar survives, since every voxel of it marks the one it
    falls into.

    Args:
        case: with an LA label, and with a scar label unless the stage is "atrium".
        stage: "atrium", "scar" or "joint".
        spacing_mm: the network's spacing.
        normalise: where the image's mean and standard deviation are taken.
        beta: exponent of the signed distance.
        clip_mm: largest distance that is told apart.
        wall: what the wall's channels are to become.

    Returns:
        One channel, the image. "atrium": label LA, and its nearness. "scar": label surface, and
        normal wall and scar. "joint": label LA, then nearness, surface, normal wall and scar.

    Raises:
        LascarError: the LA is empty, also once resampled; the case is named.
    """
    sample = atrium_sample(case, spacing_mm=spacing_mm, normalise=normalise)
    case = case_in_lps(case)
    atrium = sample.label
    if atrium is None or not atrium.any():
        raise LascarError(f"{case.id}: its LA label is empty on the network's grid; leave it out")
    x, y, z = atrium.shape
    sx, sy, sz = (
        old * a / b for old, a, b in zip(case.spacing_mm, case.image.shape, (x, y, z), strict=True)
    )
    spacing_mm = (sx, sy, sz)
    nearness = nearness_map(atrium, spacing_mm=spacing_mm, beta=beta, clip_mm=clip_mm)[None]
    if stage == "atrium":
        return dataclasses.replace(sample, maps=nearness)
    assert case.scar is not None
    scar = _every_voxel(case.scar, (x, y, z))
    maps = wall_maps(atrium, scar, spacing_mm=spacing_mm, target=wall)
    if stage == "scar":
        return dataclasses.replace(sample, label=maps[0] > 0, maps=maps[1:])
    return dataclasses.replace(sample, maps=np.concatenate([nearness, maps]))


def _every_voxel(label: np.ndarray, shape: Shape) -> np.ndarray:
    """A resampled label in which no voxel of the original is lost."""
    marked = resample_label(label, shape).copy()
    voxels = np.argwhere(label)
    into = ((voxels + 0.5) * np.array(shape) / np.array(label.shape)).astype(int)
    marked[tuple(into.T)] = True
    return marked

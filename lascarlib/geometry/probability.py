"""The distance probability maps that AtrialJSQnet learns: how near normal wall and scar are."""

from typing import Literal, get_args

import numpy as np
from scipy import ndimage
from scipy.special import expit

from lascarlib.errors import LascarError
from lascarlib.geometry.distance import euclidean_distance
from lascarlib.geometry.wall import wall_labels

Variant = Literal["exp", "exp-normalised", "expit", "expit-normalised"]
"""The four maps of JSQ Table 4."""
CLIP_MM = 50.0
"""Distances beyond this are not told apart (JSQ section 3.1)."""


def distance_probability_maps(
    atrium: np.ndarray,
    scar: np.ndarray,
    *,
    spacing_mm: tuple[float, float, float],
    variant: Variant = "exp",
) -> np.ndarray:
    """Probability of normal wall and of scar, falling off with the distance to either label in mm.

    The labels are those of `wall_labels`: surface voxels of the LA, scar where a scar voxel has its
    nearest one. They are one voxel thin, so a label has no inside: its signed distance phi is 0 on
    it and positive elsewhere. The background, the voxels of neither label, does have an inside;
    "exp-normalised" takes its distance as 0 there, so that background is certain far from the wall,
    "expit-normalised" takes it as negative.

    Args:
        atrium: bool (x, y, z), True in the LA cavity.
        scar: bool (x, y, z), True in scar; may be empty, and may lie on or off the surface.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        variant: "exp" is exp(-|phi|), 1 on the label; "expit" is 1 / (1 + exp(phi)), 1/2 on the
            label. "exp-normalised" and "expit-normalised" divide each by
            p_normal + p_scar + p_background.

    Returns:
        Float32 (2, x, y, z) in [0, 1], p_normal then p_scar. A label without a voxel has
        probability 0 everywhere: p_scar where there is no scar, p_normal where all the wall is.

    Raises:
        LascarError: a mask is not a bool volume, their shapes differ, the LA is empty, the spacing
            is not three lengths above 0, or the variant is unknown.

    Source: JSQ section 3.2 (exp) and Table 4 (expit, normalised). The authors' code labels a
    thicker wall and measures exp's distances unsigned, in voxels, which are 1 mm there.

    Example:
        >>> atrium, scar = np.zeros((2, 4, 1, 1), bool)
        >>> atrium[:2], scar[2] = True, True  # normal wall at 0, scar projected from 2 to 1
        >>> maps = distance_probability_maps(atrium, scar, spacing_mm=(0.5, 1.0, 1.0))
        >>> np.log(maps[:, :, 0, 0]).round(3) + 0.0
        array([[ 0. , -0.5, -1. , -1.5],
               [-0.5,  0. , -0.5, -1. ]], dtype=float32)
    """
    if variant not in get_args(Variant):
        raise LascarError(f"variant is {variant!r}; choose one of {', '.join(get_args(Variant))}")
    labels = wall_labels(atrium, scar, spacing_mm=spacing_mm)
    distances_mm = [_distance_mm(label, spacing_mm) for label in labels]
    normalised = variant.endswith("-normalised")
    if normalised:
        distances_mm.append(_background_distance_mm(labels[0] | labels[1], spacing_mm))
    phi = np.stack(distances_mm)
    maps: np.ndarray = expit(-phi) if variant.startswith("expit") else np.exp(-np.maximum(phi, 0))
    return maps[:2] / maps.sum(axis=0) if normalised else maps


def _distance_mm(label: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Clipped distance to a label, 0 on it; infinite where there is none."""
    if not label.any():
        return np.full(label.shape, np.inf, np.float32)
    return np.minimum(euclidean_distance(~label, spacing_mm=spacing_mm), np.float32(CLIP_MM))


def _background_distance_mm(wall: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Clipped signed distance to the background's border with the wall, negative in background.

    The volume's faces are no border: the background goes on behind them.
    """
    border = ndimage.binary_dilation(wall) & ~wall
    distance_mm = _distance_mm(border, spacing_mm)
    return np.where(wall, distance_mm, -distance_mm)

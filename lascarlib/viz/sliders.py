"""Numbers that a method turns on, each as a slider: what is drawn at every one of its values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.distance import euclidean_distance, signed_distance_map
from lascarlib.geometry.mask import check_mask
from lascarlib.viz.layers import Layers, Overlay, Spacing

THRESHOLDS: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Probabilities from 0.05 to 0.95."""
K_PERCENT: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Those of BF Table 1 (5, 10, 20 and 100) and three more; 100 is plain cross-entropy."""
BETAS: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Exponents on both sides of 1, the distance itself, as JSQ Fig. 9 varies them."""
DEPTHS_MM: Final = tuple(0.5 * step for step in range(1, 13))
"""Distances from 0.5 to 6 mm."""


@dataclass(frozen=True, eq=False)
class Slider:
    """A number with its choices, and the layers that belong to each.

    Args:
        name: of the number, with its unit; sliders of one name move together.
        values: its choices, in order.
        start: the choice that is shown first.
        layers: value -> what is drawn.

    Raises:
        LascarError: there is no choice, or the start is none of them.

    Example:
        >>> Slider("k (%)", (5.0, 10.0), 10.0, lambda k: Layers()).start
        10.0
    """

    name: str
    values: Sequence[float]
    start: float
    layers: Callable[[float], Layers]

    def __post_init__(self) -> None:
        if self.start not in self.values:
            raise LascarError(f"{self.name}: start is {self.start}; it must be one of the values")


def threshold_slider(
    probability: np.ndarray,
    *,
    contour: str = "prediction",
    start: float = 0.5,
    values: Sequence[float] = THRESHOLDS,
) -> Slider:
    """Outline the voxels whose probability is above a threshold, as the UAM chooses it.

    Args:
        probability: (x, y, z), 0 to 1.
        contour: name from `PALETTE` of the outline.
        start: the threshold shown first.
        values: the thresholds to choose from.

    Returns:
        The slider "threshold".

    Raises:
        LascarError: the start is none of the values.

    Source: BF, uncertainty-aware module: 0.5, and 0.2 for an uncertain case.

    Example:
        >>> slider = threshold_slider(np.array([0.1, 0.3, 0.6]).reshape(3, 1, 1))
        >>> [int(slider.layers(t).contours["prediction"].sum()) for t in (0.2, 0.5)]
        [2, 1]
    """

    @lru_cache(maxsize=1)
    def layers(threshold: float) -> Layers:
        return Layers({contour: probability > threshold})

    return Slider("threshold", values, start, layers)


def topk_slider(
    probability: np.ndarray,
    mask: np.ndarray,
    *,
    start: float = 10.0,
    values: Sequence[float] = K_PERCENT,
) -> Slider:
    """Colour the k % of voxels with the largest cross-entropy: those that TopK learns from.

    Args:
        probability: (x, y, z) of the mask, 0 to 1.
        mask: bool (x, y, z), the truth.
        start: the k shown first, in %.
        values: the k to choose from, above 0 and at most 100.

    Returns:
        The slider "TopK's k (%)". The number of voxels kept is rounded down, but never to none;
        of equally bad ones all are coloured.

    Raises:
        LascarError: the mask is not a bool volume of the same shape, or the start is none of the
            values.

    Source: BF Eq. 1.

    Example:
        >>> p = np.array([0.1, 0.5, 0.9, 0.8]).reshape(4, 1, 1)
        >>> slider = topk_slider(p, np.ones((4, 1, 1), bool), start=50.0)
        >>> np.isfinite(slider.layers(50.0).overlay.values).ravel().tolist()
        [True, True, False, False]
    """
    check_mask(mask)
    if probability.shape != mask.shape:
        raise LascarError(
            f"probability has shape {probability.shape} but the mask {mask.shape}; use one grid"
        )
    true_class = np.where(mask, probability, 1 - probability).astype(np.float32)
    entropy = -np.log(np.clip(true_class, np.float32(1e-7), 1))
    limit = max(float(entropy.max()), 1e-6)

    @lru_cache(maxsize=1)
    def layers(k_percent: float) -> Layers:
        kept = max(1, int(k_percent / 100 * entropy.size))
        least = np.partition(entropy, entropy.size - kept, axis=None)[entropy.size - kept]
        shown = np.where(entropy >= least, entropy, np.float32(np.nan))
        return Layers(overlay=Overlay(shown, "cross-entropy (nats)", limit=limit))

    return Slider("TopK's k (%)", values, start, layers)


def beta_slider(
    mask: np.ndarray,
    *,
    spacing_mm: Spacing,
    limit_mm: float = 20.0,
    start: float = 1.0,
    values: Sequence[float] = BETAS,
) -> Slider:
    """Colour the signed distance to a surface, raised to the power of beta.

    Args:
        mask: bool (x, y, z), such as the LA.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        limit_mm: distance at which the colours end.
        start: the beta shown first.
        values: the betas to choose from, above 0.

    Returns:
        The slider "beta".

    Raises:
        LascarError: as `lascarlib.geometry.signed_distance_map`, or the start is none of them.

    Source: JSQ Eq. 1 and Fig. 9.

    Example:
        >>> row = np.zeros((9, 3, 3), bool)
        >>> row[1:6] = True
        >>> squares = beta_slider(row, spacing_mm=(2.0, 9.0, 9.0)).layers(2.0).overlay
        >>> squares.values[:4, 1, 1].tolist(), squares.limit
        ([4.0, 0.0, -4.0, -16.0], 400.0)
    """
    distance_mm = signed_distance_map(mask, spacing_mm=spacing_mm)

    @lru_cache(maxsize=1)
    def layers(beta: float) -> Layers:
        phi = np.copysign(np.abs(distance_mm) ** np.float32(beta), distance_mm)
        return Layers(overlay=Overlay(phi, "phi (mm^beta)", limit=limit_mm**beta))

    return Slider("beta", values, start, layers)


def wall_slider(
    atrium: np.ndarray,
    *,
    spacing_mm: Spacing,
    start: float = 3.0,
    values: Sequence[float] = DEPTHS_MM,
) -> Slider:
    """Outline what lies outside the LA, but not farther than a distance: a wall of that thickness.

    Args:
        atrium: bool (x, y, z).
        spacing_mm: voxel edge lengths along x, y, z in mm.
        start: the distance shown first, in mm.
        values: the distances to choose from, in mm.

    Returns:
        The slider "wall (mm)"; without LA there is no wall.

    Raises:
        LascarError: `atrium` is not a bool volume, or the start is none of the values.

    Source: JSQ section 1, workflow C; `lascarlib.geometry.wall_shell` is the same at one distance.

    Example:
        >>> atrium = np.zeros((9, 1, 1), bool)
        >>> atrium[4] = True
        >>> slider = wall_slider(atrium, spacing_mm=(1.0, 1.0, 1.0), start=2.0)
        >>> slider.layers(2.0).contours["wall"].ravel().astype(int)
        array([0, 0, 1, 1, 0, 1, 1, 0, 0])
    """
    check_mask(atrium, name="atrium")
    away_mm = (
        euclidean_distance(~atrium, spacing_mm=spacing_mm)
        if atrium.any()
        else np.full(atrium.shape, np.inf)
    )

    @lru_cache(maxsize=1)
    def layers(depth_mm: float) -> Layers:
        return Layers({"wall": ~atrium & (away_mm <= depth_mm)})

    return Slider("wall (mm)", values, start, layers)

"""From the probabilities of AtrialJSQnet to masks: compare two of them instead of thresholding."""

from typing import Literal

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.surface import surface_voxels

ATRIUM_THRESHOLD = 0.5
"""A voxel is LA above this probability."""
CODE_SCAR_THRESHOLD = 0.1
"""The authors' code drops probabilities up to this as lying off the wall."""

Reading = Literal["paper", "code"]
"""Whose rule decides where scar may lie."""


def scar_by_comparison(
    atrium_probability: np.ndarray, wall_probability: np.ndarray, *, reading: Reading = "paper"
) -> tuple[np.ndarray, np.ndarray]:
    """The LA, and on its surface the voxels where scar is likelier than normal wall.

    The LA is where its probability exceeds 0.5. Its surface is where the gradient of that
    probability, taken as the difference to each face neighbour, leads across 0.5: the surface
    voxels of the LA mask (`surface_voxels`), volume faces included, as in the maps learned from.

    Args:
        atrium_probability: float (x, y, z) in [0, 1].
        wall_probability: float (2, x, y, z) in [0, 1], normal wall then scar.
        reading: "paper" finds scar on the predicted surface only, without a threshold. "code" finds
            it anywhere, as the authors' code does, where its probability also exceeds 0.1.

    Returns:
        The LA and the scar, both bool (x, y, z). Equal probabilities are normal wall. Without LA
        there is no surface, and no scar in the paper's reading.

    Raises:
        LascarError: the shapes do not fit, a value is not in [0, 1], or the reading is unknown.

    Source: JSQ sections 3.1 (0.5) and 3.2 (surface, comparison).

    Example:
        >>> atrium_probability = np.array([0.1, 0.9, 0.8, 0.2]).reshape(4, 1, 1)
        >>> normal, scar = [0.1, 0.4, 0.2, 0.1], [0.3, 0.3, 0.3, 0.1]
        >>> wall_probability = np.array([normal, scar]).reshape(2, 4, 1, 1)
        >>> atrium, found = scar_by_comparison(atrium_probability, wall_probability)
        >>> atrium[:, 0, 0].astype(int), found[:, 0, 0].astype(int)
        (array([0, 1, 1, 0]), array([0, 0, 1, 0]))
        >>> atrium, found = scar_by_comparison(atrium_probability, wall_probability, reading="code")
        >>> found[:, 0, 0].astype(int)
        array([1, 0, 1, 0])
    """
    if reading not in ("paper", "code"):
        raise LascarError(f"reading is {reading!r}; choose 'paper' or 'code'")
    shape, wall_shape = atrium_probability.shape, wall_probability.shape
    if len(shape) != 3 or 0 in shape or wall_shape != (2, *shape):
        raise LascarError(
            f"atrium_probability has shape {shape} and wall_probability {wall_shape}; "
            "give (x, y, z) and (2, x, y, z)"
        )
    _check_probability(atrium_probability, name="atrium_probability")
    _check_probability(wall_probability, name="wall_probability")
    atrium = atrium_probability > ATRIUM_THRESHOLD
    normal, scar = wall_probability
    likelier = scar > normal
    if reading == "code":
        return atrium, likelier & (scar > CODE_SCAR_THRESHOLD)
    return atrium, likelier & surface_voxels(atrium)


def _check_probability(array: np.ndarray, *, name: str) -> None:
    """Refuse logits, percentages and NaN."""
    if not ((array >= 0) & (array <= 1)).all():
        raise LascarError(f"{name} has values outside [0, 1]; give probabilities, not logits")

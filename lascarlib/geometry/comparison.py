"""From the wall's two probabilities to scar: compare them instead of thresholding one."""

from typing import Literal

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_mask
from lascarlib.geometry.surface import surface_voxels

CODE_SCAR_THRESHOLD = 0.1
"""The authors' code drops probabilities up to this as lying off the wall."""

Reading = Literal["paper", "code"]
"""Whose rule decides where scar may lie."""


def scar_by_comparison(
    atrium: np.ndarray, wall_probability: np.ndarray, *, reading: Reading = "paper"
) -> np.ndarray:
    """The voxels on the surface of the LA where scar is likelier than normal wall.

    The surface is where the gradient of the LA's probability, taken as the difference to each face
    neighbour, leads across its threshold: the surface voxels of the LA mask (`surface_voxels`),
    volume faces included, as in the maps learned from.

    Args:
        atrium: bool (x, y, z), the LA, where its probability exceeds 0.5.
        wall_probability: float (2, x, y, z) in [0, 1], normal wall then scar.
        reading: "paper" finds scar on the surface only, without a threshold. "code" finds it
            anywhere, as the authors' code does, where its probability also exceeds 0.1.

    Returns:
        Bool (x, y, z). Equal probabilities are normal wall. Without LA there is no surface, and no
        scar in the paper's reading.

    Raises:
        LascarError: the mask is no bool volume, the shapes do not fit, a probability is not in
            [0, 1], or the reading is unknown.

    Source: JSQ section 3.2.

    Example:
        >>> atrium = np.array([False, True, True, False]).reshape(4, 1, 1)
        >>> normal, scar = [0.1, 0.4, 0.2, 0.1], [0.3, 0.3, 0.3, 0.1]
        >>> wall_probability = np.array([normal, scar]).reshape(2, 4, 1, 1)
        >>> scar_by_comparison(atrium, wall_probability)[:, 0, 0].astype(int)
        array([0, 0, 1, 0])
        >>> scar_by_comparison(atrium, wall_probability, reading="code")[:, 0, 0].astype(int)
        array([1, 0, 1, 0])
    """
    if reading not in ("paper", "code"):
        raise LascarError(f"reading is {reading!r}; choose 'paper' or 'code'")
    check_mask(atrium, name="atrium")
    shape, wall_shape = atrium.shape, wall_probability.shape
    if wall_shape != (2, *shape):
        raise LascarError(
            f"atrium has shape {shape} and wall_probability {wall_shape}; "
            "give (x, y, z) and (2, x, y, z)"
        )
    if not ((wall_probability >= 0) & (wall_probability <= 1)).all():
        raise LascarError(
            "wall_probability has values outside [0, 1]; give probabilities, not logits"
        )
    normal, scar = wall_probability
    likelier: np.ndarray = scar > normal
    if reading == "code":
        return likelier & (scar > CODE_SCAR_THRESHOLD)
    return likelier & surface_voxels(atrium)

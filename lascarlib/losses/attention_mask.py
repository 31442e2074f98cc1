"""Where shape attention looks: the surface of the predicted LA, and the authors' code's bands."""

import torch

from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_spacing
from lascarlib.losses.heads import atrium_logit

FLAT_PER_MM = 1e-6
"""A probability that nowhere changes faster than this has no surface."""
TARGET_BAND = (0.45, 0.5)
"""Where the authors' code looks for the true surface, in the target maps, ends excluded."""
PREDICTED_BAND = (0.1, 0.8)
"""Where the authors' code looks for the predicted surface, in p_LA, ends excluded."""


def predicted_surface(
    logits: torch.Tensor, *, spacing_mm: tuple[float, float, float], detach: bool = False
) -> torch.Tensor:
    """M2: the steepness of the predicted LA probability, scaled to [0, 1] item by item.

    The paper gives no formula. This is the magnitude of the gradient, by central differences
    (one-sided at the faces), divided by its largest value in the item; differentiable end to end.

    Args:
        logits: (batch, 1, x, y, z) of the LA, any floating type.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        detach: keep the gradient of the loss from moving the LA through this mask.

    Returns:
        (batch, x, y, z) in [0, 1], 1 where the probability changes fastest; float64 for float64
        logits and float32 for all others. An item whose probability nowhere changes by more than
        1e-6 per mm has no surface: 0 everywhere. An axis of one voxel has no gradient.

    Raises:
        LascarError: the logits are not (batch, 1, x, y, z), or the spacing is not three lengths
            above 0.

    Source: JSQ section 3.3, the mask M2 of Eq. 6.

    Example:
        >>> p = torch.tensor([0.1, 0.1, 0.3, 0.9, 0.9])  # steps 0, 0.2, 0.6, 0: means of two
        >>> logits = p.logit().reshape(1, 1, 5, 1, 1)
        >>> surface = predicted_surface(logits, spacing_mm=(2.0, 1.0, 1.0))
        >>> surface.ravel().round(decimals=3)  # 0, 0.1, 0.4, 0.3, 0, divided by 0.4
        tensor([0.0000, 0.2500, 1.0000, 0.7500, 0.0000])
    """
    check_spacing(spacing_mm)
    probability = torch.sigmoid(_lone_logit(logits))
    if detach:
        probability = probability.detach()
    long = [axis for axis in range(3) if probability.shape[axis + 1] > 1]
    if not long:
        return torch.zeros_like(probability)
    slopes = torch.gradient(
        probability,
        spacing=[float(spacing_mm[axis]) for axis in long],
        dim=[axis + 1 for axis in long],
    )
    steepness = torch.linalg.vector_norm(torch.stack(slopes), dim=0)
    steepest = steepness.amax(dim=(1, 2, 3), keepdim=True)
    seen = steepest > FLAT_PER_MM
    return torch.where(seen, steepness / torch.where(seen, steepest, 1), 0)


def predicted_band(logits: torch.Tensor) -> torch.Tensor:
    """The authors' code's M2: voxels where 0.1 < p_LA < 0.8, with no gradient to the LA.

    Args:
        logits: (batch, 1, x, y, z) of the LA, any floating type.

    Returns:
        (batch, x, y, z), 0 or 1. A sharp prediction may have an empty band.

    Raises:
        LascarError: the logits are not (batch, 1, x, y, z).

    Source: the authors' code.

    Example:
        >>> p = torch.tensor([0.05, 0.5, 0.9])
        >>> predicted_band(p.logit().reshape(1, 1, 3, 1, 1)).ravel()
        tensor([0., 1., 0.])
    """
    logit = _lone_logit(logits)
    probability = torch.sigmoid(logit.detach())
    low, high = PREDICTED_BAND
    return ((probability > low) & (probability < high)).to(logit.dtype)


def target_band(target: torch.Tensor) -> torch.Tensor:
    """The authors' code's M1: voxels where a target probability lies in (0.45, 0.5).

    With p = exp(-d) that is 0.69 mm < d < 0.80 mm from a label. On a grid of 1 mm, the authors'
    own, the distances are 0, 1, 1.41 and so on: no voxel qualifies, and their sum over the band
    divided by its size is 0 / 0. `shape_attention_loss` makes it 0, right for a patch without wall;
    a case whose whole volume has no band is refused before training. The surface voxels of the LA
    are the mask that works on every grid.

    Args:
        target: (batch, 2, x, y, z), floating, in [0, 1]; normal wall, then scar.

    Returns:
        (batch, x, y, z), how many of the two maps lie in the band: 0, 1 or 2. May be 0 throughout.

    Raises:
        LascarError: the target is not (batch, 2, x, y, z).

    Source: the authors' code.

    Example:
        >>> distance_mm = torch.tensor([0.0, 0.75, 1.5])  # a grid of 0.75 mm has a band
        >>> maps = torch.stack([torch.exp(-distance_mm), torch.zeros(3)])
        >>> target_band(maps.reshape(1, 2, 3, 1, 1)).ravel()
        tensor([0., 1., 0.])
    """
    if target.ndim != 5 or target.shape[1] != 2:
        raise LascarError(f"target has shape {tuple(target.shape)}; give (batch, 2, x, y, z)")
    low, high = TARGET_BAND
    return ((target > low) & (target < high)).to(target.dtype).sum(dim=1)


def _lone_logit(logits: torch.Tensor) -> torch.Tensor:
    """The one channel of the LA head when nothing is compared with it."""
    if logits.ndim != 5:
        raise LascarError(f"logits have shape {tuple(logits.shape)}; give (batch, 1, x, y, z)")
    return atrium_logit(logits, logits[:, 0], name="its first channel")

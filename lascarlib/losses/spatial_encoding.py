"""The spatially encoded loss of the LA: cross-entropy, and a penalty that grows with distance."""

import torch
import torch.nn.functional as F

from lascarlib.errors import LascarError
from lascarlib.losses.heads import Reduction, atrium_logit, reduce_voxels

THRESHOLD = 0.5
"""T_LA of JSQ Eq. 4, the probability above which a voxel is LA."""


def spatial_encoding_loss(
    logits: torch.Tensor, distance: torch.Tensor, *, reduction: Reduction = "mean"
) -> torch.Tensor:
    """How far on the wrong side of the surface probability lies: (p - 0.5) phi.

    A voxel outside that is taken for LA costs up to half its distance to the surface, and so does a
    voxel inside that is missed; right voxels earn as much, so the loss may be negative. On the
    surface, where phi is 0, the loss is blind.

    Args:
        logits: (batch, 1, x, y, z) of the LA, any floating type.
        distance: (batch, x, y, z), phi of the true LA (`signed_distance_map`): negative inside; in
            mm to the power of its beta. Patches take theirs from the whole volume, so one without
            LA still has one, positive throughout.
        reduction: "mean" over voxels, as in the authors' code, or "sum", as printed.

    Returns:
        A scalar in the unit of `distance`, its mean at least -|phi| / 2 and at most |phi| / 2.

    Raises:
        LascarError: the shapes do not fit, or the reduction is unknown.

    Source: JSQ Eq. 4.

    Example:
        >>> p = torch.tensor([0.9, 0.9, 0.1])  # inside, on the surface, and 4 mm outside
        >>> phi = torch.tensor([-2.0, 0.0, 4.0]).reshape(1, 3, 1, 1)
        >>> logits = p.logit().reshape(1, 1, 3, 1, 1)
        >>> round(spatial_encoding_loss(logits, phi, reduction="sum").item(), 4)  # -0.8 - 1.6
        -2.4
    """
    logit = atrium_logit(logits, distance, name="distance")
    values = (torch.sigmoid(logit) - THRESHOLD) * distance.to(logit.dtype)
    return reduce_voxels(values, reduction=reduction)


def binary_cross_entropy_loss(
    logits: torch.Tensor, target: torch.Tensor, *, reduction: Reduction = "mean"
) -> torch.Tensor:
    """Minus the logarithm of the probability given to the truth, for a head of one channel.

    JSQ prints it without its leading minus sign, which a loss needs.

    Args:
        logits: (batch, 1, x, y, z) of the LA, any floating type.
        target: (batch, x, y, z), bool or integer, non-zero in the LA; may be empty or full.
        reduction: "mean" over voxels, as in the authors' code, or "sum", as printed.

    Returns:
        A scalar in nats, 0 or more.

    Raises:
        LascarError: the shapes do not fit, the target is neither bool nor integer, or the reduction
            is unknown.

    Source: JSQ Eq. 3.

    Example:
        >>> logits = torch.tensor([0.75, 0.25]).logit().reshape(1, 1, 2, 1, 1)
        >>> target = torch.tensor([1, 0]).reshape(1, 2, 1, 1)
        >>> round(binary_cross_entropy_loss(logits, target).item(), 6)  # -ln 3/4
        0.287682
    """
    logit = atrium_logit(logits, target, name="target")
    if target.is_floating_point() or target.is_complex():
        raise LascarError(f"target has type {target.dtype}; give a bool or integer tensor")
    return reduce_voxels(F.softplus(torch.where(target != 0, -logit, logit)), reduction=reduction)


def atrium_loss(
    logits: torch.Tensor,
    target: torch.Tensor,
    distance: torch.Tensor,
    *,
    lambda_la: float = 0.01,
    reduction: Reduction = "mean",
) -> torch.Tensor:
    """Cross-entropy plus lambda_LA times the spatial encoding.

    Args:
        logits: (batch, 1, x, y, z) of the LA, any floating type.
        target: (batch, x, y, z), bool or integer, non-zero in the LA; may be empty or full.
        distance: (batch, x, y, z), phi of the true LA, as `spatial_encoding_loss` takes it.
        lambda_la: weight of the spatial encoding; `loss_weights` lets it grow.
        reduction: "mean" over voxels or "sum", of both terms.

    Returns:
        A scalar; it may be negative, as the spatial encoding may.

    Raises:
        LascarError: the shapes do not fit, the target is neither bool nor integer, or the reduction
            is unknown.

    Source: JSQ Eq. 2.

    Example:
        >>> undecided = torch.zeros(1, 1, 2, 1, 1)  # p = 1/2: the spatial encoding is 0
        >>> target, phi = torch.ones(1, 2, 1, 1).int(), torch.full((1, 2, 1, 1), -3.0)
        >>> round(atrium_loss(undecided, target, phi).item(), 6)  # ln 2
        0.693147
    """
    entropy = binary_cross_entropy_loss(logits, target, reduction=reduction)
    return entropy + lambda_la * spatial_encoding_loss(logits, distance, reduction=reduction)

"""What the three networks that regress a distance map minimise (JSQ Table 5).

Each takes the LA's logits, the regressed distance and both truths; distances are signed and divided
by their clip, so that they lie in [-1, 1].
"""

import torch

from lascarlib.errors import LascarError
from lascarlib.losses.dice import soft_dice_loss
from lascarlib.losses.heads import atrium_logit
from lascarlib.losses.spatial_encoding import binary_cross_entropy_loss

SMOOTH = 1e-6
"""Keeps the product loss finite where both distances are 0."""


def absolute_distance_loss(regressed: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of two distance maps.

    Args:
        regressed: (batch, 1, x, y, z), any floating type.
        distance: (batch, x, y, z), floating, in the same unit.

    Returns:
        A scalar, 0 or more, in that unit.

    Raises:
        LascarError: the shapes do not fit.

    Source: the L1 loss of Audebert et al. and of Xue et al., the regulariser of Dangi et al.

    Example:
        >>> regressed = torch.tensor([0.5, -1.0]).reshape(1, 1, 2, 1, 1)
        >>> absolute_distance_loss(regressed, torch.tensor([0.0, -0.5]).reshape(1, 2, 1, 1))
        tensor(0.5000)
    """
    found = atrium_logit(regressed, distance, name="distance")
    return (found - distance.to(found.dtype)).abs().mean()


def product_loss(regressed: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
    """Punishes distances of the wrong sign: minus the mean of y p / (y p + y^2 + p^2).

    Args:
        regressed: (batch, 1, x, y, z), p, any floating type.
        distance: (batch, x, y, z), y, floating, in the same unit.

    Returns:
        A scalar from -1/3, where both agree, to 1, where p = -y. Voxels where both are 0 give 0.

    Raises:
        LascarError: the shapes do not fit.

    Source: Xue et al., AAAI 34(07), 2020.

    Example:
        >>> regressed = torch.tensor([0.5, -0.5]).reshape(1, 1, 2, 1, 1)
        >>> truth = torch.tensor([0.5, 0.5]).reshape(1, 2, 1, 1)
        >>> round(product_loss(regressed, truth).item(), 3)  # -1/3 and 1, averaged
        0.333
    """
    p = atrium_logit(regressed, distance, name="distance")
    y = distance.to(p.dtype)
    return (-y * p / (y * p + y.square() + p.square() + SMOOTH)).mean()


def dangi_loss(
    logits: torch.Tensor,
    regressed: torch.Tensor,
    log_variance: torch.Tensor,
    target: torch.Tensor,
    distance: torch.Tensor,
) -> torch.Tensor:
    """Cross-entropy and distance regression, each divided by its learned variance.

    Args:
        logits: (batch, 1, x, y, z) of the LA.
        regressed: (batch, 1, x, y, z), from the regularising decoder.
        log_variance: (2,), s of segmentation and of regression.
        target: (batch, x, y, z), bool or integer, non-zero in the LA; may be empty or full.
        distance: (batch, x, y, z), floating.

    Returns:
        A scalar, exp(-s_1) BCE + s_1 + exp(-s_2) L1 + s_2; it may be negative.

    Raises:
        LascarError: shapes or types do not fit.

    Source: Dangi et al., Medical Physics 46(12), 2019, on the distances of JSQ Eq. 1.

    Example:
        >>> undecided, phi = torch.zeros(1, 1, 2, 1, 1), torch.ones(1, 2, 1, 1)
        >>> target = torch.zeros(1, 2, 1, 1).int()
        >>> loss = dangi_loss(undecided, undecided, torch.zeros(2), target, phi)
        >>> round(loss.item(), 4)  # ln 2 + 1
        1.6931
    """
    if tuple(log_variance.shape) != (2,):
        raise LascarError(f"log_variance has shape {tuple(log_variance.shape)}; give (2,)")
    entropy = binary_cross_entropy_loss(logits, target)
    first, second = log_variance.to(entropy.dtype)
    error = absolute_distance_loss(regressed, distance)
    return torch.exp(-first) * entropy + first + torch.exp(-second) * error + second


def audebert_loss(
    logits: torch.Tensor,
    regressed: torch.Tensor,
    target: torch.Tensor,
    distance: torch.Tensor,
    *,
    distance_weight: float = 1.0,
) -> torch.Tensor:
    """Cross-entropy of the segmentation plus L1 of the distance it was made from.

    Args:
        logits: (batch, 1, x, y, z) of the LA.
        regressed: (batch, 1, x, y, z).
        target: (batch, x, y, z), bool or integer, non-zero in the LA; may be empty or full.
        distance: (batch, x, y, z), floating.
        distance_weight: of the second term.

    Returns:
        A scalar, 0 or more.

    Raises:
        LascarError: shapes or types do not fit.

    Source: Audebert et al., Computer Vision and Image Understanding 189, 2019.

    Example:
        >>> undecided, phi = torch.zeros(1, 1, 2, 1, 1), torch.ones(1, 2, 1, 1)
        >>> loss = audebert_loss(undecided, undecided, torch.zeros(1, 2, 1, 1).int(), phi)
        >>> round(loss.item(), 4)  # ln 2 + 1
        1.6931
    """
    entropy = binary_cross_entropy_loss(logits, target)
    return entropy + distance_weight * absolute_distance_loss(regressed, distance)


def xue_loss(
    logits: torch.Tensor,
    regressed: torch.Tensor,
    target: torch.Tensor,
    distance: torch.Tensor,
    *,
    distance_weight: float = 10.0,
) -> torch.Tensor:
    """Soft Dice of the steep sigmoid, plus L1 and product loss of the distance itself.

    Args:
        logits: (batch, 1, x, y, z), the distance times minus the steepness.
        regressed: (batch, 1, x, y, z), the distance.
        target: (batch, x, y, z), bool or integer, non-zero in the LA; may be empty or full.
        distance: (batch, x, y, z), floating.
        distance_weight: of L1 plus product loss; 10 is the authors'.

    Returns:
        A scalar, at least -distance_weight / 3.

    Raises:
        LascarError: shapes or types do not fit.

    Source: Xue et al., AAAI 34(07), 2020.

    Example:
        >>> phi = torch.tensor([-1.0, 1.0]).reshape(1, 2, 1, 1)
        >>> regressed, target = phi[:, None], (phi < 0).int()
        >>> loss = xue_loss(-1500 * regressed, regressed, target, phi)
        >>> round(loss.item(), 3)  # Dice and L1 are 0, ten times -1/3 is left
        -3.333
    """
    overlap = soft_dice_loss(torch.cat([torch.zeros_like(logits), logits], dim=1), target)
    error = absolute_distance_loss(regressed, distance) + product_loss(regressed, distance)
    return overlap + distance_weight * error

"""The total loss of AtrialJSQnet: both tasks, the attention that ties them, and their weights."""

from dataclasses import dataclass
from typing import Literal

import torch

from lascarlib.errors import LascarError
from lascarlib.losses.attention_mask import predicted_band, predicted_surface
from lascarlib.losses.heads import Reduction
from lascarlib.losses.scar_distance import Metric, scar_distance_loss
from lascarlib.losses.shape_attention import shape_attention_loss
from lascarlib.losses.spatial_encoding import atrium_loss

PredictedMask = Literal["gradient", "gradient-detached", "band"]
"""How M2 is found: `predicted_surface`, the same without gradient, or `predicted_band`."""


@dataclass(frozen=True)
class LossWeights:
    """The weights of JSQ Eq. 2 and Eq. 7.

    Args:
        lambda_la: of the LA's spatial encoding.
        lambda_scar: of the scar's.
        lambda_m1: of shape attention on the true surface.
        lambda_m2: of shape attention on the predicted surface.
    """

    lambda_la: float
    lambda_scar: float
    lambda_m1: float
    lambda_m2: float


@dataclass(frozen=True, eq=False)
class JointTarget:
    """What both heads are compared with; all from whole volumes, cropped like the image.

    Args:
        atrium: (batch, x, y, z), bool or integer, non-zero in the LA.
        distance: (batch, x, y, z), floating, `signed_distance_map` of the LA.
        wall: (batch, 2, x, y, z), floating, `distance_probability_maps`.
        surface: (batch, x, y, z), M1: `surface_voxels` of the LA, or the authors' `target_band`.
    """

    atrium: torch.Tensor
    distance: torch.Tensor
    wall: torch.Tensor
    surface: torch.Tensor


@dataclass(frozen=True, eq=False)
class JointLoss:
    """The terms of JSQ Eq. 7 and their weighted sum, each a scalar.

    Args:
        total: the weighted sum, which is minimised.
        atrium: L_LA, its spatial encoding weighted.
        scar: SE_scar, unweighted like the rest.
        true_surface: SA under M1.
        predicted_surface: SA under M2.
    """

    total: torch.Tensor
    atrium: torch.Tensor
    scar: torch.Tensor
    true_surface: torch.Tensor
    predicted_surface: torch.Tensor


def joint_loss(
    atrium_logits: torch.Tensor,
    wall_logits: torch.Tensor,
    target: JointTarget,
    *,
    weights: LossWeights,
    spacing_mm: tuple[float, float, float],
    metric: Metric = "l2",
    predicted_mask: PredictedMask = "gradient",
    reduction: Reduction = "mean",
) -> JointLoss:
    """L = L_LA + lambda_scar SE_scar + lambda_M1 SA_M1 + lambda_M2 SA_M2.

    Args:
        atrium_logits: (batch, 1, x, y, z), any floating type.
        wall_logits: (batch, 2, x, y, z), any floating type; normal wall, then scar.
        target: what they are compared with; items without LA, wall or scar may be among them.
        weights: of this iteration, `loss_weights`.
        spacing_mm: voxel edge lengths along x, y, z in mm, for the predicted surface.
        metric: how SE_scar compares, "l2", "hellinger" or "kl".
        predicted_mask: M2 is the "gradient" of the predicted LA, "gradient-detached" from it, or
            the "band" of the authors' code.
        reduction: "mean", attention divided by its mask's size, or "sum", of every term.

    Returns:
        The total and its terms, in float64 for float64 logits and float32 for all others.

    Raises:
        LascarError: shapes do not fit, a target has the wrong type, a name is unknown, or the
            spacing is not three lengths above 0.

    Source: JSQ Eq. 7.

    Example:
        >>> atrium_logits, wall_logits = torch.zeros(1, 1, 2, 2, 2), torch.zeros(1, 2, 2, 2, 2)
        >>> everywhere = torch.ones(1, 2, 2, 2).int()
        >>> target = JointTarget(
        ...     everywhere, -everywhere.float(), torch.zeros(1, 2, 2, 2, 2), everywhere
        ... )
        >>> loss = joint_loss(atrium_logits, wall_logits, target, weights=loss_weights(0),
        ...                   spacing_mm=(1.0, 1.0, 1.0))
        >>> round(loss.total.item(), 6)  # ln 2 + 10 (1/4 + 1/4); the attention's error is 0
        5.693147
    """
    m1, m2 = target.surface, _predicted_mask(atrium_logits, predicted_mask, spacing_mm)
    la, lambda_la = (atrium_logits, target.atrium, target.distance), weights.lambda_la
    atrium = atrium_loss(*la, lambda_la=lambda_la, reduction=reduction)
    scar = scar_distance_loss(wall_logits, target.wall, metric=metric, reduction=reduction)
    sa_m1 = shape_attention_loss(wall_logits, target.wall, m1, reduction=reduction)
    sa_m2 = shape_attention_loss(wall_logits, target.wall, m2, reduction=reduction)
    total = atrium + weights.lambda_scar * scar
    total = total + weights.lambda_m1 * sa_m1 + weights.lambda_m2 * sa_m2
    return JointLoss(total, atrium, scar, sa_m1, sa_m2)


def _predicted_mask(
    logits: torch.Tensor, kind: PredictedMask, spacing_mm: tuple[float, float, float]
) -> torch.Tensor:
    """M2 of JSQ Eq. 6, (batch, x, y, z)."""
    if kind == "band":
        return predicted_band(logits)
    if kind not in ("gradient", "gradient-detached"):
        raise LascarError(f"predicted_mask is {kind!r}; choose gradient, gradient-detached or band")
    detach = kind == "gradient-detached"
    return predicted_surface(logits, spacing_mm=spacing_mm, detach=detach)


def loss_weights(iteration: int) -> LossWeights:
    """The paper's weights: lambda_LA and lambda_M2 grow by a tenth every 200 iterations.

    Args:
        iteration: how many iterations are done, 0 or more.

    Returns:
        The weights of the next one. They grow without bound.

    Raises:
        LascarError: the iteration is negative.

    Source: JSQ section 4.1.

    Example:
        >>> loss_weights(199)
        LossWeights(lambda_la=0.01, lambda_scar=10.0, lambda_m1=0.01, lambda_m2=0.001)
        >>> round(loss_weights(400).lambda_la, 6)  # 0.01 x 1.1 x 1.1
        0.0121
    """
    if iteration < 0:
        raise LascarError(f"iteration is {iteration}; give 0 or more")
    growth = 1.1 ** (iteration // 200)
    return LossWeights(0.01 * growth, 10.0, 0.01, 0.001 * growth)


def code_loss_weights(epoch: int, *, attention: bool = False) -> LossWeights:
    """The weights of the authors' code: growing by a twentieth every ten epochs.

    Their sum leaves shape attention out. Their lambda_scar is 10 too, on a mean over both maps;
    over voxels, as `scar_distance_loss` averages, that is 5.

    Args:
        epoch: how many epochs are done, 0 or more.
        attention: put the attention terms back, with the weights the code holds ready for them.

    Returns:
        The weights of the next epoch.

    Raises:
        LascarError: the epoch is negative.

    Source: the authors' code.

    Example:
        >>> code_loss_weights(9)
        LossWeights(lambda_la=0.01, lambda_scar=5.0, lambda_m1=0.0, lambda_m2=0.0)
        >>> code_loss_weights(10, attention=True)
        LossWeights(lambda_la=0.0105, lambda_scar=5.0, lambda_m1=0.01, lambda_m2=0.0105)
    """
    if epoch < 0:
        raise LascarError(f"epoch is {epoch}; give 0 or more")
    growing = 0.01 * 1.05 ** (epoch // 10)
    return LossWeights(growing, 5.0, *((0.01, growing) if attention else (0.0, 0.0)))

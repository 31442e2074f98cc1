"""The spatially encoded loss of the scar: how far two pairs of wall probabilities differ."""

from typing import Literal, get_args

import torch
import torch.nn.functional as F

from lascarlib.errors import LascarError
from lascarlib.losses.heads import Reduction, reduce_voxels, wall_logits

Metric = Literal["l2", "hellinger", "kl"]
"""The three differences that JSQ names in its Table 4 and the text about it."""


def scar_distance_loss(
    logits: torch.Tensor,
    target: torch.Tensor,
    *,
    metric: Metric = "l2",
    reduction: Reduction = "mean",
) -> torch.Tensor:
    """Difference between predicted and true [p_normal, p_scar], voxel by voxel.

    With p the target and q the sigmoid of the logits, a voxel costs, summed over both maps,
    (q - p)^2 for "l2", (sqrt q - sqrt p)^2 / 2 for "hellinger", the squared Hellinger distance, and
    p ln(p / q) + (1 - p) ln((1 - p) / (1 - q)) for "kl". The two maps do not add up to 1, so
    Kullback-Leibler treats each as a probability of its own, against its complement.

    Args:
        logits: (batch, 2, x, y, z), any floating type; normal wall, then scar.
        target: (batch, 2, x, y, z), floating, in [0, 1]; `distance_probability_maps`. A patch
            without wall or scar has small values or zeros, which are as good as any.
        metric: "l2" is the paper's; the others are its variants.
        reduction: "mean" over voxels or "sum", as printed. The authors' code also averages over the
            two maps, so its "l2" is half of this mean, and its Hellinger distance, which divides by
            the root of 2 instead of 2, is 1 / sqrt 2 times this one.

    Returns:
        A scalar, 0 or more, and 0 where both pairs are equal. The voxel's share is at most 2 for
        "l2" and 1 for "hellinger", without bound for "kl".

    Raises:
        LascarError: the shapes do not fit, the target is not floating, or a name is unknown.

    Source: JSQ Eq. 5 and Table 4.

    Example:
        >>> logits = torch.tensor([0.5, 0.2]).logit().reshape(1, 2, 1, 1, 1)
        >>> target = torch.tensor([1.0, 0.5]).reshape(1, 2, 1, 1, 1)
        >>> round(scar_distance_loss(logits, target).item(), 4)  # 0.5^2 + 0.3^2
        0.34
    """
    if metric not in get_args(Metric):
        raise LascarError(f"metric is {metric!r}; choose one of {', '.join(get_args(Metric))}")
    z, p = wall_logits(logits, target)
    if metric == "l2":
        values = (torch.sigmoid(z) - p).square()
    elif metric == "hellinger":
        # The root of a sigmoid through its logarithm: no infinite slope where it vanishes.
        values = (torch.exp(F.logsigmoid(z) / 2) - p.sqrt()).square() / 2
    else:
        cross_entropy = p * F.softplus(-z) + (1 - p) * F.softplus(z)
        values = cross_entropy + torch.xlogy(p, p) + torch.xlogy(1 - p, 1 - p)
    return reduce_voxels(values.sum(dim=1), reduction=reduction)

"""Shape attention: on the LA's surface, the comparison of the two wall probabilities must hold."""

import torch

from lascarlib.errors import LascarError
from lascarlib.losses.heads import Reduction, reduce_voxels, wall_logits


def shape_attention_loss(
    logits: torch.Tensor,
    target: torch.Tensor,
    mask: torch.Tensor,
    *,
    reduction: Reduction = "mean",
) -> torch.Tensor:
    """Squared error of p_normal - p_scar under an attention mask M.

    Args:
        logits: (batch, 2, x, y, z), any floating type; normal wall, then scar.
        target: (batch, 2, x, y, z), floating, in [0, 1]; `distance_probability_maps`.
        mask: (batch, x, y, z), bool or floating, 0 or more. M1 is the surface of the true LA
            (`lascarlib.geometry.surface_voxels`, taken from the whole volume and cropped with it),
            M2 that of the predicted LA (`predicted_surface`).
        reduction: "mean" divides by the mask's size, the sum of its values over the batch, as the
            authors' code; "sum" does not, as printed. Their code also multiplies every item's mask
            with every other item's error; here each item has its own.

    Returns:
        A scalar, 0 or more. An empty mask, such as that of patches without wall, costs 0. The
        gradient reaches `mask` as well, if it has one.

    Raises:
        LascarError: the shapes do not fit, the target is not floating, or the reduction is unknown.

    Source: JSQ Eq. 6.

    Example:
        >>> logits = torch.tensor([[0.9, 0.9], [0.5, 0.5]]).logit().reshape(1, 2, 2, 1, 1)
        >>> target = torch.tensor([[1.0, 1.0], [0.4, 0.4]]).reshape(1, 2, 2, 1, 1)
        >>> mask = torch.tensor([1.0, 0.0]).reshape(1, 2, 1, 1)
        >>> round(shape_attention_loss(logits, target, mask).item(), 4)  # (0.4 - 0.6)^2
        0.04
    """
    z, p = wall_logits(logits, target)
    expected = (logits.shape[0], *logits.shape[2:])
    if tuple(mask.shape) != expected:
        raise LascarError(
            f"mask has shape {tuple(mask.shape)} and logits {tuple(logits.shape)}; "
            f"give a mask of shape {expected}"
        )
    q = torch.sigmoid(z)
    weight = mask.to(z.dtype)
    error = (q[:, 0] - q[:, 1]) - (p[:, 0] - p[:, 1])
    total = reduce_voxels((weight * error).square(), reduction=reduction)
    if reduction == "sum":
        return total
    size = weight.mean()
    return total / torch.where(size > 0, size, 1)

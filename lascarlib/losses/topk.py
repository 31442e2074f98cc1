"""Cross-entropy, over all voxels or over those that are worst predicted."""

from typing import Literal

import torch
import torch.nn.functional as F

from lascarlib.errors import LascarError
from lascarlib.losses.shapes import foreground_margin


def voxel_cross_entropy(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Minus the logarithm of the probability that each voxel gives to its true class.

    Args:
        logits: (batch, 2, x, y, z), any floating type; channel 0 is background, 1 foreground.
        target: (batch, x, y, z), bool or integer, non-zero in the foreground.

    Returns:
        (batch, x, y, z) in nats, 0 or more; float64 for float64 logits and float32 for all others.

    Raises:
        LascarError: the shapes do not fit, or the target is neither bool nor integer.

    Example:
        >>> logits = torch.tensor([1.0, 3.0]).log().reshape(1, 2, 1, 1, 1)  # odds of 1 to 3
        >>> target = torch.ones(1, 1, 1, 1, dtype=torch.bool)
        >>> round(voxel_cross_entropy(logits, target).item(), 6)  # -ln 3/4
        0.287682
    """
    margin = foreground_margin(logits, target)
    # Two classes: -log softmax of the true one is softplus(other logit - true logit).
    return F.softplus(torch.where(target != 0, -margin, margin))


def cross_entropy_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over all voxels of the batch.

    Args:
        logits: (batch, 2, x, y, z), any floating type; channel 0 is background, 1 foreground.
        target: (batch, x, y, z), bool or integer, non-zero in the foreground.

    Returns:
        A scalar in nats, 0 or more.

    Raises:
        LascarError: the shapes do not fit, or the target is neither bool nor integer.

    Example:
        >>> undecided = torch.zeros(1, 2, 2, 2, 1)
        >>> round(cross_entropy_loss(undecided, torch.ones(1, 2, 2, 1).int()).item(), 6)  # ln 2
        0.693147
    """
    return voxel_cross_entropy(logits, target).mean()


def topk_loss(
    logits: torch.Tensor,
    target: torch.Tensor,
    *,
    k_percent: float = 10.0,
    ranking: Literal["batch", "item"] = "batch",
) -> torch.Tensor:
    """Mean cross-entropy over the k % of voxels that are predicted worst.

    The paper leaves the N it divides by open; here it is the number of voxels kept, so the loss
    does not shrink with k. As training proceeds the kept voxels gather at the label's boundary.

    Args:
        logits: (batch, 2, x, y, z), any floating type; channel 0 is background, 1 foreground.
        target: (batch, x, y, z), bool or integer, non-zero in the foreground.
        k_percent: share of voxels kept, above 0 and at most 100; 100 is plain cross-entropy. The
            number kept is rounded down, but never to none.
        ranking: "batch" ranks the voxels of all items together, as nnU-Net does, so a hard item may
            take all places; "item" keeps the same number from each.

    Returns:
        A scalar in nats, 0 or more. The gradient passes through the kept voxels only.

    Raises:
        LascarError: the shapes do not fit, the target is neither bool nor integer, `k_percent` is
            out of range, or `ranking` is unknown.

    Source: BF Eq. 1.

    Example:
        >>> odds = torch.tensor([[1.0, 1.0, 1.0, 1.0], [1.0, 3.0, 1.0, 3.0]])  # p = 1/2, 3/4
        >>> logits = odds.log().reshape(1, 2, 4, 1, 1)
        >>> target = torch.tensor([1, 1, 0, 0]).reshape(1, 4, 1, 1)
        >>> round(topk_loss(logits, target, k_percent=25).item(), 6)  # the last voxel: -ln 1/4
        1.386294
    """
    if not 0 < k_percent <= 100:
        raise LascarError(f"k_percent is {k_percent}; give a number above 0 and at most 100")
    if ranking not in ("batch", "item"):
        raise LascarError(f"ranking is {ranking!r}; choose 'batch' or 'item'")
    entropy = voxel_cross_entropy(logits, target)
    if k_percent == 100:
        return entropy.mean()
    pools = entropy.reshape(1, -1) if ranking == "batch" else entropy.flatten(start_dim=1)
    kept = max(1, int(pools.shape[1] * k_percent / 100))
    return pools.topk(kept, dim=1, sorted=False).values.mean()

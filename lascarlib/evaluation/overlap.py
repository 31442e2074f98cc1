"""The Dice score of two masks."""

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_mask


def dice(prediction: np.ndarray, target: np.ndarray) -> float:
    """Twice the voxels two masks share, divided by the voxels of both.

    This is the score of two binary masks; the loss on probabilities is
    `lascarlib.losses.soft_dice_loss`.

    Args:
        prediction: bool (x, y, z).
        target: bool (x, y, z), the reference.

    Returns:
        A float in [0, 1]. Two empty masks agree: 1. One empty mask alone: 0.

    Raises:
        LascarError: an argument is not a bool volume, or the shapes differ.

    Source: BF Eq. 2 on masks, and JSQ section 4.1.

    Example:
        >>> prediction = np.array([1, 1, 1, 0], bool).reshape(4, 1, 1)
        >>> target = np.array([0, 1, 1, 0], bool).reshape(4, 1, 1)
        >>> dice(prediction, target)  # 2 x 2 / (3 + 2)
        0.8
    """
    check_pair(prediction, target)
    total = int(np.count_nonzero(prediction)) + int(np.count_nonzero(target))
    if total == 0:
        return 1.0
    return 2 * int(np.count_nonzero(prediction & target)) / total


def check_pair(prediction: np.ndarray, target: np.ndarray) -> None:
    """Refuse two masks that cannot be compared voxel by voxel.

    Args:
        prediction: bool (x, y, z).
        target: bool (x, y, z).

    Raises:
        LascarError: an argument is not a bool volume, or the shapes differ.

    Example:
        >>> check_pair(np.zeros((2, 2, 2), bool), np.zeros((2, 2, 2), bool))
    """
    check_mask(prediction, name="prediction")
    check_mask(target, name="target")
    if prediction.shape != target.shape:
        raise LascarError(
            f"prediction has shape {prediction.shape} and target {target.shape}; "
            "bring both onto one grid"
        )

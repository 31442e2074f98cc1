"""How much of two masks is shared: Dice and Jaccard."""

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.grid import bounding_box
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


def jaccard(prediction: np.ndarray, target: np.ndarray) -> float:
    """The voxels two masks share, divided by the voxels that are in either.

    Jaccard is Dice / (2 - Dice): both order any two predictions of one case alike.

    Args:
        prediction: bool (x, y, z).
        target: bool (x, y, z), the reference.

    Returns:
        A float in [0, 1]. Two empty masks agree: 1. One empty mask alone: 0.

    Raises:
        LascarError: an argument is not a bool volume, or the shapes differ.

    Example:
        >>> prediction = np.array([1, 1, 1, 0], bool).reshape(4, 1, 1)
        >>> target = np.array([0, 1, 1, 1], bool).reshape(4, 1, 1)
        >>> jaccard(prediction, target)  # 2 of 4
        0.5
    """
    check_pair(prediction, target)
    either = int(np.count_nonzero(prediction | target))
    return int(np.count_nonzero(prediction & target)) / either if either else 1.0


def crop_to_both(prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The smallest block that holds both masks, cut out of each: no score of masks changes by it.

    Args:
        prediction: bool (x, y, z).
        target: bool (x, y, z).

    Returns:
        Two views of one shape, a single voxel where both masks are empty.

    Raises:
        LascarError: an argument is not a bool volume, or the shapes differ.

    Example:
        >>> masks = np.zeros((2, 9, 9, 9), bool)
        >>> masks[0, 2], masks[1, 4, 4:] = True, True
        >>> [part.shape for part in crop_to_both(*masks)]
        [(3, 9, 9), (3, 9, 9)]
    """
    check_pair(prediction, target)
    boxes = [bounding_box(mask) for mask in (prediction, target) if mask.any()]
    if not boxes:
        return prediction[:1, :1, :1], target[:1, :1, :1]
    block = tuple(
        slice(min(box.start[axis] for box in boxes), max(box.stop[axis] for box in boxes))
        for axis in range(3)
    )
    return prediction[block], target[block]


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

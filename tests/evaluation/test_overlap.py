import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.evaluation import dice, jaccard
from lascarlib.evaluation.overlap import crop_to_both


def boxes() -> tuple[np.ndarray, np.ndarray]:
    """Two boxes of 2 x 2 x 4 = 16 and 2 x 2 x 3 = 12 voxels that share 2 x 2 x 2 = 8."""
    prediction, target = np.zeros((2, 4, 4, 6), bool)
    prediction[1:3, 1:3, 0:4] = True
    target[1:3, 1:3, 2:5] = True
    return prediction, target


def test_two_boxes() -> None:
    assert dice(*boxes()) == pytest.approx(2 * 8 / (16 + 12))


def test_symmetric() -> None:
    prediction, target = boxes()
    assert dice(target, prediction) == dice(prediction, target)


def test_itself_and_the_empty_masks() -> None:
    prediction, _ = boxes()
    empty = np.zeros_like(prediction)
    assert dice(prediction, prediction) == 1
    assert dice(prediction, ~prediction) == 0
    assert dice(empty, empty) == 1
    assert dice(empty, prediction) == 0
    assert dice(prediction, empty) == 0


def test_masks_only_and_on_one_grid() -> None:
    prediction, target = boxes()
    with pytest.raises(LascarError, match="target has type uint8"):
        dice(prediction, target.astype(np.uint8))
    with pytest.raises(LascarError, match=r"\(4, 4, 6\) and target \(4, 4, 5\)"):
        dice(prediction, target[:, :, :5])


def test_jaccard_follows_from_dice() -> None:
    # 8 shared of 16 + 12 - 8 = 20.
    prediction, target = boxes()
    empty = np.zeros_like(target)
    assert jaccard(prediction, target) == 8 / 20
    score = dice(prediction, target)
    assert jaccard(prediction, target) == pytest.approx(score / (2 - score))
    assert jaccard(empty, empty) == 1
    assert jaccard(empty, target) == jaccard(target, empty) == 0


def test_both_masks_are_cropped_to_one_block() -> None:
    prediction, target = boxes()
    ours, theirs = crop_to_both(prediction, target)
    assert ours.shape == theirs.shape == (2, 2, 5)
    assert (ours.sum(), theirs.sum(), (ours & theirs).sum()) == (16, 12, 8)
    empty = np.zeros_like(target)
    assert crop_to_both(empty, target)[1].all()
    assert not np.any(crop_to_both(empty, empty))

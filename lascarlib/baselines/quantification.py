"""What every classical method answers: which voxels are scar, and the numbers that decided."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_mask


@dataclass(frozen=True, eq=False)
class Quantification:
    """The scar of one case as a classical method finds it.

    Args:
        id: of the case.
        scar: bool (x, y, z) on the case's own grid, a subset of `wall`.
        wall: bool (x, y, z), the voxels that were looked at; empty where no LA was found.
        numbers: name to value of what decided, such as "threshold" in the image's grey levels;
            none where there is no wall.
    """

    id: str
    scar: np.ndarray
    wall: np.ndarray
    numbers: Mapping[str, float]

    @property
    def scar_percent(self) -> float:
        """Share of the wall that is scar, in percent; 0 where there is no wall."""
        return 100.0 * float(self.scar.sum()) / max(1, int(self.wall.sum()))


def above(
    case: Case, wall: np.ndarray, threshold: float, numbers: Mapping[str, float] | None = None
) -> Quantification:
    """Wall brighter than a threshold is scar.

    Args:
        case: whose image is thresholded.
        wall: bool (x, y, z), the voxels that can be scar.
        threshold: in grey levels of the image; a voxel at the threshold is normal wall.
        numbers: further numbers to keep beside the threshold.

    Returns:
        The scar, the wall and the numbers, the threshold first.

    Example:
        >>> image = np.array([1.0, 2.0, 3.0, 4.0], np.float32).reshape(4, 1, 1)
        >>> wall = np.array([0, 1, 1, 1], bool).reshape(4, 1, 1)
        >>> found = above(Case("a", image, np.eye(4)), wall, 3.0)
        >>> found.scar[:, 0, 0].astype(int), found.numbers
        (array([0, 0, 0, 1]), {'threshold': 3.0})
    """
    scar = wall & (case.image > threshold)
    return Quantification(case.id, scar, wall, {"threshold": float(threshold), **(numbers or {})})


def nothing(case: Case, wall: np.ndarray) -> Quantification:
    """The answer where there is no wall to look at: no scar, and no number that decided.

    Example:
        >>> empty = np.zeros((2, 2, 2), bool)
        >>> found = nothing(Case("a", empty.astype(np.float32), np.eye(4)), empty)
        >>> int(found.scar.sum()), found.numbers, found.scar_percent
        (0, {}, 0.0)
    """
    return Quantification(case.id, np.zeros_like(wall), wall, {})


def check_atrium(case: Case, atrium: np.ndarray) -> None:
    """Refuse an LA mask that does not belong to the case's image.

    Raises:
        LascarError: it is not a bool volume, or its shape is not the image's.

    Example:
        >>> case = Case("a", np.zeros((2, 2, 2), np.float32), np.eye(4))
        >>> check_atrium(case, np.ones((3, 3, 3), bool))
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: a: atrium has shape (3, 3, 3) but the image (2, 2, 2); ...
    """
    check_mask(atrium, name=f"{case.id}: atrium")
    if atrium.shape != case.image.shape:
        raise LascarError(
            f"{case.id}: atrium has shape {atrium.shape} but the image {case.image.shape}; give a "
            "mask on the case's own grid"
        )

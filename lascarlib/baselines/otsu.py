"""Otsu's threshold on the LA wall."""

import numpy as np
from skimage.filters import threshold_otsu

from lascarlib.baselines.quantification import Quantification, above, check_atrium, nothing
from lascarlib.case import Case
from lascarlib.geometry.shell import wall_shell

BINS = 256
"""Bins of the histogram that is split."""


def otsu(
    case: Case, atrium: np.ndarray, *, inner_mm: float = 0.0, outer_mm: float = 3.0
) -> Quantification:
    """Split the grey levels of the wall in two so that the groups differ most; the bright is scar.

    The threshold is the edge of a histogram's bin that maximises the variance between the groups.
    It always finds two groups, also in a wall without scar: then it splits noise.

    Args:
        case: image; its labels are not looked at.
        atrium: bool (x, y, z) on the case's grid, the LA, manual or automatic.
        inner_mm: depth of the wall inside the LA, see `lascarlib.geometry.wall_shell`.
        outer_mm: its depth outside.

    Returns:
        Scar, wall and the threshold. Without LA or wall nothing is scar; nor is it in a wall of one
        grey level.

    Raises:
        LascarError: the mask does not belong to the case, or a depth is not a length.

    Source: JSQ Table 2, "Otsu": the threshold of Otsu (1979), on the LA by Ravanelli et al. (2014).

    Example:
        >>> image = np.array([9, 1, 3, 7, 7], np.float32).reshape(5, 1, 1)
        >>> atrium = np.array([1, 0, 0, 0, 0], bool).reshape(5, 1, 1)
        >>> found = otsu(Case("a", image, np.eye(4)), atrium)  # the wall is 1, 3, 7
        >>> found.scar[:, 0, 0].astype(int), 3 <= found.numbers["threshold"] < 7
        (array([0, 0, 0, 1, 0]), True)
    """
    check_atrium(case, atrium)
    wall = wall_shell(atrium, spacing_mm=case.spacing_mm, inner_mm=inner_mm, outer_mm=outer_mm)
    if not wall.any():
        return nothing(case, wall)
    levels = case.image[wall].astype(np.float64)
    if levels.min() == levels.max():
        return above(case, wall, levels[0])
    half_bin = (levels.max() - levels.min()) / (2 * BINS)  # scikit-image gives the bin's middle
    return above(case, wall, threshold_otsu(levels, nbins=BINS) + half_bin)

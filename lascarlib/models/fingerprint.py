"""The fingerprint of a data set: what the planner wants to know of its images."""

from collections.abc import Iterable

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.grid import bounding_box
from lascarlib.preprocess import case_in_lps


def fingerprint(cases: Iterable[Case]) -> dict[str, object]:
    """Shapes and spacings of a data set once its black borders are cropped away.

    A case is cropped to the box around its non-zero voxels. Triples are in nnU-Net's order, (z, y,
    x), with z to the head: the reverse of a `Case` turned to LPS.

    Args:
        cases: images of any size; read one at a time.

    Returns:
        `shapes_after_crop` in voxels and `spacings` in mm, one triple a case, and
        `median_relative_size_after_cropping`, the median share of voxels left, in (0, 1]: what
        `lascarlib.models.planner.plan` takes.

    Raises:
        LascarError: there is no case, or an image is zero everywhere.

    Source: the planner of nnU-Net 2, which BF adopts (section 2).

    Example:
        >>> image = np.zeros((10, 8, 4), np.float32)
        >>> image[2:7, :, 1:] = 1.0
        >>> found = fingerprint([Case("a", image, np.diag([0.5, 0.5, 2.5, 1.0]))])
        >>> found["shapes_after_crop"], found["spacings"]
        ([[3, 8, 5]], [[2.5, 0.5, 0.5]])
        >>> found["median_relative_size_after_cropping"]  # 120 of 320 voxels
        0.375
    """
    shapes: list[list[int]] = []
    spacings: list[list[float]] = []
    shares: list[float] = []
    for case in map(case_in_lps, cases):
        occupied = case.image != 0
        if not occupied.any():
            raise LascarError(f"{case.id}: the image is zero everywhere; leave this case out")
        x, y, z = bounding_box(occupied).shape
        shapes.append([z, y, x])
        spacings.append(list(case.spacing_mm[::-1]))
        shares.append(x * y * z / occupied.size)
    if not shapes:
        raise LascarError("cases is empty; a fingerprint needs at least one case")
    return {
        "shapes_after_crop": shapes,
        "spacings": spacings,
        "median_relative_size_after_cropping": float(np.median(shares)),
    }

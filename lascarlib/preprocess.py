"""From a case to the arrays a network sees, and from its output back to the case's grid.

Networks see every scan with its axes to left, posterior and superior, however it is stored: they
learn where the atrium's parts lie, and the boundary band of stage 2 is axial.
"""

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import binary_fill_holes

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.distance import Variant, boundary_distance_map
from lascarlib.geometry.grid import Shape, Spacing, resample, resample_label, resampled_shape
from lascarlib.geometry.orientation import from_lps, lps_affine, to_lps

Normalise = Literal["image", "nonzero"]
"""Where an image's mean and standard deviation are taken: everywhere, or over its `body_mask`."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One case as a network sees it.

    Args:
        id: name of the case.
        channels: float32 (channel, x, y, z) on the network's grid, each channel z-scored.
        label: bool (x, y, z) on the same grid, the structure that is learned; None where unknown.
        maps: float32 (map, x, y, z), what else is learned, see `lascarlib.spatial_targets`; None
            where the label is all.
    """

    id: str
    channels: np.ndarray
    label: np.ndarray | None
    maps: np.ndarray | None = None


def z_score(array: np.ndarray, *, mask: np.ndarray | None = None) -> np.ndarray:
    """Subtract the mean and divide by the standard deviation of all voxels (BF, section 3).

    Args:
        array: any shape, any real type.
        mask: bool of the same shape; only these voxels are counted, and the others become zero.

    Returns:
        float32 of the same shape; all zero where the array is constant or the mask is empty.

    Example:
        >>> z_score(np.array([1.0, 3.0])).tolist()
        [-1.0, 1.0]
        >>> image = np.array([0.0, 1.0, 3.0])
        >>> z_score(image, mask=image > 0).tolist()
        [0.0, -1.0, 1.0]
    """
    if mask is not None:
        scores = np.zeros(array.shape, np.float32)
        if mask.any():
            scores[mask] = z_score(array[mask])
        return scores
    values = array.astype(np.float32)
    sd = values.std(dtype=np.float64)
    return ((values - values.mean(dtype=np.float64)) / max(float(sd), 1e-8)).astype(np.float32)


def body_mask(image: np.ndarray) -> np.ndarray:
    """The voxels that are not zero, holes within them filled: an image without its black border.

    Args:
        image: (x, y, z), any real type.

    Returns:
        bool (x, y, z); empty where the image is zero everywhere.

    Source: the preprocessing of nnU-Net 2, which BF adopts (section 2).

    Example:
        >>> image = np.zeros((5, 5, 5))
        >>> image[1:4, 1:4, 1:4] = 7.0
        >>> image[2, 2, 2] = 0.0  # within
        >>> int(body_mask(image).sum())
        27
    """
    return np.asarray(binary_fill_holes(image != 0), dtype=bool)


def case_in_lps(case: Case) -> Case:
    """A case with its axes to left, posterior and superior; itself where they are already.

    Args:
        case: stored in any order of axes.

    Returns:
        The same voxels at the same place.

    Example:
        >>> image = np.arange(3, dtype=np.float32).reshape(3, 1, 1)
        >>> stored = Case("a", image, np.eye(4))  # x to the right of the affine: RAS+
        >>> case_in_lps(stored).image.ravel().tolist()
        [2.0, 1.0, 0.0]
    """
    affine = lps_affine(case.affine, shape=case.image.shape)
    if np.array_equal(affine, case.affine):
        return case
    image, atrium, scar = (
        None if array is None else to_lps(array, case.affine)
        for array in (case.image, case.atrium, case.scar)
    )
    assert image is not None
    return dataclasses.replace(case, image=image, affine=affine, atrium=atrium, scar=scar)


def network_shape(case: Case, *, spacing_mm: Spacing) -> Shape:
    """Shape of a case once turned to LPS and resampled to a network's spacing.

    Example:
        >>> case = Case("a", np.zeros((8, 8, 5), np.float32), np.diag([-1.0, -1.0, 2.0, 1.0]))
        >>> network_shape(case, spacing_mm=(2.0, 2.0, 2.0))
        (4, 4, 5)
    """
    case = case_in_lps(case)
    x, y, z = case.image.shape
    return resampled_shape((x, y, z), spacing_mm=case.spacing_mm, target_spacing_mm=spacing_mm)


def atrium_sample(case: Case, *, spacing_mm: Spacing, normalise: Normalise = "image") -> Sample:
    """Input and target of stage 1: the z-scored image, then resampled by cubic splines (BF §3).

    Args:
        case: image, and the LA label where known.
        spacing_mm: the network's spacing.
        normalise: where the image's mean and standard deviation are taken.

    Returns:
        One channel; the label is resampled linearly and kept where at least half inside. Splines
        are cubic along every axis, as BF writes; nnU-Net itself would take the nearest slice
        through a spacing more than three times as coarse as the others.

    Example:
        >>> image = np.array([1.0, 3.0], np.float32).reshape(2, 1, 1)  # mean 2, SD 1
        >>> case = Case("a", image, np.diag([-1.0, -1.0, 1.0, 1.0]), image > 2)
        >>> sample = atrium_sample(case, spacing_mm=(1.0, 1.0, 1.0))
        >>> sample.channels.ravel().tolist(), sample.label.ravel().tolist()
        ([-1.0, 1.0], [False, True])
    """
    case = case_in_lps(case)
    shape = network_shape(case, spacing_mm=spacing_mm)
    channels = resample(_scored_image(case, normalise), shape, order=3)[None]
    label = None if case.atrium is None else resample_label(case.atrium, shape)
    return Sample(case.id, channels, label)


def scar_sample(
    case: Case,
    atrium: np.ndarray,
    *,
    spacing_mm: Spacing,
    variant: Variant | Literal["none"] = "literal",
    normalise: Normalise = "image",
) -> Sample:
    """Input and target of stage 2: the image and the distance map of the LA boundary (BF, Fig. 1).

    The map is computed once on the case's own voxels, with their spacing, then z-scored like any
    channel (the paper does not say whether it is) and resampled like the image.

    Args:
        case: image, and the scar label where known.
        atrium: bool (x, y, z) on the case's grid, the LA whose boundary is meant.
        spacing_mm: the network's spacing.
        variant: of `lascarlib.geometry.boundary_distance_map`; "none" gives zeros in its place, so
            that the network sees the image alone, as BF's baseline does (Table 3).
        normalise: where the image's mean and standard deviation are taken; the map, which has no
            background, is always scored over all voxels.

    Returns:
        Two channels: image, distance map.

    Raises:
        LascarError: `atrium` is empty or has no boundary for another reason; the case is named.
    """
    atrium = to_lps(atrium, case.affine)
    case = case_in_lps(case)
    shape = network_shape(case, spacing_mm=spacing_mm)
    distance_mm = np.zeros(atrium.shape)
    if variant != "none":
        try:
            distance_mm = boundary_distance_map(atrium, spacing_mm=case.spacing_mm, variant=variant)
        except LascarError as error:
            raise LascarError(f"{case.id}: {error}") from error
    scored = (_scored_image(case, normalise), z_score(distance_mm))
    channels = np.stack([resample(channel, shape, order=3) for channel in scored])
    label = None if case.scar is None else resample_label(case.scar, shape)
    return Sample(case.id, channels, label)


def to_case_grid(probability: np.ndarray, case: Case) -> np.ndarray:
    """Bring a network's probabilities back to the grid of the case, linearly.

    Args:
        probability: (x, y, z) in [0, 1] on the network's grid.
        case: the case it was made for.

    Returns:
        float32 of the image's shape, in [0, 1].

    Example:
        >>> case = Case("a", np.zeros((4, 1, 1), np.float32), np.diag([-1.0, -1.0, 1.0, 1.0]))
        >>> to_case_grid(np.array([0.0, 1.0]).reshape(2, 1, 1), case).ravel().tolist()
        [0.0, 0.25, 0.75, 1.0]
    """
    x, y, z = to_lps(np.broadcast_to(np.int8(0), case.image.shape), case.affine).shape
    return from_lps(resample(probability, (x, y, z), order=1), case.affine)


def _scored_image(case: Case, normalise: Normalise) -> np.ndarray:
    return z_score(case.image, mask=body_mask(case.image) if normalise == "nonzero" else None)

import numpy as np
import pytest
from scipy import ndimage

from lascarlib.errors import LascarError
from lascarlib.evaluation import (
    average_surface_distance,
    hausdorff_distance,
    surface_distances,
)

SPACING = (0.625, 0.8, 2.5)


def shifted_slabs() -> tuple[np.ndarray, np.ndarray]:
    """A line of voxels along x, and the same line two voxels further."""
    prediction, target = np.zeros((2, 9, 3, 3), bool)
    prediction[1:4, 1, 1] = True
    target[3:6, 1, 1] = True
    return prediction, target


def by_the_textbook(prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Both directions, from SciPy's erosion and distance transform on the whole volume."""
    cross = ndimage.generate_binary_structure(3, 1)
    borders = [mask ^ ndimage.binary_erosion(mask, cross) for mask in (prediction, target)]
    to = [ndimage.distance_transform_edt(~border, sampling=SPACING) for border in borders]
    return np.concatenate([to[1][borders[0]], to[0][borders[1]]])


def test_shifted_lines() -> None:
    # Voxels 1 2 3 against 3 4 5: distances 2 1 0 and 0 1 2 voxels of 1.5 mm.
    distances = surface_distances(*shifted_slabs(), spacing_mm=(1.5, 1.0, 1.0))
    assert distances.prediction_to_target_mm.tolist() == [3.0, 1.5, 0.0]
    assert distances.target_to_prediction_mm.tolist() == [0.0, 1.5, 3.0]
    assert average_surface_distance(distances) == 1.5
    assert hausdorff_distance(distances) == 3.0


def test_directions_are_pooled_not_averaged() -> None:
    # One voxel at 0, and three at 0, 4, 5: pooled (0 + 0 + 4 + 5) / 4, by direction (0 + 3) / 2.
    prediction, target = np.zeros((2, 8, 1, 1), bool)
    prediction[0] = True
    target[[0, 4, 5]] = True
    distances = surface_distances(prediction, target, spacing_mm=(1.0, 1.0, 1.0))
    assert average_surface_distance(distances) == 9 / 4


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_scipy_on_the_whole_volume(seed: int) -> None:
    random = np.random.default_rng(seed)
    prediction, target = ndimage.gaussian_filter(
        random.standard_normal((2, 14, 12, 8)), (0, 2, 2, 1)
    )
    prediction, target = prediction > 0, target > 0.02
    pooled = by_the_textbook(prediction, target)
    distances = surface_distances(prediction, target, spacing_mm=SPACING)
    assert average_surface_distance(distances) == pytest.approx(pooled.mean(), abs=1e-5)
    assert hausdorff_distance(distances) == pytest.approx(pooled.max(), abs=1e-5)
    expected = np.percentile(pooled, 95)
    assert hausdorff_distance(distances, percentile=95) == pytest.approx(expected, abs=1e-5)


def test_symmetric_and_zero_for_itself() -> None:
    prediction, target = shifted_slabs()
    there = surface_distances(prediction, target, spacing_mm=SPACING)
    back = surface_distances(target, prediction, spacing_mm=SPACING)
    assert average_surface_distance(there) == average_surface_distance(back)
    assert hausdorff_distance(there) == hausdorff_distance(back)
    same = surface_distances(target, target, spacing_mm=SPACING)
    assert average_surface_distance(same) == hausdorff_distance(same) == 0


def test_empty_masks() -> None:
    full = shifted_slabs()[0]
    empty = np.zeros_like(full)
    for pair in ((empty, full), (full, empty)):
        distances = surface_distances(*pair, spacing_mm=SPACING)
        assert average_surface_distance(distances) == np.inf
        assert hausdorff_distance(distances) == np.inf
        assert hausdorff_distance(distances, percentile=95) == np.inf
    both = surface_distances(empty, empty, spacing_mm=SPACING)
    assert average_surface_distance(both) == hausdorff_distance(both) == 0


def test_nonsense_is_refused() -> None:
    prediction, target = shifted_slabs()
    with pytest.raises(LascarError, match="one grid"):
        surface_distances(prediction, target[1:], spacing_mm=SPACING)
    with pytest.raises(LascarError, match="spacing_mm"):
        surface_distances(prediction, target, spacing_mm=(1.0, 1.0, 0.0))
    distances = surface_distances(prediction, target, spacing_mm=SPACING)
    with pytest.raises(LascarError, match="percentile"):
        hausdorff_distance(distances, percentile=101)

import numpy as np
import pytest
from scipy import ndimage

from lascarlib.errors import LascarError
from lascarlib.geometry import largest_component, surface_voxels


@pytest.mark.parametrize("density", [0.3, 0.7, 0.97])
def test_equal_to_the_mask_less_its_erosion(density: float) -> None:
    mask = np.random.default_rng(1).random((7, 8, 9)) < density
    cross = ndimage.generate_binary_structure(3, 1)
    assert np.array_equal(surface_voxels(mask), mask & ~ndimage.binary_erosion(mask, cross))


def test_volume_faces_count_as_border() -> None:
    # All of a full 4 x 4 x 4 volume but its 2 x 2 x 2 core.
    assert surface_voxels(np.ones((4, 4, 4), bool)).sum() == 64 - 8


def test_a_diagonal_neighbour_makes_no_surface() -> None:
    # The middle voxel of a cube whose corner is cut off touches background by a corner only.
    mask = np.ones((5, 5, 5), bool)
    mask[1, 1, 1] = False
    assert not surface_voxels(mask)[2, 2, 2]


def test_empty_masks() -> None:
    empty = np.zeros((3, 3, 3), bool)
    assert not surface_voxels(empty).any()
    assert not largest_component(empty).any()


def test_diagonal_neighbours_are_one_component() -> None:
    mask = np.zeros((5, 5, 5), bool)
    mask[0, 0, 0] = mask[1, 1, 1] = mask[2, 2, 2] = True  # one piece of three by corners
    mask[4, 0, 0:2] = True  # a piece of two
    kept = largest_component(mask)
    assert kept.sum() == 3
    assert kept[1, 1, 1]


@pytest.mark.parametrize("function", [surface_voxels, largest_component])
def test_labels_are_not_masks(function) -> None:
    with pytest.raises(LascarError, match="bool"):
        function(np.ones((3, 3, 3)))

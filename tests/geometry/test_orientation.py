import numpy as np
import pytest
from nibabel.orientations import aff2axcodes

from lascarlib.geometry.orientation import from_lps, lps_affine, to_lps

SPACING = np.diag([1.0, 2.0, 3.0, 1.0])
LEFT_OBLIQUE = np.array([[-0.8, 0.6, 0, 5], [-0.6, -0.8, 0, 7], [0, 0, 1, 9], [0, 0, 0, 1]])


def permuted() -> np.ndarray:
    """Stored (z, x, y), its x to the right."""
    affine = np.zeros((4, 4))
    affine[2, 0], affine[0, 1], affine[1, 2], affine[3, 3] = 3.0, 1.0, 2.0, 1.0
    affine[:3, 3] = [-20, 4, 11]
    return affine


@pytest.mark.parametrize("affine", [SPACING, permuted(), LEFT_OBLIQUE @ SPACING])
def test_every_voxel_keeps_its_place_and_the_way_back_is_exact(affine) -> None:
    array = np.arange(4 * 5 * 6).reshape(4, 5, 6)
    turned, turned_affine = to_lps(array, affine), lps_affine(affine, shape=array.shape)
    assert aff2axcodes(turned_affine) == ("L", "P", "S")
    for index in [(0, 0, 0), (3, 1, 5), (2, 4, 0)]:
        (found,) = np.argwhere(turned == array[index])
        there = turned_affine @ [*found, 1]
        np.testing.assert_allclose(there, affine @ [*index, 1], atol=1e-9)
    np.testing.assert_array_equal(from_lps(turned, affine), array)


def test_what_is_in_this_order_already_is_not_touched() -> None:
    array = np.zeros((4, 5, 6))
    affine = LEFT_OBLIQUE @ SPACING
    assert to_lps(array, affine) is array
    np.testing.assert_array_equal(lps_affine(affine, shape=array.shape), affine)

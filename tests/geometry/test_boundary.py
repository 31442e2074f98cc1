import numpy as np
import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.geometry import boundary_band
from lascarlib.geometry.boundary import square_dilation


def pooled_band(mask: np.ndarray) -> np.ndarray:
    """BF Eq. 4 word for word with torch's max-pooling, slices as the batch."""
    v = torch.from_numpy(np.moveaxis(mask, 2, 0)[:, None].astype(np.float32))
    pool_d = torch.nn.functional.max_pool2d(v, kernel_size=5, stride=1, padding=2)
    pool_e = torch.nn.functional.max_pool2d(-v, kernel_size=3, stride=1, padding=1)
    return np.moveaxis((pool_d + pool_e)[:, 0].numpy() > 0, 0, 2)


def test_band_of_a_square() -> None:
    # A 6 x 6 square grows to 10 x 10 = 100 and shrinks to 4 x 4 = 16: the band has 84 pixels.
    mask = np.zeros((14, 14, 3), bool)
    mask[4:10, 4:10, 1] = True
    band = boundary_band(mask)
    assert band[:, :, 1].sum() == 84
    assert (band & mask).sum() == 36 - 16
    # Pooling is two-dimensional: the slices above and below the cap stay empty.
    assert not band[:, :, [0, 2]].any()


def test_a_mask_at_the_face_has_no_border_there() -> None:
    # Rows 0-3 of 8: the face at 0 is no border, so the band is row 3 and rows 4, 5.
    mask = np.zeros((8, 4, 1), bool)
    mask[:4] = True
    assert np.flatnonzero(boundary_band(mask)[:, 2, 0]).tolist() == [3, 4, 5]


def test_thin_object_is_all_band() -> None:
    # One voxel: the 5 x 5 square around it, and nothing survives the erosion.
    mask = np.zeros((9, 9, 1), bool)
    mask[4, 4, 0] = True
    assert boundary_band(mask).sum() == 25


def test_empty_and_full_masks_have_no_band() -> None:
    assert not boundary_band(np.zeros((4, 4, 4), bool)).any()
    assert not boundary_band(np.ones((4, 4, 4), bool)).any()


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_max_pooling(seed: int) -> None:
    mask = np.random.default_rng(seed).random((11, 9, 4)) < (0.05, 0.2, 0.5, 0.8, 0.95)[seed]
    assert np.array_equal(boundary_band(mask), pooled_band(mask))


def test_axial_symmetries() -> None:
    mask = np.random.default_rng(0).random((9, 9, 3)) < 0.3
    band = boundary_band(mask)
    assert np.array_equal(boundary_band(mask[::-1]), band[::-1])
    assert np.array_equal(boundary_band(mask.swapaxes(0, 1)), band.swapaxes(0, 1))


def test_a_radius_wider_than_the_volume() -> None:
    mask = np.zeros((2, 1, 1), bool)
    mask[0] = True
    assert square_dilation(mask, radius=3).all()


def test_the_input_is_left_alone() -> None:
    mask = np.random.default_rng(0).random((6, 6, 2)) < 0.5
    before = mask.copy()
    boundary_band(mask)
    assert np.array_equal(mask, before)


def test_labels_are_not_masks() -> None:
    with pytest.raises(LascarError, match="bool"):
        boundary_band(np.ones((4, 4, 4), np.uint8))

import numpy as np
import pytest
from scipy import ndimage
from skimage.transform import resize

from lascarlib.errors import LascarError
from lascarlib.geometry.grid import (
    Box,
    bounding_box,
    paste,
    resample,
    resample_label,
    resampled_shape,
)

NOISE = np.random.default_rng(0).normal(size=(9, 7, 5)).astype(np.float32)


def test_the_shape_covers_the_same_field_of_view() -> None:
    # 10 x 0.625 = 6.25 mm are 5 voxels of 1.25 mm; 4 x 2.5 = 10 mm are 10 of 1 mm.
    shape = resampled_shape(
        (10, 7, 4), spacing_mm=(0.625, 1.0, 2.5), target_spacing_mm=(1.25, 1.0, 1.0)
    )
    assert shape == (5, 7, 10)


def test_an_axis_never_vanishes() -> None:
    assert resampled_shape((2, 2, 1), spacing_mm=(1, 1, 1), target_spacing_mm=(9, 9, 9)) == (1,) * 3


def test_halving_averages_neighbours_and_the_edge_continues() -> None:
    # Centre 0 of 2 lies at 1/4 of the edge: in a row of 4 halfway between voxels 0 and 1.
    row = np.array([0.0, 2.0, 4.0, 8.0]).reshape(4, 1, 1)
    assert resample(row, (2, 1, 1), order=1).ravel().tolist() == [1.0, 6.0]
    # Centre 0 of 6 lies at 1/12, before the centre of voxel 0 of 2 (3/12): the edge value.
    pair = np.array([0.0, 6.0]).reshape(2, 1, 1)
    # Centre 2 of 6 lies at 5/12, a third of the way from 3/12 to 9/12: 6 / 3 = 2.
    np.testing.assert_allclose(resample(pair, (6, 1, 1), order=1).ravel(), [0, 0, 2, 4, 6, 6])


@pytest.mark.parametrize("shape", [(18, 7, 3), (5, 11, 10), (9, 3, 5), (1, 1, 1), (4, 13, 5)])
@pytest.mark.parametrize("order", [1, 3])
def test_it_agrees_with_scikit_image(shape, order) -> None:
    ours = resample(NOISE, shape, order=order)
    theirs = resize(NOISE, shape, order=order, mode="edge", anti_aliasing=False, clip=False)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_linear_resampling_agrees_with_coordinates_by_hand() -> None:
    shape = (4, 13, 5)
    axes = [(np.arange(n) + 0.5) * m / n - 0.5 for n, m in zip(shape, NOISE.shape, strict=True)]
    places = np.stack(np.meshgrid(*axes, indexing="ij"))
    expected = ndimage.map_coordinates(NOISE, places, order=1, mode="nearest")
    np.testing.assert_allclose(resample(NOISE, shape, order=1), expected, atol=1e-5)


def test_a_ramp_in_mm_stays_that_ramp_at_another_spacing() -> None:
    # Voxel i of 2 mm is centred at 2 i + 1 mm; voxel j of 0.5 mm at 0.5 j + 0.25 mm.
    ramp = np.broadcast_to((2.0 * np.arange(10) + 1)[:, None, None], (10, 3, 3))
    fine = resample(ramp, (40, 3, 3), order=1)[:, 1, 1]
    inner = slice(2, -2)  # outside the outermost centres the edge continues
    np.testing.assert_allclose(fine[inner], (0.5 * np.arange(40) + 0.25)[inner], atol=1e-5)


def test_a_smooth_volume_survives_the_way_there_and_back() -> None:
    x, y, z = np.meshgrid(*(np.linspace(0, 1, n) for n in (32, 24, 16)), indexing="ij")
    smooth = np.sin(3 * x) + np.cos(2 * y) * z
    back = resample(resample(smooth, (64, 36, 16), order=3), smooth.shape, order=3)
    np.testing.assert_allclose(back, smooth, atol=2e-3)


def test_the_same_shape_changes_nothing() -> None:
    np.testing.assert_array_equal(resample(NOISE, NOISE.shape, order=3), NOISE)


def test_linear_resampling_keeps_probabilities_in_their_range() -> None:
    certain = (NOISE > 0).astype(np.float32)
    finer = resample(certain, (23, 17, 13), order=1)
    assert finer.min() >= 0
    assert finer.max() <= 1
    assert (resample(np.ones((3, 4, 5)), (7, 9, 11), order=1) == 1).all()


@pytest.mark.parametrize(
    ("array", "shape"), [(np.zeros((2, 2)), (2, 2, 2)), (np.zeros((2, 2, 2)), (2, 0, 2))]
)
def test_what_is_not_3d_is_refused(array, shape) -> None:
    with pytest.raises(LascarError, match="cannot resample"):
        resample(array, shape, order=1)


def test_a_voxel_half_inside_belongs_to_the_label() -> None:
    # Voxel 1 of 3 coarse ones covers fine voxels 2 and 3, of which one is inside: exactly half.
    fine = np.array([1, 1, 1, 0, 0, 0], bool).reshape(6, 1, 1)
    assert resample_label(fine, (3, 1, 1)).ravel().tolist() == [True, True, False]
    less = np.array([1, 1, 0, 0, 0, 0], bool).reshape(6, 1, 1)
    assert resample_label(less, (3, 1, 1)).ravel().tolist() == [True, False, False]


def test_a_label_survives_refinement_and_the_way_back() -> None:
    ball = np.hypot(*np.meshgrid(np.arange(-6, 7), np.arange(-6, 7))) < 5
    ball = np.repeat(ball[:, :, None], 4, axis=2)
    fine = resample_label(ball, (26, 26, 4))
    assert fine.dtype == bool
    np.testing.assert_array_equal(resample_label(fine, ball.shape), ball)
    # 2 x 2 fine voxels for each coarse one, up to the staircase of the rim.
    assert fine.sum() == pytest.approx(4 * ball.sum(), rel=0.05)


def test_the_box_holds_every_voxel_and_its_margin_stops_at_the_border() -> None:
    mask = np.zeros((6, 5, 4), bool)
    mask[1, 4, 2] = mask[3, 2, 2] = True
    assert bounding_box(mask) == Box((1, 2, 2), (4, 5, 3))
    assert bounding_box(mask, margin=(9, 1, 0)) == Box((0, 1, 2), (6, 5, 3))


def test_an_empty_mask_has_no_box() -> None:
    with pytest.raises(LascarError, match="the mask is empty"):
        bounding_box(np.zeros((3, 3, 3), bool))


def test_pasting_undoes_cropping_exactly() -> None:
    mask = NOISE > 1.5
    box = bounding_box(mask, margin=(1, 0, 1))
    whole = paste(NOISE[box.slices], NOISE.shape, box, fill=-7)
    np.testing.assert_array_equal(whole[box.slices], NOISE[box.slices])
    outside = np.ones(NOISE.shape, bool)
    outside[box.slices] = False
    assert (whole[outside] == -7).all()
    assert whole.dtype == NOISE.dtype
    np.testing.assert_array_equal(paste(mask[box.slices], mask.shape, box), mask)


def test_a_block_of_another_shape_is_refused() -> None:
    with pytest.raises(LascarError, match="does not fit the box"):
        paste(np.zeros((2, 2, 2)), (4, 4, 4), Box((0, 0, 0), (2, 2, 3)))

import itertools

import numpy as np
import pytest
from scipy import ndimage

from lascarlib.errors import LascarError
from lascarlib.geometry import (
    boundary_band,
    boundary_distance_map,
    euclidean_distance,
    signed_distance_map,
    surface_voxels,
)

ANISOTROPIC = (0.625, 0.8, 2.5)


def brute_force(mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Every voxel of the mask against every voxel outside it."""
    background = np.argwhere(~mask) * spacing_mm
    distance = np.zeros(mask.shape)
    for voxel in np.argwhere(mask):
        gaps = np.linalg.norm(background - voxel * spacing_mm, axis=1)
        distance[tuple(voxel)] = gaps.min()
    return distance


def ball(shape: tuple[int, int, int], radius: float) -> np.ndarray:
    centre = (np.array(shape).reshape(3, 1, 1, 1) - 1) / 2
    return np.linalg.norm(np.indices(shape) - centre, axis=0) < radius


def test_distance_uses_the_spacing_of_its_own_axis() -> None:
    # One background voxel in the corner; 3, 4 and 12 mm along the axes make a diagonal of 13 mm.
    mask = np.ones((2, 2, 2), bool)
    mask[0, 0, 0] = False
    distance = euclidean_distance(mask, spacing_mm=(3.0, 4.0, 12.0))
    assert distance[1, 0, 0] == 3
    assert distance[0, 1, 0] == 4
    assert distance[0, 0, 1] == 12
    assert distance[1, 1, 1] == 13
    assert distance.dtype == np.float32


def test_outside_the_volume_is_not_background() -> None:
    # The only background voxel is 3 mm from the far end, which lies on the volume's face.
    row = np.array([0, 1, 1, 1], bool).reshape(1, 1, 4)
    assert euclidean_distance(row, spacing_mm=(1.0, 1.0, 1.0)).max() == 3


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("order", ["C", "F"])
def test_equal_to_brute_force(seed: int, order) -> None:
    mask = np.random.default_rng(seed).random((6, 5, 4)) < (0.1, 0.5, 0.8, 0.95)[seed]
    distance = euclidean_distance(np.asarray(mask, order=order), spacing_mm=ANISOTROPIC)
    assert np.allclose(distance, brute_force(mask, ANISOTROPIC), atol=1e-5)


def test_equal_to_brute_force_on_a_view() -> None:
    mask = np.random.default_rng(7).random((8, 10, 6))[::2, ::-1, 1:5] < 0.7
    expected = brute_force(mask, ANISOTROPIC)
    assert np.allclose(euclidean_distance(mask, spacing_mm=ANISOTROPIC), expected, atol=1e-5)


@pytest.mark.parametrize("spacing", [(1.3, 1.3, 4.0), (0.625, 0.625, 2.5), (1.4, 1.4, 1.4)])
def test_equal_to_scipy_within_a_ten_thousandth_of_a_millimetre(spacing) -> None:
    mask = np.ones((200, 60, 20), bool)
    mask[3, 2, 1] = mask[50, 30, 18] = False
    expected = ndimage.distance_transform_edt(mask, sampling=spacing)
    assert np.abs(euclidean_distance(mask, spacing_mm=spacing) - expected).max() < 1e-4


def test_empty_and_full_masks() -> None:
    assert not euclidean_distance(np.zeros((3, 3, 3), bool), spacing_mm=(1.0, 1.0, 1.0)).any()
    with pytest.raises(LascarError, match="True everywhere"):
        euclidean_distance(np.ones((3, 3, 3), bool), spacing_mm=(1.0, 1.0, 1.0))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), ANISOTROPIC])
def test_boundary_map_is_the_formula(spacing: tuple[float, float, float]) -> None:
    mask = ball((13, 12, 6), 3.3)
    M = boundary_band(mask)
    literal = brute_force(~M, spacing) * ~M - (brute_force(M, spacing) - 1) * M
    result = boundary_distance_map(mask, spacing_mm=spacing)
    assert np.allclose(result, literal, atol=1e-5)
    assert result.dtype == np.float32


def test_literal_map_is_positive_just_inside_the_band_below_a_millimetre() -> None:
    # The outermost band voxel is one voxel, 0.625 mm, from the background: 1 - 0.625 = 0.375.
    mask = np.zeros((12, 1, 1), bool)
    mask[6:] = True
    band = slice(4, 7)
    literal = boundary_distance_map(mask, spacing_mm=(0.625, 0.625, 2.5))[band, 0, 0]
    assert np.allclose(literal, [0.375, -0.25, 0.375])
    consistent = boundary_distance_map(
        mask, spacing_mm=(0.625, 0.625, 2.5), variant="sign-consistent"
    )
    assert np.allclose(consistent[band, 0, 0], [0.0, -0.625, 0.0])


@pytest.mark.parametrize("spacing", [(0.7, 0.7, 0.7), ANISOTROPIC, (1.3, 1.3, 4.0)])
def test_sign_consistent_map_is_negative_or_zero_in_the_band_only(spacing) -> None:
    mask = ball((14, 13, 7), 3.6)
    band = boundary_band(mask)
    result = boundary_distance_map(mask, spacing_mm=spacing, variant="sign-consistent")
    assert (result[band] <= 0).all()
    assert (result[~band] > 0).all()


def test_variants_agree_on_a_one_millimetre_grid() -> None:
    mask = ball((14, 13, 7), 3.6)
    literal, consistent = (
        boundary_distance_map(mask, spacing_mm=(1.0, 1.0, 1.0), variant=variant)
        for variant in ("literal", "sign-consistent")
    )
    assert np.array_equal(literal, consistent)


@pytest.mark.parametrize("variant", ["literal", "sign-consistent"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_region_is_the_crop_of_the_whole_map(order, variant) -> None:
    mask = np.zeros((40, 34, 12), bool, order=order)
    mask[18:30, 5:15, 4:9] = ball((12, 10, 5), 4.6)
    whole = boundary_distance_map(mask, spacing_mm=ANISOTROPIC, variant=variant)
    rng = np.random.default_rng(11)
    pairs = [
        [sorted(rng.choice(n + 1, size=2, replace=False).tolist()) for n in mask.shape]
        for _ in range(30)
    ]
    regions = [tuple(slice(a, b) for a, b in pair) for pair in pairs]
    # Faces and corners, far from the band, one voxel, inside the cavity, all of it.
    regions += [np.s_[:3, :2, :1], np.s_[-4:, -3:, -2:], np.s_[:9, 20:, :], np.s_[7:8, 30:31, 2:3]]
    regions += [np.s_[22:26, 8:12, 5:8], np.s_[:, :, 6:7], np.s_[:, :, :]]
    for region in regions:
        part = boundary_distance_map(mask, spacing_mm=ANISOTROPIC, variant=variant, region=region)
        np.testing.assert_array_equal(part, whole[region])


@pytest.mark.parametrize(
    "region", [np.s_[2:2, :, :], np.s_[::2, :, :], np.s_[:, :], (1, 2, 3), np.s_[30:40, :, :]]
)
def test_a_region_without_a_voxel_is_refused(region) -> None:
    with pytest.raises(LascarError, match="region is"):
        boundary_distance_map(ball((9, 9, 3), 2), spacing_mm=(1.0, 1.0, 1.0), region=region)


def test_boundary_map_refuses_masks_without_a_boundary() -> None:
    mask = np.zeros((5, 5, 5), bool)
    with pytest.raises(LascarError, match="mask is empty"):
        boundary_distance_map(mask, spacing_mm=(1.0, 1.0, 1.0))
    with pytest.raises(LascarError, match="fills every slice"):
        boundary_distance_map(~mask, spacing_mm=(1.0, 1.0, 1.0))
    mask[:, :, 2] = True
    with pytest.raises(LascarError, match="fills every slice"):
        boundary_distance_map(mask, spacing_mm=(1.0, 1.0, 1.0))
    dot = np.zeros((3, 3, 1), bool)
    dot[1, 1] = True
    with pytest.raises(LascarError, match="fills the volume"):
        boundary_distance_map(dot, spacing_mm=(1.0, 1.0, 1.0))


def test_unknown_variant() -> None:
    with pytest.raises(LascarError, match="'literal' or 'sign-consistent'"):
        boundary_distance_map(ball((9, 9, 3), 2), spacing_mm=(1.0, 1.0, 1.0), variant="signed")


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_signed_map_is_the_formula(beta: float) -> None:
    mask = ball((11, 10, 7), 3.2)
    surface = surface_voxels(mask)
    d = np.minimum(brute_force(~surface, ANISOTROPIC), 2.0) ** beta
    phi = np.where(surface, 0, np.where(mask, -d, d))
    result = signed_distance_map(mask, spacing_mm=ANISOTROPIC, beta=beta, clip_mm=2.0)
    assert np.allclose(result, phi, atol=1e-5)
    assert result.dtype == np.float32


@pytest.mark.parametrize("clip_mm", [1.0, 2.0, 2.4, 50.0])
def test_signed_map_far_from_the_mask(clip_mm: float) -> None:
    # A single voxel is its own surface: the clip alone bounds how far the map reaches.
    mask = np.zeros((9, 7, 5), bool)
    mask[2, 1, 4] = True
    expected = np.minimum(brute_force(~mask, ANISOTROPIC), clip_mm)
    result = signed_distance_map(mask, spacing_mm=ANISOTROPIC, clip_mm=clip_mm)
    assert np.allclose(result, expected, atol=1e-5)


def test_signed_map_where_all_is_surface() -> None:
    assert not signed_distance_map(np.ones((2, 2, 2), bool), spacing_mm=ANISOTROPIC).any()


def test_signed_map_has_no_negative_zero() -> None:
    result = signed_distance_map(ball((7, 7, 7), 2.5), spacing_mm=(1.0, 1.0, 1.0))
    assert not np.signbit(result[result == 0]).any()


def test_signed_map_of_a_full_mask_is_measured_to_the_faces() -> None:
    # The middle of a 5 x 5 x 5 block is two voxels from the block's surface voxels.
    result = signed_distance_map(np.ones((5, 5, 5), bool), spacing_mm=(1.0, 1.0, 1.0))
    assert result[2, 2, 2] == -2
    assert result[0].max() == 0


def test_signed_map_refuses_nonsense() -> None:
    mask = ball((7, 7, 7), 2.5)
    with pytest.raises(LascarError, match="mask is empty"):
        signed_distance_map(np.zeros((3, 3, 3), bool), spacing_mm=(1.0, 1.0, 1.0))
    for name, value in itertools.product(("beta", "clip_mm"), (0.0, -1.0, float("nan"))):
        with pytest.raises(LascarError, match=name):
            signed_distance_map(mask, spacing_mm=(1.0, 1.0, 1.0), **{name: value})

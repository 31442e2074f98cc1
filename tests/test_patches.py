import itertools

import numpy as np
import pytest
import torch
from scipy import ndimage

from lascarlib.augment import Augmentation, random_transform
from lascarlib.patches import take_patch

VOLUME = np.random.default_rng(0).normal(size=(2, 12, 10, 7)).astype(np.float32)


def centre_of(start, shape) -> np.ndarray:
    """Centre of the patch whose first voxel is `start`."""
    return np.array(start) + (np.array(shape) - 1) / 2


@pytest.mark.parametrize("shape", [(4, 5, 3), (1, 2, 7), (12, 10, 7)])
def test_the_identity_gives_the_exact_crop(shape) -> None:
    start = tuple(n // 3 for n in np.array(VOLUME.shape[1:]) - shape)
    patch = take_patch(VOLUME, centre=centre_of(start, shape), matrix=np.eye(3), shape=shape)
    crop = VOLUME[(slice(None), *(slice(a, a + n) for a, n in zip(start, shape, strict=True)))]
    np.testing.assert_allclose(patch.numpy(), crop, atol=1e-5)


def test_outside_the_volume_there_is_zero() -> None:
    ones = np.ones((1, 3, 3, 3), np.float32)
    patch = take_patch(ones, centre=np.ones(3), matrix=np.eye(3), shape=(7, 3, 3))[0]
    # Voxels -2 .. 4 of a volume that has 0 .. 2.
    assert patch[:, 1, 1].round(decimals=5).tolist() == [0, 0, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_is_a_flip_of_the_crop(axis) -> None:
    signs = np.ones(3)
    signs[axis] = -1
    shape = (5, 4, 3)
    patch = take_patch(
        VOLUME, centre=centre_of((2, 3, 1), shape), matrix=np.diag(signs), shape=shape
    )
    crop = VOLUME[:, 2:7, 3:7, 1:4]
    np.testing.assert_allclose(patch.numpy(), np.flip(crop, axis + 1), atol=1e-5)


@pytest.mark.parametrize("signs", list(itertools.product((1, -1), repeat=3)))
@pytest.mark.parametrize("shape", [(5, 4, 3), (16, 6, 9), (20, 20, 1)])
@pytest.mark.parametrize("start", [(2, 3, 1), (-3, 0, 3), (7, -2, 4)])
def test_copied_voxels_are_those_that_interpolation_finds(start, shape, signs) -> None:
    # A ten-thousandth of a voxel aside, the patch is interpolated: from the same voxels.
    matrix, centre = np.diag(signs).astype(float), centre_of(start, shape)
    copied = take_patch(VOLUME, centre=centre, matrix=matrix, shape=shape)
    aside = take_patch(VOLUME, centre=centre + 1e-4, matrix=matrix, shape=shape)
    np.testing.assert_allclose(copied.numpy(), aside.numpy(), atol=5e-3)
    assert np.isin(copied.numpy(), np.append(VOLUME, 0)).all()


def test_an_axis_of_one_voxel_is_continued() -> None:
    # A single slice, wanted in a patch of three, is the same slice three times, turned or not.
    slab = VOLUME[:, :, :, :1]
    centre = np.array([5.5, 4.5, 0.0])
    for angle in (0.0, 0.3):
        turn = np.eye(3)
        turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        patch = take_patch(slab, centre=centre, matrix=turn, shape=(4, 4, 3))
        assert torch.equal(patch[..., 0], patch[..., 1])
        assert torch.equal(patch[..., 0], patch[..., 2])
        assert patch.abs().min() > 0


@pytest.mark.parametrize("rotation_chance", [1, 0])
@pytest.mark.parametrize("centre", [(5.0, 4.0, 3.0), (-0.3, 8.0, 6.2)])
@pytest.mark.parametrize("shape", [(6, 6, 4), (5, 20, 9)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_transform_agrees_with_scipy(rotation_chance, centre, shape, seed) -> None:
    strong = Augmentation(rotation_degrees=40, rotation_chance=rotation_chance, scaling_chance=1)
    matrix = random_transform(np.random.default_rng(seed), strong, spacing_mm=(1.0, 1.0, 2.5))
    centre = np.array(centre)
    patch = take_patch(VOLUME, centre=centre, matrix=matrix, shape=shape).numpy()
    offset = centre - matrix @ ((np.array(shape) - 1) / 2)
    for ours, channel in zip(patch, np.pad(VOLUME, ((0, 0), *[(9, 9)] * 3)), strict=True):
        theirs = ndimage.affine_transform(channel, matrix, offset + 9, shape, order=1)
        np.testing.assert_allclose(ours, theirs, atol=1e-4)

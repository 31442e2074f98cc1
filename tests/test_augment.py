import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from lascarlib.augment import Augmentation, change_grey_levels, random_transform
from lascarlib.geometry import boundary_distance_map, signed_distance_map
from lascarlib.patches import take_patch

VOLUME = np.random.default_rng(0).normal(size=(2, 12, 10, 7)).astype(np.float32)


def centre_of(start, shape) -> np.ndarray:
    """Centre of the patch whose first voxel is `start`."""
    return np.array(start) + (np.array(shape) - 1) / 2


def test_image_and_label_move_together() -> None:
    # The label is a threshold of the image: after any transform it still is, but for the rim.
    steps = np.meshgrid(*(np.arange(20) - 9.5,) * 3, indexing="ij")
    image = 6 - np.sqrt(sum(step**2 for step in steps)).astype(np.float32)
    volume = np.stack([image, (image > 0).astype(np.float32)])
    strong = Augmentation(rotation_chance=1, scaling_chance=1)
    for seed in range(5):
        matrix = random_transform(np.random.default_rng(seed), strong, spacing_mm=(1, 1, 1))
        moved, label = take_patch(volume, centre=np.full(3, 9.5), matrix=matrix, shape=(14, 14, 14))
        certain = moved.abs() > 1
        assert label.sum() > 100
        assert torch.equal((label >= 0.5)[certain], (moved > 0)[certain])


def test_the_map_of_a_mirrored_label_is_the_mirrored_map() -> None:
    label = np.zeros((12, 10, 6), bool)
    label[2:7, 3:6, 1:4] = label[7:9, 3:4, 2:3] = True
    spacing_mm = (1.25, 1.25, 2.5)
    map_mm = signed_distance_map(label, spacing_mm=spacing_mm)
    volume = np.stack([label, map_mm]).astype(np.float32)
    mirrored = take_patch(
        volume,
        centre=centre_of((0, 0, 0), label.shape),
        matrix=np.diag([-1, 1, -1.0]),
        shape=label.shape,
    ).numpy()
    again_mm = signed_distance_map(mirrored[0] >= 0.5, spacing_mm=spacing_mm)
    np.testing.assert_allclose(mirrored[1], again_mm, atol=1e-4)


def lump(shape: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """An ellipsoid with a bump to one side, around the middle."""
    away = (np.indices(shape).T - (np.array(shape) - 1) / 2) * spacing_mm
    bump = np.linalg.norm(away - (3.0, 2.0, 1.0), axis=-1) < 3
    return (np.linalg.norm(away / (5.0, 3.5, 3.0), axis=-1) < 1).T | bump.T


def maps_of(label: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """JSQ's signed map and BF's map, in mm."""
    maps_mm = (
        of(label, spacing_mm=spacing_mm) for of in (signed_distance_map, boundary_distance_map)
    )
    return np.stack(list(maps_mm))


def test_the_map_of_a_label_turned_by_90_degrees_is_the_turned_map() -> None:
    spacing_mm, shape = (1.25, 1.25, 2.5), (14, 14, 8)
    label = lump(shape, spacing_mm)
    volume = np.concatenate([label[None], maps_of(label, spacing_mm)]).astype(np.float32)
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    turned = take_patch(volume, centre=centre_of((0, 0, 0), shape), matrix=quarter, shape=shape)
    assert not np.array_equal(turned[0] >= 0.5, label)
    again_mm = maps_of((turned[0] >= 0.5).numpy(), spacing_mm)
    np.testing.assert_allclose(turned[1:], again_mm, atol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_the_map_of_a_label_turned_freely_is_the_turned_map_to_about_a_voxel(seed) -> None:
    # A turned label is cut at a half: its border, and so the map, may move by a voxel, not by two.
    # BF's band has square windows in the slice: only there may it be turned, and its corners give.
    whole, shape = (30, 30, 30), (16, 16, 16)
    label = lump(whole, (1, 1, 1))
    volume = np.concatenate([label[None], maps_of(label, (1, 1, 1))]).astype(np.float32)
    angles = np.random.default_rng(seed).uniform(-np.pi / 6, np.pi / 6, size=3)
    for freely in (True, False):
        turn = Rotation.from_euler("xyz", angles if freely else [0, 0, angles[2]]).as_matrix()
        turned = take_patch(volume, centre=np.full(3, 14.5), matrix=turn, shape=shape).numpy()
        again_mm = maps_of(turned[0] >= 0.5, (1, 1, 1))
        apart_mm = np.abs(turned[1:] - again_mm)[0 if freely else 1]
        assert apart_mm.max() < 2
        assert apart_mm.mean() < 0.5


@pytest.mark.parametrize("scale", [0.8, 1.25])
def test_a_scaled_map_lies_where_its_label_does_and_keeps_its_values(scale) -> None:
    whole, shape = (30, 30, 30), (16, 16, 16)
    label = lump(whole, (1, 1, 1))
    volume = np.concatenate([label[None], maps_of(label, (1, 1, 1))]).astype(np.float32)
    scaled = take_patch(volume, centre=np.full(3, 14.5), matrix=np.eye(3) / scale, shape=shape)
    again_mm = signed_distance_map((scaled[0] >= 0.5).numpy(), spacing_mm=(1, 1, 1))
    apart_mm = np.abs(scale * scaled[1].numpy() - again_mm)
    assert apart_mm.max() < 2
    assert apart_mm.mean() < 0.5
    assert np.abs(scaled[1].numpy() - again_mm).max() > apart_mm.max()


def test_rotation_and_scaling_act_in_mm() -> None:
    spacing_mm = (1.0, 1.25, 2.5)
    strong = Augmentation(rotation_degrees=45, rotation_chance=1, scaling_chance=0, mirror=False)
    matrix = random_transform(np.random.default_rng(0), strong, spacing_mm=spacing_mm)
    to_mm = np.diag(spacing_mm)
    in_mm = to_mm @ matrix @ np.linalg.inv(to_mm)
    # A rotation keeps lengths in mm and does not mirror.
    np.testing.assert_allclose(in_mm @ in_mm.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(in_mm) == pytest.approx(1)
    assert not np.allclose(in_mm, np.eye(3), atol=0.05)


@pytest.mark.parametrize(
    ("spacing_mm", "axis"), [((1, 1.25, 2.5), 2), ((3, 1, 1), 0), ((1, 1, 1), 2)]
)
def test_a_turn_about_the_coarsest_axis_stays_in_the_slice(spacing_mm, axis) -> None:
    only = Augmentation(
        rotation_degrees=180, rotation_chance=1, rotation_axes="coarsest", scaling_chance=0
    )
    rng = np.random.default_rng(0)
    cosines = []
    for _ in range(40):
        matrix = np.abs(random_transform(rng, only, spacing_mm=spacing_mm))
        beside = [other for other in range(3) if other != axis]
        assert matrix[axis, axis] == 1
        assert not matrix[axis, beside].any()
        assert not matrix[beside, axis].any()
        cosines.append(matrix[beside[0], beside[0]])
    assert min(cosines) < 0.2  # some are turned by nearly a quarter
    assert max(cosines) > 0.9


def test_scaling_stays_in_its_range() -> None:
    only = Augmentation(rotation_chance=0, scaling=0.25, scaling_chance=1, mirror=False)
    rng = np.random.default_rng(0)
    sizes = [1 / random_transform(rng, only, spacing_mm=(1, 1, 3))[0, 0] for _ in range(200)]
    assert 0.75 <= min(sizes) < 0.78
    assert 1.22 < max(sizes) <= 1.25


def test_each_axis_is_mirrored_half_of_the_time() -> None:
    only = Augmentation(rotation_chance=0, scaling_chance=0)
    rng = np.random.default_rng(0)
    signs = np.array(
        [np.diag(random_transform(rng, only, spacing_mm=(1, 1, 3))) for _ in range(400)]
    )
    assert set(signs.ravel()) == {-1.0, 1.0}
    # 400 coins: SD 0.025 of the share, four of them either way.
    np.testing.assert_allclose((signs < 0).mean(axis=0), 0.5, atol=0.1)


def test_the_generator_decides_everything() -> None:
    def patch(seed):
        rng = np.random.default_rng(seed)
        matrix = random_transform(rng, Augmentation(rotation_chance=1), spacing_mm=(1, 1, 2))
        moved = take_patch(VOLUME, centre=np.array([5, 4, 3]), matrix=matrix, shape=(4, 4, 4))
        always = Augmentation(gamma_chance=1, noise_chance=1)
        return change_grey_levels(moved[0], rng, always)

    assert torch.equal(patch(3), patch(3))
    assert not torch.equal(patch(3), patch(4))


def test_without_chance_the_grey_levels_stay() -> None:
    image = torch.from_numpy(VOLUME[0])
    never = Augmentation(gamma_chance=0, noise_chance=0)
    assert torch.equal(change_grey_levels(image, np.random.default_rng(0), never), image)


def test_gamma_keeps_order_mean_and_deviation() -> None:
    image = torch.from_numpy(VOLUME[0])
    only = Augmentation(gamma=0.5, gamma_chance=1, noise_chance=0)
    bent = change_grey_levels(image, np.random.default_rng(0), only)
    assert not torch.allclose(bent, image, atol=0.01)
    assert bent.mean().item() == pytest.approx(image.mean().item(), abs=1e-5)
    assert bent.std().item() == pytest.approx(image.std().item(), rel=1e-5)
    assert torch.equal(bent.ravel().argsort(), image.ravel().argsort())


def test_noise_is_no_louder_than_said() -> None:
    image = torch.zeros(30, 30, 30)
    only = Augmentation(gamma_chance=0, noise_sd=0.3, noise_chance=1)
    rng = np.random.default_rng(0)
    louds = [change_grey_levels(image, rng, only).std().item() for _ in range(20)]
    assert 0 < min(louds) < 0.1
    assert 0.2 < max(louds) < 0.31


def test_a_constant_patch_stays_finite() -> None:
    always = Augmentation(gamma_chance=1, noise_chance=0)
    flat = change_grey_levels(torch.full((3, 3, 3), 2.0), np.random.default_rng(0), always)
    assert torch.equal(flat, torch.full((3, 3, 3), 2.0))

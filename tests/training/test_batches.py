from unittest import mock

import numpy as np
import pytest
import torch
from scipy.ndimage import label as components

from lascarlib.augment import Augmentation
from lascarlib.geometry import surface_voxels
from lascarlib.preprocess import Sample
from lascarlib.training.batches import Batches, BatchPlan, store_sample

SHAPE = (20, 16, 10)
STILL = Augmentation(
    rotation_chance=0, scaling_chance=0, mirror=False, gamma_chance=0, noise_chance=0
)


@pytest.fixture
def files(tmp_path):
    """Two samples whose image counts its voxels, with one voxel of structure each.

    They are stored as samples with further maps are, for float16 cannot count that far.
    """
    for k, voxel in enumerate([(3, 4, 5), (18, 1, 9)]):
        image = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(1, *SHAPE) + 10_000 * k
        label = np.zeros(SHAPE, bool)
        label[voxel] = True
        np.save(tmp_path / f"case_{k}.npy", np.concatenate([image, label[None]], dtype=np.float32))
    return [tmp_path / "case_0.npy", tmp_path / "case_1.npy"]


def plan(**changes) -> BatchPlan:
    values = {
        "patch_voxels": (8, 6, 4),
        "batch_size": 3,
        "foreground_share": 1 / 3,
        "spacing_mm": (1.0, 1.0, 2.0),
        "augmentation": Augmentation(rotation_chance=0.5, noise_chance=0.5),
        "seed": 5,
    }
    return BatchPlan(**{**values, **changes})


def test_shapes_and_types(files) -> None:
    image, label = Batches(files, plan())[0]
    assert (image.shape, image.dtype) == ((3, 1, 8, 6, 4), torch.float32)
    assert (label.shape, label.dtype) == ((3, 1, 8, 6, 4), torch.float32)
    assert label.min() >= 0
    assert label.max() <= 1


def test_a_batch_is_a_function_of_seed_and_iteration_alone(files) -> None:
    one, other = Batches(files, plan()), Batches(files, plan())
    later = one[7]
    for k in (3, 0, 7):  # in any order
        other_image, other_label = other[k]
    assert torch.equal(later[0], other_image)
    assert torch.equal(later[1], other_label)
    assert not torch.equal(one[8][0], later[0])
    assert not torch.equal(Batches(files, plan(seed=6))[7][0], later[0])


def test_processes_that_share_a_batch_make_it_together_and_nothing_twice(files) -> None:
    whole = Batches(files, plan(batch_size=5))[7]
    shares = [Batches(files, plan(batch_size=5), share=slice(k, None, 2)) for k in range(2)]
    for k, own in enumerate(shares):
        for part, every in zip(own[7], whole, strict=True):
            assert torch.equal(part, every[k::2])
    with mock.patch.object(Batches, "_patch", autospec=True, side_effect=Batches._patch) as made:
        shares[1][0]
    assert made.call_count == 2  # of five


def test_without_augmentation_a_patch_is_an_exact_crop_that_lies_inside(files) -> None:
    batches = Batches(files, plan(augmentation=STILL))
    volumes = [np.load(file)[0] for file in files]
    for k in range(20):
        for patch in batches[k][0][:, 0].numpy():
            # The counter in the first voxel says where the patch was cut out.
            case, first = divmod(round(float(patch[0, 0, 0])), 10_000)
            x, y, z = np.unravel_index(first, SHAPE)
            crop = volumes[case][x : x + 8, y : y + 6, z : z + 4]
            assert crop.shape == patch.shape
            np.testing.assert_allclose(patch, crop, rtol=1e-5, atol=0.05)


@pytest.mark.parametrize(("share", "least"), [(0.0, 0), (0.34, 2), (1.0, 4)])
def test_the_last_patches_of_a_batch_show_the_structure(files, share, least) -> None:
    batches = Batches(files, plan(augmentation=STILL, batch_size=4, foreground_share=share))
    shown = [batches[k][1].flatten(1).amax(dim=1).ge(0.5).tolist() for k in range(30)]
    assert all(sum(row[4 - least :]) == least for row in shown)
    if share < 1:  # a random patch misses one voxel of 3200 now and then
        assert not all(all(row) for row in shown)


def test_batches_of_one_patch_take_turns(files) -> None:
    batches = Batches(files, plan(augmentation=STILL, batch_size=1, foreground_share=0.4))
    shown = [bool(batches[k][1].amax() >= 0.5) for k in range(100)]
    assert all(shown[k] for k in range(100) if k % 5 in (2, 4))  # 0.4 of each five
    assert not all(shown)


def test_a_patch_around_the_middle_of_the_image_is_always_the_same_crop(files) -> None:
    # 20 x 16 x 10 voxels, a patch of 8 x 6 x 4: it starts 6, 5 and 3 voxels in.
    own = plan(augmentation=STILL, patch_centre="image", foreground_share=1.0)
    batches = Batches(files, own)
    crops = [np.load(file)[0, 6:14, 5:11, 3:7] for file in files]
    for k in range(5):
        for patch in batches[k][0][:, 0].numpy():
            np.testing.assert_array_equal(patch, crops[int(patch[0, 0, 0] > 9000)])


def test_a_patch_larger_than_the_volume_is_padded_with_zeros(files) -> None:
    batches = Batches(files, plan(augmentation=STILL, patch_voxels=(24, 16, 12)))
    image = batches[0][0][0, 0]
    # 20 of 24 and 10 of 12 voxels: two rows of zeros in front and behind, then one.
    outside = torch.ones(24, 16, 12, dtype=torch.bool)
    outside[2:-2, :, 1:-1] = False
    assert image[outside].abs().max() < 0.01
    assert (image[~outside] > 0.5).sum() >= 20 * 16 * 10 - 1


def test_samples_take_half_the_bytes_but_where_distances_are_learned(tmp_path) -> None:
    rng = np.random.default_rng(0)
    channels = rng.normal(size=(2, *SHAPE)).astype(np.float32)
    label, maps = rng.random(SHAPE) > 0.5, channels * 40
    store_sample(Sample("without", channels, label), tmp_path)
    store_sample(Sample("with", channels, label, maps), tmp_path)
    half, whole = (np.load(tmp_path / f"{name}.npy") for name in ("without", "with"))
    assert half.dtype == np.float16
    np.testing.assert_allclose(half[:2], channels, rtol=2**-11, atol=1e-7)
    np.testing.assert_array_equal(half[2], label)
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(whole, np.concatenate([channels, label[None], maps]))
    for name in ("without", "with"):
        image, target = Batches([tmp_path / f"{name}.npy"], plan())[0]
        assert image.dtype == target.dtype == torch.float32


def test_a_case_without_structure_still_gives_patches(tmp_path) -> None:
    sample = Sample("a", np.ones((2, *SHAPE), np.float32), np.zeros(SHAPE, bool))
    store_sample(sample, tmp_path)
    image, label = Batches([tmp_path / "a.npy"], plan(foreground_share=1.0))[0]
    assert image.shape == (3, 2, 8, 6, 4)
    assert not label.any()


def test_a_rotated_wall_one_voxel_thin_keeps_its_mass_and_stays_closed(tmp_path) -> None:
    # A ball of 20 mm on voxels of 1.25 x 1.25 x 2.5 mm; its surface is one voxel thin.
    spacing_mm, shape = (1.25, 1.25, 2.5), (48, 48, 24)
    from_centre_mm = [
        (axis - (n - 1) / 2) * edge
        for axis, n, edge in zip(np.indices(shape), shape, spacing_mm, strict=True)
    ]
    ball = sum(d**2 for d in from_centre_mm) < 20**2
    wall = surface_voxels(ball)
    store_sample(Sample("ball", np.zeros((1, *shape), np.float32), wall), tmp_path)
    turned = Augmentation(rotation_degrees=30.0, rotation_chance=1.0, scaling_chance=0.0)
    own = plan(augmentation=turned, spacing_mm=spacing_mm, patch_voxels=shape, foreground_share=0.0)
    _, targets = Batches([tmp_path / "ball.npy"], own)[0]
    leaking = 0
    for soft in targets[:, 0].numpy():
        assert soft.sum() == pytest.approx(wall.sum(), rel=0.02)
        assert not leaks(soft == 0)
        leaking += leaks(soft < 0.5)
    assert leaking == 3  # so a half is no threshold for labels as thin as this


def leaks(is_open: np.ndarray) -> bool:
    """Whether open voxels lead from the middle to a corner."""
    parts, _ = components(is_open)
    return parts[tuple(n // 2 for n in parts.shape)] == parts[0, 0, 0]


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_patches_are_augmented_on_another_device(files, chance) -> None:
    # "meta" computes shapes alone and refuses tensors of another device: nothing is left behind.
    augmentation = Augmentation(
        rotation_chance=chance, scaling_chance=chance, gamma_chance=chance, noise_chance=chance
    )
    image, target = Batches(files, plan(augmentation=augmentation), device="meta")[0]
    assert image.device.type == target.device.type == "meta"
    assert image.shape == target.shape == (3, 1, 8, 6, 4)

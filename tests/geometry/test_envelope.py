import itertools

import numpy as np
import pytest
from scipy import ndimage

from lascarlib.geometry.envelope import distance_to_seeds
from lascarlib.geometry.grid import Box, bounding_box

ANISOTROPIC = (0.625, 0.8, 2.5)


def brute_force(seeds: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Every voxel against every seed."""
    voxels = np.argwhere(np.ones_like(seeds)) * spacing_mm
    gaps = voxels[:, None] - np.argwhere(seeds) * spacing_mm
    return np.linalg.norm(gaps, axis=-1).min(axis=1).reshape(seeds.shape)


def whole(volume: np.ndarray) -> Box:
    return Box((0, 0, 0), volume.shape)


def test_two_seeds_on_a_row_by_hand() -> None:
    # Seeds at 1 and 5, voxels of 2 mm; the middle, 3, is 4 mm from either.
    row = np.zeros((7, 1, 1), bool)
    row[[1, 5]] = True
    for axis in range(3):
        line = np.moveaxis(row, 0, axis)
        distance = distance_to_seeds(
            line, start=(0, 0, 0), region=whole(line), spacing_mm=(2.0, 2.0, 2.0)
        )
        assert distance.ravel().tolist() == [2, 0, 2, 4, 2, 0, 2]


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), ANISOTROPIC, (2.5, 0.1, 7.0)])
@pytest.mark.parametrize("share", [0.002, 0.02, 0.3, 0.9])
def test_equal_to_brute_force(share: float, spacing_mm: tuple[float, float, float]) -> None:
    seeds = np.random.default_rng(5).random((14, 9, 11)) < share
    seeds[3, 4, 5] = True
    distance = distance_to_seeds(seeds, start=(0, 0, 0), region=whole(seeds), spacing_mm=spacing_mm)
    assert np.allclose(distance, brute_force(seeds, spacing_mm), atol=1e-5)
    assert distance.dtype == np.float32


def test_long_lines_are_equal_to_scipy() -> None:
    # Longer than a run and wider than a block, with seeds in two far groups.
    seeds = np.zeros((130, 70, 110), bool)
    seeds[5:9, 60:64, 3:6] = np.random.default_rng(0).random((4, 4, 3)) < 0.5
    seeds[100:120, 5:25, 80:105] = np.random.default_rng(1).random((20, 20, 25)) < 0.01
    expected = ndimage.distance_transform_edt(~seeds, sampling=ANISOTROPIC)
    distance = distance_to_seeds(
        seeds, start=(0, 0, 0), region=whole(seeds), spacing_mm=ANISOTROPIC
    )
    assert np.abs(distance - expected).max() < 1e-4


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_seeds_block_and_the_region_lie_anywhere(order) -> None:
    rng = np.random.default_rng(2)
    volume = np.zeros((40, 30, 20), bool)
    volume[12:20, 9:16, 6:11] = rng.random((8, 7, 5)) < 0.1
    expected = brute_force(volume, ANISOTROPIC)
    block = bounding_box(volume)
    for _ in range(20):
        ends = np.sort([rng.choice(n + 1, size=2, replace=False) for n in volume.shape], axis=1)
        region = Box(tuple(ends[:, 0].tolist()), tuple(ends[:, 1].tolist()))
        distance = distance_to_seeds(
            np.asarray(volume[block.slices], order=order),
            start=block.start,
            region=region,
            spacing_mm=ANISOTROPIC,
        )
        assert np.allclose(distance, expected[region.slices], atol=1e-5)


def test_every_corner_region_of_one_seed() -> None:
    # The seed's own voxel is 0 and its diagonal neighbours sqrt(9 + 16 + 144) = 13 mm away.
    for corner in itertools.product((0, 2), repeat=3):
        region = Box(corner, tuple(c + 1 for c in corner))
        one = distance_to_seeds(
            np.ones((1, 1, 1), bool), start=(1, 1, 1), region=region, spacing_mm=(3.0, 4.0, 12.0)
        )
        assert one.ravel().tolist() == [13]


def test_without_seeds_it_is_infinitely_far() -> None:
    nothing = np.zeros((3, 4, 5), bool)
    distance = distance_to_seeds(
        nothing, start=(0, 0, 0), region=whole(nothing), spacing_mm=ANISOTROPIC
    )
    assert np.isposinf(distance).all()


def test_memory_order_follows_the_seeds() -> None:
    seeds = np.random.default_rng(3).random((6, 5, 4)) < 0.2
    as_read = distance_to_seeds(
        np.asfortranarray(seeds), start=(0, 0, 0), region=whole(seeds), spacing_mm=ANISOTROPIC
    )
    assert as_read.flags.f_contiguous

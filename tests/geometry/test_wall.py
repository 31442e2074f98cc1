import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import surface_voxels, wall_labels

ANISOTROPIC = (0.625, 0.8, 2.5)


def blob_and_scar(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """An LA of 5 x 4 x 3 voxels in a larger volume, and scar strewn about it."""
    atrium = np.zeros((9, 8, 7), bool)
    atrium[2:7, 2:6, 2:5] = True
    return atrium, np.random.default_rng(seed).random(atrium.shape) < 0.02


def test_scar_on_the_surface_stays_where_it_is() -> None:
    atrium, _ = blob_and_scar(0)
    scar = np.zeros_like(atrium)
    scar[2, 3, 3] = scar[6, 5, 4] = True
    normal, marked = wall_labels(atrium, scar, spacing_mm=ANISOTROPIC)
    assert np.array_equal(marked, scar)
    assert np.array_equal(normal, surface_voxels(atrium) & ~scar)


def test_the_spacing_decides_which_voxel_is_nearest() -> None:
    # From the middle of a 5 x 5 x 3 block of cubes the caps above and below are one voxel away;
    # where slices are 3 voxels' widths apart, the four sides at two voxels are nearer.
    atrium = np.ones((5, 5, 3), bool)
    scar = np.zeros_like(atrium)
    scar[2, 2, 1] = True
    _, cubes = wall_labels(atrium, scar, spacing_mm=(1.0, 1.0, 1.0))
    assert np.argwhere(cubes).tolist() == [[2, 2, 0], [2, 2, 2]]
    _, slabs = wall_labels(atrium, scar, spacing_mm=(1.0, 1.0, 3.0))
    assert np.argwhere(slabs).tolist() == [[0, 2, 1], [2, 0, 1], [2, 4, 1], [4, 2, 1]]


@pytest.mark.parametrize("seed", range(3))
def test_equal_to_brute_force(seed: int) -> None:
    atrium, scar = blob_and_scar(seed)
    candidates = np.argwhere(surface_voxels(atrium))
    expected = np.zeros_like(atrium)
    for voxel in np.argwhere(scar):
        gaps = np.linalg.norm((candidates - voxel) * ANISOTROPIC, axis=1)
        expected[tuple(candidates[np.isclose(gaps, gaps.min())].T)] = True
    normal, marked = wall_labels(atrium, scar, spacing_mm=ANISOTROPIC)
    assert np.array_equal(marked, expected)
    assert np.array_equal(normal ^ marked, surface_voxels(atrium))


def test_labels_of_a_mirrored_case_are_mirrored() -> None:
    # A tie broken by array order would break this.
    atrium, scar = blob_and_scar(4)
    labels = wall_labels(atrium, scar, spacing_mm=(1.0, 1.0, 1.0))
    for axis in range(3):
        flipped = (np.flip(mask, axis) for mask in (atrium, scar))
        mirrored = wall_labels(*flipped, spacing_mm=(1.0, 1.0, 1.0))
        assert np.array_equal(np.flip(mirrored, axis + 1), labels)


def test_without_scar_all_wall_is_normal_and_the_other_way_round() -> None:
    atrium, _ = blob_and_scar(0)
    surface = surface_voxels(atrium)
    normal, marked = wall_labels(atrium, np.zeros_like(atrium), spacing_mm=ANISOTROPIC)
    assert np.array_equal(normal, surface)
    assert not marked.any()
    normal, marked = wall_labels(atrium, np.ones_like(atrium), spacing_mm=ANISOTROPIC)
    assert np.array_equal(marked, surface)
    assert not normal.any()


def test_nonsense_is_refused() -> None:
    atrium, scar = blob_and_scar(0)
    with pytest.raises(LascarError, match=r"\(9, 8, 7\) and scar \(9, 8, 6\)"):
        wall_labels(atrium, scar[:, :, 1:], spacing_mm=ANISOTROPIC)
    with pytest.raises(LascarError, match="atrium is empty"):
        wall_labels(np.zeros_like(atrium), scar, spacing_mm=ANISOTROPIC)
    with pytest.raises(LascarError, match="scar has type"):
        wall_labels(atrium, scar.astype(float), spacing_mm=ANISOTROPIC)
    with pytest.raises(LascarError, match="spacing_mm"):
        wall_labels(atrium, scar, spacing_mm=(1.0, 1.0, 0.0))

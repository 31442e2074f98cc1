from math import exp
from typing import get_args

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import distance_probability_maps, wall_labels
from lascarlib.geometry.probability import Variant

VARIANTS = get_args(Variant)
ANISOTROPIC = (0.625, 0.8, 2.5)


def row() -> tuple[np.ndarray, np.ndarray]:
    """An LA of two voxels, at 1 and 2, and scar at 3: normal wall at 1, scar projected to 2."""
    atrium, scar = np.zeros((2, 5, 1, 1), bool)
    atrium[1:3], scar[3] = True, True
    return atrium, scar


def case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    atrium = np.zeros((9, 8, 7), bool)
    atrium[2:7, 2:6, 2:5] = True
    return atrium, np.random.default_rng(seed).random(atrium.shape) < 0.02


def test_exp_by_hand() -> None:
    # Voxels of 2 mm: steps of 1 voxel are 2 mm.
    maps = distance_probability_maps(*row(), spacing_mm=(2.0, 1.0, 1.0))
    normal = [exp(-d) for d in (2, 0, 2, 4, 6)]
    scar = [exp(-d) for d in (4, 2, 0, 2, 4)]
    assert np.allclose(maps[:, :, 0, 0], [normal, scar], atol=1e-7)
    assert maps.dtype == np.float32


def test_expit_by_hand() -> None:
    maps = distance_probability_maps(*row(), spacing_mm=(2.0, 1.0, 1.0), variant="expit")
    normal = [1 / (1 + exp(d)) for d in (2, 0, 2, 4, 6)]
    scar = [1 / (1 + exp(d)) for d in (4, 2, 0, 2, 4)]
    assert np.allclose(maps[:, :, 0, 0], [normal, scar], atol=1e-7)


def test_exp_normalised_by_hand() -> None:
    # Background is at 0, 3 and 4, where its probability is 1; at 1 and 2 it is 2 mm away.
    maps = distance_probability_maps(*row(), spacing_mm=(2.0, 1.0, 1.0), variant="exp-normalised")
    total = [
        exp(-2) + exp(-4) + 1,
        1 + exp(-2) + exp(-2),
        exp(-2) + 1 + exp(-2),
        exp(-4) + exp(-2) + 1,
        exp(-6) + exp(-4) + 1,
    ]
    normal = [exp(-d) for d in (2, 0, 2, 4, 6)]
    assert np.allclose(maps[0, :, 0, 0], np.divide(normal, total), atol=1e-7)


def test_expit_normalised_by_hand() -> None:
    # The background's border voxels are 0 and 3; voxel 4 lies 2 mm inside it, the wall 2 mm out.
    maps = distance_probability_maps(*row(), spacing_mm=(2.0, 1.0, 1.0), variant="expit-normalised")

    def p(phi: float) -> float:
        return 1 / (1 + exp(phi))

    background = [p(0), p(2), p(2), p(0), p(-2)]
    normal, scar = ([p(d) for d in ds] for ds in ((2, 0, 2, 4, 6), (4, 2, 0, 2, 4)))
    total = np.add(np.add(normal, scar), background)
    assert np.allclose(maps[:, :, 0, 0], [normal / total, scar / total], atol=1e-7)


@pytest.mark.parametrize("seed", range(2))
def test_equal_to_brute_force(seed: int) -> None:
    labels = wall_labels(*case(seed), spacing_mm=ANISOTROPIC)
    maps = distance_probability_maps(*case(seed), spacing_mm=ANISOTROPIC)
    for label, found in zip(labels, maps, strict=True):
        voxels = np.argwhere(label)
        for voxel in np.argwhere(np.ones_like(label)):
            gap = np.linalg.norm((voxels - voxel) * ANISOTROPIC, axis=1).min()
            assert found[tuple(voxel)] == pytest.approx(exp(-gap), abs=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_wall_voxel_is_likeliest_what_its_label_says(variant) -> None:
    normal, scar = wall_labels(*case(1), spacing_mm=ANISOTROPIC)
    p_normal, p_scar = distance_probability_maps(*case(1), spacing_mm=ANISOTROPIC, variant=variant)
    assert (p_normal[normal] > p_scar[normal]).all()
    assert (p_scar[scar] > p_normal[scar]).all()


@pytest.mark.parametrize("variant", ["exp-normalised", "expit-normalised"])
def test_far_from_the_wall_everything_is_background(variant) -> None:
    # The volume's face is no border of the background: the far corner is 60 mm from all wall.
    atrium, scar = np.zeros((2, 62, 3, 3), bool)
    atrium[:2], scar[0, 0, 0] = True, True
    maps = distance_probability_maps(atrium, scar, spacing_mm=(1.0, 1.0, 1.0), variant=variant)
    assert maps[:, -1].max() < 1e-20


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_empty_label_has_probability_zero(variant) -> None:
    atrium, _ = case(0)
    for scar, missing in ((np.zeros_like(atrium), 1), (np.ones_like(atrium), 0)):
        maps = distance_probability_maps(atrium, scar, spacing_mm=ANISOTROPIC, variant=variant)
        assert not maps[missing].any()
        assert maps[1 - missing].max() >= 0.5
        assert np.isfinite(maps).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_where_all_is_surface(variant) -> None:
    # Every voxel of a 2 x 2 x 2 volume is surface: there is no background to normalise with.
    full, scar = np.ones((2, 2, 2), bool), np.zeros((2, 2, 2), bool)
    maps = distance_probability_maps(full, scar, spacing_mm=ANISOTROPIC, variant=variant)
    assert (maps[0] == (0.5 if variant == "expit" else 1)).all()
    assert not maps[1].any()


@pytest.mark.parametrize("variant", VARIANTS)
def test_maps_of_a_mirrored_case_are_mirrored(variant) -> None:
    atrium, scar = case(2)
    maps = distance_probability_maps(atrium, scar, spacing_mm=(0.7, 0.7, 1.5), variant=variant)
    for axis in range(3):
        mirrored = distance_probability_maps(
            np.flip(atrium, axis), np.flip(scar, axis), spacing_mm=(0.7, 0.7, 1.5), variant=variant
        )
        assert np.allclose(np.flip(mirrored, axis + 1), maps, atol=1e-6)


def test_nonsense_is_refused() -> None:
    atrium, scar = row()
    with pytest.raises(LascarError, match="exp, exp-normalised, expit, expit-normalised"):
        distance_probability_maps(atrium, scar, spacing_mm=ANISOTROPIC, variant="softmax")
    with pytest.raises(LascarError, match=r"\(5, 1, 1\) and scar \(4, 1, 1\)"):
        distance_probability_maps(atrium, scar[1:], spacing_mm=ANISOTROPIC)
    with pytest.raises(LascarError, match="atrium is empty"):
        distance_probability_maps(scar & atrium, scar, spacing_mm=ANISOTROPIC)

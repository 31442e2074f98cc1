import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import (
    distance_probability_maps,
    scar_by_comparison,
    surface_voxels,
    wall_labels,
)


def random_probabilities(seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.random((6, 5, 4)), generator.random((2, 6, 5, 4))


def test_the_maps_learned_from_give_their_labels_back() -> None:
    atrium = np.zeros((9, 8, 7), bool)
    atrium[2:7, 2:6, 2:5] = True
    scar = np.random.default_rng(0).random(atrium.shape) < 0.02
    spacing_mm = (0.625, 0.8, 2.5)
    maps = distance_probability_maps(atrium, scar, spacing_mm=spacing_mm)
    found = scar_by_comparison(atrium, maps)
    assert np.array_equal(found, wall_labels(atrium, scar, spacing_mm=spacing_mm)[1])


def test_the_surface_is_where_the_gradient_leads_across_one_half() -> None:
    # The largest fall to any face neighbour, with nothing (0) beyond the volume.
    probability, wall = random_probabilities(1)
    wall[0], wall[1] = 0, 1  # scar wherever it may lie
    padded = np.pad(probability, 1)
    inner = (slice(1, -1),) * 3
    falls = [
        probability - np.roll(padded, step, axis)[inner] for axis in range(3) for step in (-1, 1)
    ]
    across = (probability > 0.5) & (probability - np.max(falls, axis=0) <= 0.5)
    assert np.array_equal(scar_by_comparison(probability > 0.5, wall), across)


def test_no_threshold_but_the_comparison() -> None:
    # 0.02 against 0.01 is scar on the surface; the authors' code wants more than 0.1.
    atrium = np.ones((1, 1, 1), bool)
    wall = np.array([0.01, 0.02]).reshape(2, 1, 1, 1)
    assert scar_by_comparison(atrium, wall).all()
    assert not scar_by_comparison(atrium, wall, reading="code").any()
    assert scar_by_comparison(atrium, 10 * wall, reading="code").all()


def test_equal_probabilities_are_normal_wall() -> None:
    same = np.full((2, 2, 2, 2), 0.7)
    assert not scar_by_comparison(np.ones((2, 2, 2), bool), same).any()


def test_without_atrium_there_is_no_scar() -> None:
    _, wall = random_probabilities(2)
    assert not scar_by_comparison(np.zeros((6, 5, 4), bool), wall).any()


def test_a_full_volume_has_scar_on_its_faces_only() -> None:
    wall = np.stack([np.zeros((4, 4, 4)), np.ones((4, 4, 4))])
    full = np.ones((4, 4, 4), bool)
    scar = scar_by_comparison(full, wall)
    assert scar.sum() == 64 - 8
    assert np.array_equal(scar, surface_voxels(full))


@pytest.mark.parametrize("reading", ["paper", "code"])
def test_masks_of_mirrored_probabilities_are_mirrored(reading) -> None:
    probability, wall = random_probabilities(3)
    atrium = probability > 0.5
    scar = scar_by_comparison(atrium, wall, reading=reading)
    for axis in range(3):
        mirrored = scar_by_comparison(
            np.flip(atrium, axis), np.flip(wall, axis + 1), reading=reading
        )
        assert np.array_equal(np.flip(scar, axis), mirrored)


def test_nonsense_is_refused() -> None:
    probability, wall = random_probabilities(4)
    atrium = probability > 0.5
    with pytest.raises(LascarError, match=r"\(6, 5, 4\) and wall_probability \(2, 6, 5, 3\)"):
        scar_by_comparison(atrium, wall[..., 1:])
    with pytest.raises(LascarError, match="atrium"):
        scar_by_comparison(probability, wall)
    with pytest.raises(LascarError, match=r"wall_probability has values outside \[0, 1\]"):
        scar_by_comparison(atrium, wall * np.nan)
    with pytest.raises(LascarError, match="'paper' or 'code'"):
        scar_by_comparison(atrium, wall, reading="both")

"""A map of a flipped or turned label is the flipped or turned map of the label."""

import itertools

import numpy as np
import pytest

from lascarlib.geometry import (
    boundary_distance_map,
    distance_probability_maps,
    signed_distance_map,
)

SPACING_MM = (0.625, 0.8, 2.5)
FLIPS = list(itertools.product((1, -1), repeat=3))
TURNS = list(itertools.permutations(range(3)))


def atrium() -> np.ndarray:
    """A lump without any symmetry: a box with a vein to one side and a bite out of a corner."""
    mask = np.zeros((14, 12, 9), bool)
    mask[3:10, 3:9, 2:7] = True
    mask[10:13, 4:6, 3:5] = True
    mask[3:5, 3:6, 5:7] = False
    return mask


def flipped(array: np.ndarray, signs: tuple[int, int, int]) -> np.ndarray:
    return array[..., :: signs[0], :: signs[1], :: signs[2]]


def turned_spacing(order: tuple[int, int, int]) -> tuple[float, float, float]:
    x, y, z = (SPACING_MM[axis] for axis in order)
    return x, y, z


@pytest.mark.parametrize("signs", FLIPS)
def test_boundary_map_of_a_flipped_label(signs) -> None:
    flip = boundary_distance_map(flipped(atrium(), signs), spacing_mm=SPACING_MM)
    again = flipped(boundary_distance_map(atrium(), spacing_mm=SPACING_MM), signs)
    np.testing.assert_allclose(flip, again, atol=1e-5)


def test_boundary_map_of_a_label_turned_in_the_slice() -> None:
    # Its band lies in the axial plane: only x and y may change places.
    turn = boundary_distance_map(atrium().swapaxes(0, 1), spacing_mm=turned_spacing((1, 0, 2)))
    again = boundary_distance_map(atrium(), spacing_mm=SPACING_MM).swapaxes(0, 1)
    np.testing.assert_allclose(turn, again, atol=1e-5)


@pytest.mark.parametrize("signs", FLIPS)
@pytest.mark.parametrize("order", TURNS)
def test_signed_map_of_a_flipped_and_turned_label(order, signs) -> None:
    moved = flipped(atrium().transpose(order), signs)
    turn = signed_distance_map(moved, spacing_mm=turned_spacing(order), beta=1.5, clip_mm=4.0)
    again = signed_distance_map(atrium(), spacing_mm=SPACING_MM, beta=1.5, clip_mm=4.0)
    np.testing.assert_allclose(turn, flipped(again.transpose(order), signs), atol=1e-5)


@pytest.mark.parametrize("signs", FLIPS)
@pytest.mark.parametrize("order", TURNS)
def test_probability_maps_of_flipped_and_turned_labels(order, signs) -> None:
    # Scar on surface voxels, each its own nearest one: no tie that a flip could decide anew.
    scar = np.zeros_like(atrium())
    scar[3, 6:8, 3:5] = scar[12, 4:6, 3] = True
    moved = (flipped(label.transpose(order), signs) for label in (atrium(), scar))
    turn = distance_probability_maps(*moved, spacing_mm=turned_spacing(order))
    again = distance_probability_maps(atrium(), scar, spacing_mm=SPACING_MM)
    expected = flipped(again.transpose(0, *(axis + 1 for axis in order)), signs)
    np.testing.assert_allclose(turn, expected, atol=1e-6)

"""The fixed-distance shell and the blood pool, on voxels that can be counted."""

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import blood_pool, euclidean_distance, wall_shell


def test_a_cube_wears_a_shell_that_knows_millimetres():
    # One voxel of LA, spacing 1 x 2 x 3 mm, 2 mm outwards: along x two voxels on each side, along
    # y one (2 mm), along z none (3 mm), and no diagonal: sqrt(1 + 4) = 2.24 mm is too far.
    atrium = np.zeros((7, 5, 5), bool)
    atrium[3, 2, 2] = True
    shell = wall_shell(atrium, spacing_mm=(1.0, 2.0, 3.0), inner_mm=0.0, outer_mm=2.0)
    assert sorted(map(tuple, np.argwhere(shell).tolist())) == [
        (1, 2, 2),
        (2, 2, 2),
        (3, 1, 2),
        (3, 3, 2),
        (4, 2, 2),
        (5, 2, 2),
    ]


def test_the_inner_part_lies_in_the_atrium_and_the_outer_part_outside():
    rng = np.random.default_rng(0)
    atrium = np.zeros((20, 18, 12), bool)
    atrium[4:15, 5:14, 3:9] = rng.random((11, 9, 6)) < 0.9
    spacing_mm = (1.0, 1.25, 2.5)
    both = wall_shell(atrium, spacing_mm=spacing_mm, inner_mm=1.5, outer_mm=3.0)
    inner = wall_shell(atrium, spacing_mm=spacing_mm, inner_mm=1.5, outer_mm=0.0)
    outer = wall_shell(atrium, spacing_mm=spacing_mm, inner_mm=0.0, outer_mm=3.0)
    assert inner.any()
    assert outer.any()
    assert not (inner & ~atrium).any()
    assert not (outer & atrium).any()
    assert np.array_equal(both, inner | outer)
    # The same without the shortcut through the bounding box.
    away_mm = euclidean_distance(~atrium, spacing_mm=spacing_mm)
    assert np.array_equal(outer, ~atrium & (away_mm <= 3.0))


def test_an_atrium_at_the_border_of_the_volume_has_no_wall_there():
    atrium = np.zeros((5, 3, 3), bool)
    atrium[:2] = True  # touches five faces
    shell = wall_shell(atrium, spacing_mm=(1.0, 1.0, 1.0), inner_mm=1.0, outer_mm=1.0)
    assert np.array_equal(shell.any(axis=(1, 2)), [False, True, True, False, False])
    assert shell.sum() == 2 * 9


@pytest.mark.parametrize("fill", [False, True])
def test_without_a_border_there_is_no_wall(fill):
    atrium = np.full((4, 4, 4), fill)
    shell = wall_shell(atrium, spacing_mm=(1.0, 1.0, 1.0), inner_mm=2.0, outer_mm=2.0)
    assert not shell.any()
    assert np.array_equal(blood_pool(atrium, spacing_mm=(1.0, 1.0, 1.0), margin_mm=1.0), atrium)


def test_a_shell_thinner_than_a_voxel_is_empty():
    atrium = np.zeros((5, 5, 5), bool)
    atrium[2, 2, 2] = True
    assert not wall_shell(atrium, spacing_mm=(1.0, 1.0, 1.0), inner_mm=0.5, outer_mm=0.9).any()


def test_a_small_atrium_is_all_blood():
    atrium = np.zeros((5, 5, 5), bool)
    atrium[1:4, 1:4, 1:4] = True
    deep = blood_pool(atrium, spacing_mm=(1.0, 1.0, 1.0), margin_mm=1.0)
    assert np.argwhere(deep).tolist() == [[2, 2, 2]]
    assert np.array_equal(blood_pool(atrium, spacing_mm=(1.0, 1.0, 1.0), margin_mm=9.0), atrium)


def test_a_depth_is_a_length():
    atrium = np.zeros((3, 3, 3), bool)
    for depth in (-1.0, float("nan"), float("inf")):
        with pytest.raises(LascarError, match="give a length in mm"):
            wall_shell(atrium, spacing_mm=(1.0, 1.0, 1.0), inner_mm=0.0, outer_mm=depth)
        with pytest.raises(LascarError, match="margin_mm"):
            blood_pool(atrium, spacing_mm=(1.0, 1.0, 1.0), margin_mm=depth)

import dataclasses

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry import (
    distance_probability_maps,
    signed_distance_map,
    surface_voxels,
    wall_labels,
)
from lascarlib.spatial_targets import nearness_map, spatial_sample, wall_maps

OWN = (2.0, 2.0, 3.0)


@pytest.fixture
def case(tiny_cases) -> Case:
    return tiny_cases["case_0"]


def test_on_its_own_grid_the_joint_targets_are_the_maps_themselves(case) -> None:
    sample = spatial_sample(case, stage="joint", spacing_mm=OWN)
    assert sample.channels.shape == (1, *case.image.shape)
    assert np.array_equal(sample.label, case.atrium)
    nearness, surface, normal, scar = sample.maps
    phi = signed_distance_map(case.atrium, spacing_mm=OWN)
    np.testing.assert_allclose(50 - nearness, phi, atol=1e-5)
    assert np.array_equal(surface > 0, surface_voxels(case.atrium))
    maps = distance_probability_maps(case.atrium, case.scar, spacing_mm=OWN)
    np.testing.assert_array_equal([normal, scar], maps)


def test_the_other_stages_have_their_parts(case) -> None:
    joint = spatial_sample(case, stage="joint", spacing_mm=OWN)
    atrium = spatial_sample(case, stage="atrium", spacing_mm=OWN)
    scar = spatial_sample(case, stage="scar", spacing_mm=OWN)
    np.testing.assert_array_equal(atrium.maps, joint.maps[:1])
    np.testing.assert_array_equal(scar.maps, joint.maps[2:])
    assert np.array_equal(scar.label, joint.maps[1] > 0)


def test_labels_in_place_of_maps(case) -> None:
    sample = spatial_sample(case, stage="scar", spacing_mm=OWN, wall="labels")
    expected = wall_labels(case.atrium, case.scar, spacing_mm=OWN)
    np.testing.assert_array_equal(sample.maps, expected)


def test_beyond_the_clip_nearness_is_zero() -> None:
    # One voxel of LA: phi is 0 on it, 1 and 2 mm beside it, and clipped at 2.
    atrium = np.zeros((7, 1, 1), bool)
    atrium[3] = True
    nearness = nearness_map(atrium, spacing_mm=(1.0, 1.0, 1.0), clip_mm=2.0, beta=2.0)
    assert nearness.ravel().tolist() == [0, 0, 3, 4, 3, 0, 0]


def test_thin_scar_survives_a_coarser_grid(case) -> None:
    scar = np.zeros_like(case.scar)
    x, y, z = np.argwhere(surface_voxels(case.atrium))[0]
    scar[x, y, z] = True  # one voxel, an eighth of a network's voxel
    thin = dataclasses.replace(case, scar=scar)
    sample = spatial_sample(thin, stage="scar", spacing_mm=(4.0, 4.0, 6.0), wall="labels")
    assert sample.maps[1].any()


def test_distances_are_in_mm_on_a_resampled_grid(case) -> None:
    # 24 voxels of 2 mm become 13 of 48/13 mm where 3.7 mm were asked for.
    sample = spatial_sample(case, stage="atrium", spacing_mm=(3.7, 2.0, 3.0))
    assert sample.label.shape == (13, 20, 12)
    phi = signed_distance_map(sample.label, spacing_mm=(48 / 13, 2.0, 3.0))
    np.testing.assert_allclose(50 - sample.maps[0], phi, atol=1e-5)


def test_maps_do_not_depend_on_the_order_of_axes_in_the_file(case) -> None:
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    flip[0, 3] = case.image.shape[0] - 1
    arrays = {name: getattr(case, name)[::-1].copy() for name in ("image", "atrium", "scar")}
    other = Case(case.id, affine=case.affine @ flip, **arrays)
    seen, expected = (spatial_sample(c, stage="joint", spacing_mm=OWN) for c in (other, case))
    np.testing.assert_array_equal(seen.maps, expected.maps)


def test_maps_of_a_mirrored_case_are_mirrored_maps(case) -> None:
    maps = wall_maps(case.atrium, case.scar, spacing_mm=OWN, target="exp")
    for axis in range(3):
        turned = (np.flip(case.atrium, axis), np.flip(case.scar, axis))
        mirrored = wall_maps(*turned, spacing_mm=OWN, target="exp")
        np.testing.assert_array_equal(np.flip(mirrored, axis + 1), maps)


def test_an_empty_atrium_and_an_unknown_target_are_refused(case) -> None:
    empty = dataclasses.replace(case, atrium=np.zeros_like(case.atrium))
    with pytest.raises(LascarError, match="case_0: its LA label is empty"):
        spatial_sample(empty, stage="atrium", spacing_mm=OWN)
    with pytest.raises(LascarError, match="variant is 'log'"):
        wall_maps(case.atrium, case.scar, spacing_mm=OWN, target="log")

"""The triangle mesh of a mask: on the surface, closed, normals outwards."""

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import surface_mesh


def ball(shape, spacing_mm, centre_mm, radius_mm):
    steps = np.meshgrid(
        *(np.arange(n) * s for n, s in zip(shape, spacing_mm, strict=True)), indexing="ij"
    )
    return sum((x - c) ** 2 for x, c in zip(steps, centre_mm, strict=True)) < radius_mm**2


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), (1.25, 1.25, 2.5)])
def test_a_ball_is_meshed_in_millimetres_with_normals_outwards(spacing_mm):
    centre = np.array([20.0, 22.5, 25.0])
    shape = tuple(round(48 / size) for size in spacing_mm)
    mask = ball(shape, spacing_mm, centre, 12.0)
    mesh = surface_mesh(mask, spacing_mm=spacing_mm, edge_mm=2.0)
    spokes = mesh.vertices_mm - centre
    radius_mm = np.linalg.norm(spokes, axis=1)
    assert radius_mm.min() > 11
    assert radius_mm.max() < 13
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1)
    assert ((mesh.normals * spokes).sum(axis=1) / radius_mm).min() > 0.9
    area_mm2 = triangle_areas(mesh).sum()
    assert area_mm2 == pytest.approx(4 * np.pi * 12**2, rel=0.1)


def triangle_areas(mesh):
    a, b, c = (mesh.vertices_mm[mesh.faces[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def test_every_edge_of_a_closed_mesh_has_two_faces():
    mesh = surface_mesh(
        ball((30, 30, 30), (1, 1, 1), (14, 14, 14), 8), spacing_mm=(1.0,) * 3, edge_mm=1.5
    )
    pairs = np.sort(
        np.concatenate([np.roll(mesh.faces, k, axis=1)[:, :2] for k in range(3)]), axis=1
    )
    edges, uses = np.unique(pairs, axis=0, return_counts=True)
    assert (uses == 2).all()
    assert np.array_equal(edges, mesh.edges)
    assert (mesh.edges[:, 0] < mesh.edges[:, 1]).all()


def test_a_mask_that_fills_the_volume_is_closed_outside_it():
    mesh = surface_mesh(np.ones((10, 10, 10), bool), spacing_mm=(1.0, 1.0, 1.0), edge_mm=1.0)
    assert len(mesh.vertices_mm) - len(mesh.edges) + len(mesh.faces) == 2
    assert -1.0 < mesh.vertices_mm.min() < 0.0
    assert 9.0 < mesh.vertices_mm.max() < 10.0


def test_the_mesh_moves_with_the_mask():
    mask = ball((30, 30, 30), (1, 1, 1), (14, 14, 14), 6)
    here = surface_mesh(mask, spacing_mm=(1.0, 1.0, 2.0), edge_mm=1.5)
    there = surface_mesh(np.roll(mask, 3, axis=2), spacing_mm=(1.0, 1.0, 2.0), edge_mm=1.5)
    assert np.allclose(there.vertices_mm - here.vertices_mm, [0, 0, 6])
    assert np.array_equal(there.faces, here.faces)


def test_a_single_voxel_keeps_a_surface():
    mask = np.zeros((3, 3, 3), bool)
    mask[1, 1, 1] = True
    mesh = surface_mesh(mask, spacing_mm=(1.0, 1.0, 1.0), edge_mm=2.0)
    assert len(mesh.faces) > 0
    assert np.allclose(mesh.vertices_mm.mean(axis=0), 1.0, atol=0.3)


def test_nothing_has_no_surface():
    with pytest.raises(LascarError, match="mask is empty"):
        surface_mesh(np.zeros((3, 3, 3), bool), spacing_mm=(1.0, 1.0, 1.0), edge_mm=1.0)
    with pytest.raises(LascarError, match="edge_mm is 0"):
        surface_mesh(np.ones((3, 3, 3), bool), spacing_mm=(1.0, 1.0, 1.0), edge_mm=0.0)

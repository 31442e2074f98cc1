import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import (
    enclosed_volume_ml,
    largest_across_wall,
    scar_on_mesh,
    signed_distance_to_mesh,
    triangle_areas_mm2,
    vertex_areas_mm2,
    world_mesh,
)

CENTRE_MM = np.array([10.0, -20.0, 30.0])
RADIUS_MM = 15.0


def ball(affine, shape, radius_mm=RADIUS_MM):
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    return np.linalg.norm(index @ affine[:3, :3].T + affine[:3, 3] - CENTRE_MM, axis=-1) < radius_mm


def frame(kind):
    """Voxels of 1 x 1.5 x 2 mm whose block is centred on CENTRE_MM."""
    angle = 0.4 if kind == "oblique" else 0.0
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    signs = [1, 1, 1] if kind == "ras" else [-1, -1, 1] if kind == "lps" else [-1, 1, 1]
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag(np.multiply(signs, [1.0, 1.5, 2.0]))
    affine[:3, 3] = CENTRE_MM - affine[:3, :3] @ [20, 14, 11]
    return affine


@pytest.mark.parametrize("kind", ["ras", "lps", "oblique"])
def test_a_ball_lies_where_its_affine_says_with_its_area_and_volume(kind):
    mesh = world_mesh(ball(frame(kind), (41, 29, 23)), affine=frame(kind))
    radius = np.linalg.norm(mesh.vertices_mm - CENTRE_MM, axis=1)
    assert np.abs(mesh.vertices_mm.mean(axis=0) - CENTRE_MM).max() < 0.3
    assert np.abs(radius - RADIUS_MM).max() < 1.0
    # A Gaussian of SD s moves a ball's surface inwards by s^2 / R = 1.5^2 / 15 = 0.15 mm:
    # 4/3 pi 14.85^3 mm3 = 13.72 ml; 4 pi 14.85^2 = 2771 mm2
    assert enclosed_volume_ml(mesh) == pytest.approx(13.72, rel=0.02)
    assert triangle_areas_mm2(mesh).sum() == pytest.approx(2771, rel=0.02)
    assert vertex_areas_mm2(mesh).sum() == pytest.approx(triangle_areas_mm2(mesh).sum())
    outward = (mesh.vertices_mm - CENTRE_MM) / radius[:, None]
    assert np.einsum("vi,vi->v", mesh.normals, outward).min() > 0.95
    a, b, c = np.moveaxis(mesh.vertices_mm[mesh.faces], 1, 0)
    assert (np.einsum("fi,fi->f", np.cross(b - a, c - a), a - CENTRE_MM) > 0).mean() > 0.999


def test_distance_between_two_balls_is_the_difference_of_their_radii():
    affine = frame("oblique")
    small, large = (
        world_mesh(ball(affine, (41, 29, 23), radius_mm=r), affine=affine) for r in (12.0, 16.0)
    )
    outside = signed_distance_to_mesh(large.vertices_mm, small)
    inside = signed_distance_to_mesh(small.vertices_mm, large)
    assert np.abs(outside - 4).max() < 1
    assert np.abs(inside + 4).max() < 1
    assert abs(outside.mean() - 4) < 0.2
    # A surface lies on itself.
    assert np.abs(signed_distance_to_mesh(small.vertices_mm, small)).max() < 1e-9


def test_distance_agrees_with_looking_at_every_triangle():
    rng = np.random.default_rng(0)
    mesh = world_mesh(ball(frame("ras"), (41, 29, 23)), affine=frame("ras"), edge_mm=4.0)
    points = CENTRE_MM + rng.normal(0, 12, (30, 3))
    corners = mesh.vertices_mm[mesh.faces]
    weights = rng.dirichlet([0.5, 0.5, 0.5], 300)  # an independent, sampled answer
    samples = np.einsum("wc,fci->fwi", weights, corners).reshape(-1, 3)
    nearest = np.array([np.linalg.norm(samples - p, axis=1).min() for p in points])
    found = signed_distance_to_mesh(points, mesh)
    assert np.abs(np.abs(found) - nearest).max() < 0.15
    assert ((found > 0) == (np.linalg.norm(points - CENTRE_MM, axis=1) > 14.5)).mean() > 0.9


def test_scar_marks_the_side_it_lies_on_and_only_that():
    affine = frame("lps")
    atrium = ball(affine, (41, 29, 23))
    shell = ball(affine, (41, 29, 23), radius_mm=18) & ~atrium
    x_mm = (np.indices(atrium.shape).T @ affine[:3, :3].T + affine[:3, 3]).T[0]
    scar = shell & (x_mm > 20)
    mesh = world_mesh(atrium, affine=affine)
    marked = scar_on_mesh(mesh, atrium, scar, affine=affine)
    # Scar starts at x = 20, 10 mm beside the centre: on the ball the marked cap begins about there.
    assert mesh.vertices_mm[marked, 0].min() > 15
    assert marked[mesh.vertices_mm[:, 0] > 22].all()
    assert not scar_on_mesh(mesh, atrium, np.zeros_like(scar), affine=affine).any()
    found = largest_across_wall(mesh, scar, affine=affine, inner_mm=0, outer_mm=3)
    assert (found[mesh.vertices_mm[:, 0] > 24] > 0.5).all()
    assert not found[mesh.vertices_mm[:, 0] < 15].any()


def test_bad_input_is_refused_in_one_sentence():
    mesh = world_mesh(ball(frame("ras"), (41, 29, 23)), affine=frame("ras"), edge_mm=4.0)
    with pytest.raises(LascarError, match="volume has shape"):
        largest_across_wall(mesh, np.zeros((3, 3)), affine=np.eye(4), inner_mm=0, outer_mm=1)
    with pytest.raises(LascarError, match="outer_mm is -1"):
        largest_across_wall(mesh, np.zeros((3, 3, 3)), affine=np.eye(4), inner_mm=0, outer_mm=-1)
    with pytest.raises(LascarError, match="points_mm has shape"):
        signed_distance_to_mesh(np.zeros(3), mesh)
    with pytest.raises(LascarError, match="empty"):
        world_mesh(np.zeros((3, 3, 3), bool), affine=np.eye(4))

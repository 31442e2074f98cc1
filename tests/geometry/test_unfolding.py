import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import (
    OPENINGS,
    REGIONS,
    Opening,
    region_burden,
    scar_on_mesh,
    surface_regions,
    triangle_areas_mm2,
    unfold,
    world_mesh,
)
from lascarlib.geometry.flattening import flatten
from lascarlib.geometry.openings import VALVE, VEINS, open_surface
from lascarlib.geometry.unfolding import LAYOUT
from lascarlib.phantom import COARSE, phantom_case, phantom_openings

RADIUS_MM = 20.0


@pytest.fixture(scope="module")
def ball():
    """A ball of 20 mm about the origin, its mesh in world mm."""
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -26.0
    mask = ((2.0 * np.indices((27, 27, 27)) - 26) ** 2).sum(axis=0) < RADIUS_MM**2
    return world_mesh(mask, affine=affine, edge_mm=2.0)


def towards(x, y, z):
    """Cut 30 degrees off the ball in some direction: a cap of 10 mm radius, 17.3 mm out."""
    direction = np.array([x, y, z], float) / np.linalg.norm([x, y, z])
    return Opening(17.3 * direction, direction, 14.0)


def test_a_cap_is_cut_off_with_its_area(ball):
    opened = open_surface(ball, {"mitral valve": towards(0, 0, 1)})
    rim = opened.mesh.vertices_mm[opened.rims["mitral valve"]]
    assert (rim[:, 2] < 17.4).all()
    assert (rim[:, 2] > 14).all()
    # Cap: 2 pi R^2 (1 - cos 30) = 337 mm2 of 5027; triangles at the rim go with it.
    left = triangle_areas_mm2(opened.mesh).sum() / triangle_areas_mm2(ball).sum()
    assert 0.89 < left < 1 - 337 / 5027
    assert len(opened.source) + len(opened.caps["mitral valve"]) == len(ball.vertices_mm)


def test_a_ball_with_one_hole_becomes_a_disc_that_keeps_areas(ball):
    opened = open_surface(ball, {"valve": Opening(np.zeros(3), np.array([0.0, 0, 1]), 99.0)})
    flat = flatten(opened.mesh, outer=opened.rims["valve"], holes={}, circles={})
    radius = np.linalg.norm(flat, axis=1)
    assert radius.max() == pytest.approx(1.0)
    # Half a ball whose areas are kept: r^2 is the share of area inside, 1 - cos(angle off axis).
    height = -opened.mesh.vertices_mm[:, 2] / np.linalg.norm(opened.mesh.vertices_mm, axis=1)
    expected = np.sqrt(np.clip(1 - height, 0, 1))
    inner = radius < 0.9
    assert np.abs(radius - expected)[inner].max() < 0.12
    # It is not turned inside out: looking at the outside, from below, x runs from right to left.
    x, y = opened.mesh.vertices_mm[:, 0], opened.mesh.vertices_mm[:, 1]
    a, b, c = np.moveaxis(flat[opened.mesh.faces], 1, 0)
    (ux, uy), (vx, vy) = (b - a).T, (c - a).T
    assert ((ux * vy - uy * vx) > 0).mean() > 0.999
    turn = np.angle((flat[:, 0] + 1j * flat[:, 1]) * (x + 1j * y))[inner & (radius > 0.2)]
    assert np.abs(np.exp(1j * turn).mean()) > 0.99


def test_six_holes_of_a_ball_lie_where_the_layout_says(ball):
    # Veins behind (-y), left is -x: seen from behind as the map shows them; valve in front.
    places = [(0, 1, 0), (-2, -2, 1.2), (-2, -2, -1.2), (2, -2, 1.2), (2, -2, -1.2), (-2, 0.4, 2)]
    openings = {n: towards(*p) for n, p in zip(OPENINGS, places, strict=True)}
    narrow = {n: Opening(o.point_mm * 1.08, o.outward, 9.0) for n, o in openings.items()}
    found = unfold(ball, {**narrow, VALVE: openings[VALVE]})
    for name, (x, y, radius) in LAYOUT.items():
        rim = found.places[found.opened.rims[name]]
        assert np.linalg.norm(rim - [x, y], axis=1) == pytest.approx(radius)
    assert np.linalg.norm(found.places, axis=1).max() == pytest.approx(1.0)
    assert found.folded_share < 0.01
    assert np.median(np.abs(found.stretch())) < 0.5
    regions = surface_regions(found, vertices=len(ball.vertices_mm))
    back = np.argmin(ball.vertices_mm[:, 1])
    assert REGIONS[regions[back]] == "posterior"


@pytest.mark.parametrize("index", [0, 6, 13])
def test_phantoms_unfold_and_their_scar_is_counted_once(index):
    case = phantom_case(index, seed=1, config=COARSE)  # 13 has a common left trunk
    mesh = world_mesh(case.atrium, affine=case.affine, edge_mm=1.5)
    found = unfold(mesh, phantom_openings(case))
    assert found.folded_share < 0.03
    assert np.median(np.abs(found.stretch())) < 0.4
    regions = surface_regions(found, vertices=len(mesh.vertices_mm))
    scar = scar_on_mesh(mesh, case.atrium, case.scar, affine=case.affine)
    burden = region_burden(mesh, scar, regions)
    wall = 1 - len(found.opened.caps[VALVE]) / len(mesh.vertices_mm)
    area = sum(one.area_mm2 for one in burden) / triangle_areas_mm2(mesh).sum()
    assert area == pytest.approx(wall, abs=0.03)
    assert all(one.area_mm2 > 0 for one in burden)
    # Left is left, and the head is up: RAS+ x and z of what lies in the four corners.
    centre = {
        name: mesh.vertices_mm[found.opened.caps[name]].mean(axis=0) for name in (*VEINS, VALVE)
    }
    assert centre["left upper vein"][0] < centre["right upper vein"][0]
    assert centre["left upper vein"][2] > centre["left lower vein"][2]
    assert centre["right upper vein"][2] > centre["right lower vein"][2]


def test_openings_that_do_not_open_are_refused(ball):
    with pytest.raises(LascarError, match="openings are mitral valve"):
        unfold(ball, {VALVE: towards(0, 0, 1)})
    off = Opening(np.array([0.0, 0, 50]), np.array([0.0, 0, 1]), 10.0)
    with pytest.raises(LascarError, match="nothing of the surface lies beyond the mitral valve"):
        open_surface(ball, {VALVE: off})


def test_only_a_phantom_knows_its_openings():
    from dataclasses import replace

    case = phantom_case(0, seed=1, config=COARSE)
    with pytest.raises(LascarError, match="is no phantom"):
        phantom_openings(replace(case, provenance={}))

import numpy as np
import pytest

from lascarlib.phantom.lattice import make_lattice
from lascarlib.phantom.shapes import (
    FAR_MM,
    Ellipsoid,
    Tube,
    rotation_deg,
    smooth_minimum,
    union_distance_mm,
)

GRID = make_lattice((41, 41, 41), (1.0,) * 3, slices_per_sample=1, shift_mm=np.zeros(3))
RADIUS_MM = np.sqrt(GRID.x_mm**2 + GRID.y_mm**2 + GRID.z_mm**2)


def test_a_ball_has_the_exact_distance():
    ball = Ellipsoid(np.zeros(3), np.full(3, 9.0), rotation_deg(10, 20, 30))
    off_centre = RADIUS_MM > 0.5
    expected = (RADIUS_MM - 9)[off_centre]
    assert np.allclose(ball.distance_mm(GRID)[off_centre], expected, atol=1e-3)


def test_an_ellipsoid_has_its_volume_and_box():
    shape = Ellipsoid(np.zeros(3), np.array([15.0, 10.0, 6.0]), rotation_deg(0, 0, 90))
    # 4/3 pi 15 10 6 = 3770 mm3; a quarter turn about z swaps the first two half-axes.
    assert (shape.distance_mm(GRID) < 0).sum() == pytest.approx(3770, rel=0.02)
    assert np.allclose(shape.bounds_mm()[1], [10, 15, 6])


def test_a_tube_is_a_rounded_cylinder_with_its_taper():
    tube = Tube(np.array([[0.0, 0, -10], [0, 0, 10]]), np.array([4.0, 2.0]))
    d = tube.distance_mm(GRID)
    # Index 20 is 0 mm, index 30 is +10 mm along z and index 10 is +10 mm along x.
    assert d[20, 20, 20] == pytest.approx(-3)
    assert d[10, 20, 20] == pytest.approx(10 - 3)
    assert d[20, 20, 40] == pytest.approx(10 - 2)
    assert d[20, 20, 0] == pytest.approx(10 - 4)


def test_smooth_minimum_is_symmetric_and_plain_without_blending():
    a, b = np.float32([0.0, 1.0, 5.0]), np.float32([3.0, 1.0, -2.0])
    assert np.array_equal(smooth_minimum(a, b, blend_mm=0), [0, 1, -2])
    assert np.array_equal(smooth_minimum(a, b, blend_mm=4), smooth_minimum(b, a, blend_mm=4))
    # Equal distances gain blend / 4 = 1 mm; 3 mm apart gain (4 - 3)^2 / 16.
    assert np.allclose(smooth_minimum(a, b, blend_mm=4), [-1 / 16, 0, -2])


def test_a_union_is_the_nearest_part_and_far_elsewhere():
    parts = [Ellipsoid(np.array([x, 0.0, 0.0]), np.full(3, 4.0), np.eye(3)) for x in (-9.0, 9.0)]
    union = union_distance_mm(parts, GRID, blend_mm=0, margin_mm=2)
    single = np.minimum(*(p.distance_mm(GRID) for p in parts))
    near = single < 2
    assert np.array_equal(union[near], single[near])
    assert union[20, 0, 0] == FAR_MM
    assert (union_distance_mm([], GRID, blend_mm=0, margin_mm=2) == FAR_MM).all()

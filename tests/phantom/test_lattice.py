import numpy as np

from lascarlib.phantom.lattice import make_lattice, smooth_field


def lattice(n, spacing_mm, slices_per_sample=1):
    return make_lattice(
        (n, n, n), spacing_mm, slices_per_sample=slices_per_sample, shift_mm=np.zeros(3)
    )


def test_axes_point_left_back_and_up():
    grid = lattice(4, (1.0, 2.0, 3.0))
    assert np.allclose(grid.x_mm.ravel(), [1.5, 0.5, -0.5, -1.5])
    assert np.allclose(grid.y_mm.ravel(), [3, 1, -1, -3])
    assert np.allclose(grid.z_mm.ravel(), [-4.5, -1.5, 1.5, 4.5])


def test_sub_slices_average_to_the_slice_centre():
    fine = lattice(4, (1.0, 1.0, 3.0), slices_per_sample=3).z_mm.ravel()
    assert np.allclose(fine.reshape(4, 3).mean(axis=1), [-4.5, -1.5, 1.5, 4.5])


def test_window_holds_the_samples_between_two_corners():
    grid = lattice(4, (1.0, 1.0, 1.0))
    window = grid.window(np.array([-0.6, -2.0, 5.0]), np.array([0.6, 2.0, 6.0]))
    assert grid.crop(window).shape == (2, 4, 0)


def test_a_field_belongs_to_positions_not_to_voxels():
    # Voxel centres 1.5, 0.5, ... at 1 mm lie between those at 0.5 mm: compare at shared points.
    coarse = smooth_field(lattice(5, (2.0,) * 3), np.random.default_rng(3), scale_mm=7.0)
    fine = smooth_field(lattice(9, (1.0,) * 3), np.random.default_rng(3), scale_mm=7.0)
    assert np.allclose(fine[::2, ::2, ::2], coarse, atol=1e-4)


def test_a_field_has_zero_mean_unit_sd_and_no_steps():
    field = smooth_field(lattice(80, (4.0,) * 3), np.random.default_rng(0), scale_mm=8.0)
    assert abs(field.mean()) < 0.05
    assert abs(field.std() - 1) < 0.05
    smooth = smooth_field(lattice(40, (0.5,) * 3), np.random.default_rng(0), scale_mm=8.0)
    # The slope of a cubic B-spline is at most the spread of its knots (here below 10) per 8 mm.
    assert np.abs(np.diff(smooth, axis=0)).max() < 0.5 * 10 / 8

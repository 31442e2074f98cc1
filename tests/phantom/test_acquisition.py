from dataclasses import replace

import numpy as np
import pytest

from lascarlib.phantom import COARSE
from lascarlib.phantom.acquisition import acquire, average_slices
from lascarlib.phantom.lattice import make_lattice

CLEAN = replace(
    COARSE,
    shape_voxels=(40, 40, 16),
    noise_sd_to_blood=(0.0, 0.0),
    bias_field_sd=(0.0, 0.0),
    ghost_to_signal=(0.0, 0.0),
    blood_level=(1000.0, 1000.0),
)


def scan(signal, config):
    lattice = make_lattice(
        config.shape_voxels,
        config.spacing_mm,
        slices_per_sample=config.slices_per_sample,
        shift_mm=np.zeros(3),
    )
    samples = np.broadcast_to(np.float32(signal), lattice.shape).copy()
    return acquire(samples, lattice, seed=1, index=0, config=config)[0]


def test_slices_are_means_of_their_sub_slices():
    assert average_slices(np.float32([[[2, 4, 6, 0, 1, 2]]]), slices_per_sample=3).tolist() == [
        [[4.0, 1.0]]
    ]


def test_a_clean_scan_of_blood_is_its_grey_level():
    assert (scan(1.0, CLEAN) == 1000).all()


def test_noise_in_blood_has_the_sd_asked_for():
    noisy = scan(1.0, replace(CLEAN, noise_sd_to_blood=(0.1, 0.1)))
    assert noisy.std() == pytest.approx(100, rel=0.08)


def test_noise_in_air_is_rayleigh():
    air = scan(0.0, replace(CLEAN, noise_sd_to_blood=(0.1, 0.1)))
    # Rayleigh: mean = sqrt(pi / 2) sd = 1.2533 x 100
    assert air.mean() == pytest.approx(125.3, rel=0.05)


def test_noise_is_correlated_like_an_interpolated_acquisition():
    noisy = scan(1.0, replace(CLEAN, noise_sd_to_blood=(0.1, 0.1)))
    noise = noisy - noisy.mean()
    lag_one = (noise[1:] * noise[:-1]).mean() / noise.var()
    # A Gaussian of 0.75 mm / 1.25 mm = 0.6 voxels weighs neighbours by exp(-0.5 / 0.36) = 0.249 and
    # the next by 0.004: 2 (0.249 + 0.249 x 0.004) / (1 + 2 x 0.249^2) = 0.445.
    assert lag_one == pytest.approx(0.445, abs=0.03)


def test_a_ghost_is_a_shifted_copy_along_y():
    config = replace(CLEAN, ghost_to_signal=(0.1, 0.1), ghost_shift_mm=(12.5, 12.5))
    signal = np.zeros((40, 40, 32), np.float32)
    signal[:, 19:22] = 1.0
    image = scan(signal, config)
    # 12.5 mm are 10 voxels: the line at 20 shows again at 30 with a tenth of its strength; the
    # copy at 10 is negative, and a magnitude image shows it too.
    assert image[20, 30, 8] == pytest.approx(0.1 * image[20, 20, 8], abs=1)
    assert image[20, 10, 8] == image[20, 30, 8]
    assert image[20, 5, 8] == 0


def test_grey_levels_are_whole_and_not_clipped_blood():
    image = scan(1.0, replace(CLEAN, noise_sd_to_blood=(0.1, 0.1)))
    assert np.array_equal(image, np.rint(image))
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 4095

"""From a signal map to an LGE-MRI: slice profile, blur, coil, ghost, Rician noise."""

import numpy as np
from scipy import ndimage

from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.lattice import Lattice, smooth_field
from lascarlib.phantom.streams import Stream, draw, generator

LARGEST_GREY_LEVEL = 4095
"""Twelve bits, as scanners store."""


def average_slices(samples: np.ndarray, *, slices_per_sample: int) -> np.ndarray:
    """Average the sub-slices of each slice: a rectangular slice profile.

    Args:
        samples: (x, y, z * slices_per_sample).
        slices_per_sample: At least 1.

    Returns:
        (x, y, z), same dtype.

    Example:
        >>> average_slices(np.float32([[[1, 3, 5, 9]]]), slices_per_sample=2).tolist()
        [[[2.0, 7.0]]]
    """
    total = samples[:, :, 0::slices_per_sample].copy()
    for k in range(1, slices_per_sample):
        total += samples[:, :, k::slices_per_sample]
    return total / samples.dtype.type(slices_per_sample)


def acquire(
    signal: np.ndarray, lattice: Lattice, *, seed: int, index: int, config: PhantomConfig
) -> tuple[np.ndarray, dict[str, float]]:
    """Turn tissue signal into grey levels.

    Args:
        signal: float32 on the sub-sliced lattice, 1 = mean blood.
        lattice: That lattice.
        seed: Seed of the cohort.
        index: Number of the case.
        config: Ranges of every effect.

    Returns:
        float32 image of config.shape_voxels with whole numbers from 0 to LARGEST_GREY_LEVEL, and
        what was drawn: blood_level, noise_sd_to_blood, ghost_to_signal, bias_field_sd,
        gamma.
    """
    coil = generator(seed, index, Stream.COIL)
    level = float(np.exp(coil.uniform(*np.log(config.blood_level))))
    blur_mm, bias_sd = draw(coil, config.image_blur_mm), draw(coil, config.bias_field_sd)
    image = average_slices(
        signal * np.exp(smooth_field(lattice, coil, scale_mm=60.0) * np.float32(bias_sd)),
        slices_per_sample=config.slices_per_sample,
    )
    sx, sy = config.spacing_mm[:2]
    leak_voxels = draw(coil, config.slice_blur_voxels)
    image = ndimage.gaussian_filter(image, (blur_mm / sx, blur_mm / sy, leak_voxels))
    image, ghost = _add_ghost(image, generator(seed, index, Stream.GHOST), config)
    noise = generator(seed, index, Stream.NOISE)
    noise_sd = draw(noise, config.noise_sd_to_blood)
    real, imaginary = (_correlated_noise(noise, config) * np.float32(noise_sd) for _ in range(2))
    gamma = draw(noise, config.gamma)
    image = np.hypot(image + real, imaginary) ** np.float32(gamma) * np.float32(level)
    truth = {
        "blood_level": level,
        "noise_sd_to_blood": noise_sd,
        "ghost_to_signal": ghost,
        "bias_field_sd": bias_sd,
        "gamma": gamma,
    }
    return np.clip(np.rint(image), 0, LARGEST_GREY_LEVEL).astype(np.float32), truth


def _correlated_noise(rng: np.random.Generator, config: PhantomConfig) -> np.ndarray:
    """Unit-SD noise with the autocorrelation of an interpolated acquisition."""
    sigmas = [b / s for b, s in zip(config.noise_blur_mm, config.spacing_mm, strict=True)]
    white = rng.standard_normal(config.shape_voxels, dtype=np.float32)
    gain = 1.0
    for sigma in sigmas:  # SD of white noise after one Gaussian pass: root of the squared weights
        radius = int(4 * sigma + 0.5)
        kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
        gain *= float(np.sqrt(((kernel / kernel.sum()) ** 2).sum()))
    return np.asarray(ndimage.gaussian_filter(white, sigmas, mode="wrap")) / np.float32(gain)


def _add_ghost(
    image: np.ndarray, rng: np.random.Generator, config: PhantomConfig
) -> tuple[np.ndarray, float]:
    strength = draw(rng, config.ghost_to_signal)
    voxels = round(draw(rng, config.ghost_shift_mm) / config.spacing_mm[1])
    ghost = np.roll(image, voxels, axis=1) - np.roll(image, -voxels, axis=1)
    return image + ghost * np.float32(strength), strength

"""BF's augmentations of a training patch: rotation, scaling, mirroring, gamma, Gaussian noise.

Every random decision comes from the generator that is passed in, so a patch is decided by its seed.
`lascarlib.patches` moves image, label and distance map by one and the same transform.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from lascarlib.geometry.grid import Spacing


@dataclass(frozen=True)
class Augmentation:
    """How far, and how often, a training patch is changed (BF §3 names the five, not the ranges).

    Args:
        rotation_degrees: largest angle about each axis.
        rotation_axes: "all" of them, or the "coarsest" alone, which turns a patch within its
            slices.
        rotation_chance: share of patches that are rotated.
        scaling: largest relative change of size, 0.25 for 0.75 to 1.25. A distance map that is a
            channel (BF's stage 2) is stretched with its image and keeps its values, as any channel
            in nnU-Net; where distances are learned (JSQ), scaling is refused.
        scaling_chance: share of patches that are scaled.
        mirror: whether each axis is flipped in half of the patches.
        gamma: largest relative change of the exponent, 0.4 for 0.6 to 1.4; the image only.
        gamma_chance: share of patches whose grey levels are bent.
        noise_sd: largest standard deviation of the added noise, in units of the z-score.
        noise_chance: share of patches that get noise.
    """

    rotation_degrees: float = 30.0
    rotation_axes: Literal["all", "coarsest"] = "all"
    rotation_chance: float = 0.2
    scaling: float = 0.3
    scaling_chance: float = 0.2
    mirror: bool = True
    gamma: float = 0.5
    gamma_chance: float = 0.3
    noise_sd: float = 0.3
    noise_chance: float = 0.1


def random_transform(
    rng: np.random.Generator, augmentation: Augmentation, *, spacing_mm: Spacing
) -> np.ndarray:
    """Draw a linear map from patch voxels to volume voxels, both relative to the patch's centre.

    Rotation and scaling act in mm, so anisotropic voxels keep the shape of what they show.

    Args:
        rng: source of every decision.
        augmentation: ranges and chances.
        spacing_mm: of the network's grid.

    Returns:
        float64 (3, 3).

    Example:
        >>> still = Augmentation(rotation_chance=0.0, scaling_chance=0.0, mirror=False)
        >>> random_transform(np.random.default_rng(0), still, spacing_mm=(1.0, 1.0, 2.5)).tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    matrix = np.eye(3)
    if rng.random() < augmentation.rotation_chance:
        limit = np.deg2rad(augmentation.rotation_degrees)
        for axis, angle in enumerate(rng.uniform(-limit, limit, size=3)):
            if augmentation.rotation_axes == "all" or axis == _coarsest(spacing_mm):
                matrix = matrix @ _rotation(axis, angle)
    if rng.random() < augmentation.scaling_chance:
        matrix = matrix / rng.uniform(1 - augmentation.scaling, 1 + augmentation.scaling)
    if augmentation.mirror:
        matrix = matrix * rng.choice([-1.0, 1.0], size=3)
    to_mm = np.diag(spacing_mm)
    return np.linalg.inv(to_mm) @ matrix @ to_mm


def _coarsest(spacing_mm: Spacing) -> int:
    """The axis of the largest spacing, the last of equal ones."""
    return max(range(3), key=lambda axis: (spacing_mm[axis], axis))


def _rotation(axis: int, angle: float) -> np.ndarray:
    first, second = (a for a in range(3) if a != axis)
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix


def change_grey_levels(
    image: Tensor, rng: np.random.Generator, augmentation: Augmentation
) -> Tensor:
    """Bend the grey levels by a random gamma and add Gaussian noise.

    Gamma acts on the patch scaled to [0, 1] and keeps its mean and standard deviation, as nnU-Net.

    Args:
        image: float32 (x, y, z), z-scored, on any device.
        rng: source of every decision.
        augmentation: ranges and chances.

    Returns:
        float32 of the same shape.

    Example:
        >>> still = Augmentation(gamma_chance=0.0, noise_chance=0.0)
        >>> change_grey_levels(torch.tensor([-1.0, 1.0]), np.random.default_rng(0), still)
        tensor([-1.,  1.])
    """
    if rng.random() < augmentation.gamma_chance:
        exponent = rng.uniform(1 - augmentation.gamma, 1 + augmentation.gamma)
        mean, low = image.mean(), image.min()
        span = (image.max() - low).clamp(min=1e-6)
        bent = ((image - low) / span) ** exponent
        bent -= bent.mean()
        scale = _spread(image - mean) / _spread(bent).clamp(min=1e-6)
        image = bent.mul_(scale).add_(mean)
    if rng.random() < augmentation.noise_chance:
        sd_of_noise = rng.uniform(0.0, augmentation.noise_sd)
        noise = rng.standard_normal(tuple(image.shape), dtype=np.float32)
        image = image + sd_of_noise * torch.from_numpy(noise).to(image.device)
    return image


def _spread(centred: Tensor) -> Tensor:
    """Standard deviation of values whose mean is 0."""
    return centred.ravel().dot(centred.ravel()).div(centred.numel()).sqrt()

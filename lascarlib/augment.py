"""BF's augmentations of a training patch: rotation, scaling, mirroring, gamma, Gaussian noise.

Every random decision comes from the generator that is passed in, so a patch is decided by its seed.
Image, label and distance map are moved by one and the same transform.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lascarlib.geometry.grid import Shape, Spacing


@dataclass(frozen=True)
class Augmentation:
    """How far, and how often, a training patch is changed (BF §3 names the five, not the ranges).

    Args:
        rotation_degrees: largest angle about each axis.
        rotation_chance: share of patches that are rotated.
        scaling: largest relative change of size, 0.25 for 0.75 to 1.25.
        scaling_chance: share of patches that are scaled.
        mirror: whether each axis is flipped in half of the patches.
        gamma: largest relative change of the exponent, 0.4 for 0.6 to 1.4; the image only.
        gamma_chance: share of patches whose grey levels are bent.
        noise_sd: largest standard deviation of the added noise, in units of the z-score.
        noise_chance: share of patches that get noise.
    """

    rotation_degrees: float = 30.0
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
            matrix = matrix @ _rotation(axis, angle)
    if rng.random() < augmentation.scaling_chance:
        matrix = matrix / rng.uniform(1 - augmentation.scaling, 1 + augmentation.scaling)
    if augmentation.mirror:
        matrix = matrix * rng.choice([-1.0, 1.0], size=3)
    to_mm = np.diag(spacing_mm)
    return np.linalg.inv(to_mm) @ matrix @ to_mm


def _rotation(axis: int, angle: float) -> np.ndarray:
    first, second = (a for a in range(3) if a != axis)
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix


def take_patch(
    volume: np.ndarray, *, centre: np.ndarray, matrix: np.ndarray, shape: Shape
) -> Tensor:
    """Sample a transformed patch by trilinear interpolation; 0 outside the volume.

    An axis along which only one voxel is reached continues that voxel instead.

    Args:
        volume: float32 (channel, x, y, z).
        centre: voxel of the volume that lands on the patch's centre.
        matrix: (3, 3), patch voxels to volume voxels, relative to the centres.
        shape: (x, y, z) of the patch in voxels.

    Returns:
        float32 (channel, *shape).

    Example:
        >>> volume = np.arange(5, dtype=np.float32).reshape(1, 5, 1, 1)
        >>> centre = np.array([3.0, 0.0, 0.0])
        >>> take_patch(volume, centre=centre, matrix=np.eye(3), shape=(3, 1, 1)).ravel()
        tensor([2., 3., 4.])
    """
    reach = np.abs(matrix) @ ((np.array(shape) - 1) / 2)
    edges = np.array(volume.shape[1:])
    low = np.clip(np.floor(centre - reach).astype(int), 0, edges - 1)
    high = np.clip(np.ceil(centre + reach).astype(int) + 1, low + 1, edges)
    block = np.array(volume[:, low[0] : high[0], low[1] : high[1], low[2] : high[2]])
    half = np.maximum((high - low - 1) / 2, 0.5)  # an axis of one voxel continues its value
    axes = [torch.arange(n, dtype=torch.float32) - (n - 1) / 2 for n in shape]
    scaled = torch.from_numpy((matrix / half[:, None]).astype(np.float32))
    origin = torch.from_numpy(((centre - low) / half - 1).astype(np.float32))
    place = [
        origin[row]
        + scaled[row, 0] * axes[0][:, None, None]
        + scaled[row, 1] * axes[1][None, :, None]
        + scaled[row, 2] * axes[2][None, None, :]
        for row in range(3)
    ]
    grid = torch.stack(place[::-1], dim=-1)  # grid_sample wants (z, y, x)
    return functional.grid_sample(
        torch.from_numpy(block)[None], grid[None], mode="bilinear", align_corners=True
    )[0]


def change_grey_levels(
    image: Tensor, rng: np.random.Generator, augmentation: Augmentation
) -> Tensor:
    """Bend the grey levels by a random gamma and add Gaussian noise.

    Gamma acts on the patch scaled to [0, 1] and keeps its mean and standard deviation, as nnU-Net.

    Args:
        image: float32 (x, y, z), z-scored.
        rng: source of every decision.
        augmentation: ranges and chances.

    Returns:
        float32 of the same shape.
    """
    if rng.random() < augmentation.gamma_chance:
        exponent = rng.uniform(1 - augmentation.gamma, 1 + augmentation.gamma)
        mean, sd, low = image.mean(), image.std(), image.min()
        span = (image.max() - low).clamp(min=1e-6)
        bent = ((image - low) / span) ** exponent
        image = (bent - bent.mean()) / bent.std().clamp(min=1e-6) * sd + mean
    if rng.random() < augmentation.noise_chance:
        sd_of_noise = rng.uniform(0.0, augmentation.noise_sd)
        noise = rng.standard_normal(tuple(image.shape), dtype=np.float32)
        image = image + sd_of_noise * torch.from_numpy(noise)
    return image

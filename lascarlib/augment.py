"""BF's augmentations of a training patch: rotation, scaling, mirroring, gamma, Gaussian noise.

Every random decision comes from the generator that is passed in, so a patch is decided by its seed.
Image, label and distance map are moved by one and the same transform.
"""

from dataclasses import dataclass
from typing import Literal

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
        rotation_axes: "all" of them, or the "coarsest" alone, which turns a patch within its
            slices.
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


def take_patch(
    volume: np.ndarray,
    *,
    centre: np.ndarray,
    matrix: np.ndarray,
    shape: Shape,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Sample a transformed patch by trilinear interpolation; 0 outside the volume.

    Where the patch's voxels fall on the volume's, mirrored or not, they are copied as they are. An
    axis along which only one voxel is reached continues that voxel instead.

    Args:
        volume: float32 (channel, x, y, z).
        centre: voxel of the volume that lands on the patch's centre.
        matrix: (3, 3), patch voxels to volume voxels, relative to the centres.
        shape: (x, y, z) of the patch in voxels.
        device: where it is sampled and stays; what is sent there is the part of the volume that the
            patch reaches.

    Returns:
        float32 (channel, *shape).

    Example:
        >>> volume = np.arange(5, dtype=np.float32).reshape(1, 5, 1, 1)
        >>> centre = np.array([3.0, 0.0, 0.0])
        >>> take_patch(volume, centre=centre, matrix=np.eye(3), shape=(3, 1, 1)).ravel()
        tensor([2., 3., 4.])
    """
    first, steps = centre - matrix @ ((np.array(shape) - 1) / 2), np.diag(matrix)
    if not np.allclose(matrix, np.diag(steps)):
        return _interpolated(volume, centre, matrix, shape, device)
    signs = np.rint(steps)
    aligned = np.array_equal(np.abs(signs), np.ones(3)) and np.allclose(steps, signs)
    if aligned and np.allclose(first, np.rint(first), rtol=0, atol=1e-6):
        crop = _mirrored_crop(volume, np.rint(first).astype(int), signs.astype(int), shape)
        return crop.to(device)
    return _stretched(volume, first, steps, shape, device)


def _mirrored_crop(
    volume: np.ndarray, first: np.ndarray, signs: np.ndarray, shape: Shape
) -> Tensor:
    """Voxels as they are, walking from `first` forwards or backwards along each axis."""
    patch = np.zeros((len(volume), *shape), np.float32)
    source, target = [slice(None)], [slice(None)]
    for start, sign, count, edge in zip(first, signs, shape, volume.shape[1:], strict=True):
        lowest = start if sign > 0 else start - count + 1
        low, high = max(lowest, 0), max(min(lowest + count, edge), 0)
        source.append(slice(low, max(low, high)))
        place = slice(low - lowest, max(low, high) - lowest)
        if high - low == 1:
            place = slice(0, count)
        target.append(place if sign > 0 else _backwards(place, count))
    patch[tuple(target)] = volume[tuple(source)]
    return torch.from_numpy(patch)


def _backwards(place: slice, count: int) -> slice:
    """The same entries counted from the other end, last first."""
    end = count - 1 - place.stop
    return slice(count - 1 - place.start, end if end >= 0 else None, -1)


def _stretched(
    volume: np.ndarray,
    first: np.ndarray,
    steps: np.ndarray,
    shape: Shape,
    device: torch.device | str,
) -> Tensor:
    """Trilinear samples from `first` in steps along the axes: linear ones along each in turn."""
    ends = first + steps * (np.array(shape) - 1)
    block, low = _reached(volume, np.minimum(first, ends), np.maximum(first, ends))
    x, y, z = (
        np.zeros(count) if edge == 1 else start + step * np.arange(count)  # see `take_patch`
        for start, step, count, edge in zip(first - low, steps, shape, block.shape[1:], strict=True)
    )
    # Along the last axis, whose voxels lie side by side, a product is quicker than picking them.
    shares = np.maximum(0, 1 - np.abs(z - np.arange(block.shape[3])[:, None])).astype(np.float32)
    patch = torch.from_numpy(block).to(device) @ torch.from_numpy(shares).to(device)
    return _between(_between(patch, 1, x), 2, y)


def _between(volume: Tensor, axis: int, places: np.ndarray) -> Tensor:
    """Linear samples at fractional voxels along one axis, 0 outside."""
    below, edge = np.floor(places), volume.shape[axis]
    found = []
    for index, share in ((below, below + 1 - places), (below + 1, places - below)):
        share = np.where((index >= 0) & (index < edge), share, 0).astype(np.float32)
        voxels = torch.from_numpy(index.clip(0, edge - 1).astype(np.int64)).to(volume.device)
        along = [-1 if each == axis else 1 for each in range(volume.ndim)]
        slabs = volume.index_select(axis, voxels)
        found.append(slabs.mul_(torch.from_numpy(share).to(volume.device).view(along)))
    return found[0].add_(found[1])


def _reached(
    volume: np.ndarray, lowest: np.ndarray, highest: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A copy of the voxels between two corners, at least one along each axis, and the first."""
    edges = np.array(volume.shape[1:])
    low = np.clip(np.floor(lowest).astype(int), 0, edges - 1)
    high = np.clip(np.ceil(highest).astype(int) + 1, low + 1, edges)
    return np.array(volume[:, low[0] : high[0], low[1] : high[1], low[2] : high[2]]), low


def _interpolated(
    volume: np.ndarray,
    centre: np.ndarray,
    matrix: np.ndarray,
    shape: Shape,
    device: torch.device | str,
) -> Tensor:
    """Trilinear samples of the part of the volume that the patch reaches."""
    reach = np.abs(matrix) @ ((np.array(shape) - 1) / 2)
    block, low = _reached(volume, centre - reach, centre + reach)
    half = np.maximum((np.array(block.shape[1:]) - 1) / 2, 0.5)  # one voxel continues its value
    x, y, z = (np.arange(n) - (n - 1) / 2 for n in shape)
    to_x, to_y, to_z = (matrix / half[:, None]).T[:, ::-1]  # grid_sample wants (z, y, x)
    origin = ((centre - low) / half - 1)[::-1]
    # grid[x, y, z] = x to_x + y to_y + (origin + z to_z), one product for all z of a column.
    columns = np.stack(np.broadcast_arrays(x[:, None], y, np.ones((1, 1))), axis=-1)
    steps = np.stack(
        [np.tile(to_x, len(z)), np.tile(to_y, len(z)), np.ravel(origin + z[:, None] * to_z)]
    )
    # Two small factors travel, not the grid. And after a product NumPy's threads go on spinning for
    # tens of milliseconds, on the cores that train; torch has one set of threads for everything.
    grid = torch.from_numpy(columns.reshape(-1, 3).astype(np.float32)).to(device)
    grid = grid @ torch.from_numpy(steps.astype(np.float32)).to(device)
    return functional.grid_sample(
        torch.from_numpy(block)[None].to(device),
        grid.reshape(1, *shape, 3),
        mode="bilinear",
        align_corners=True,
    )[0]


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

"""Patches of a volume, moved by a linear map: copied where voxels meet, else interpolated."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lascarlib.geometry.grid import Shape


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
        volume: float16 or float32 (channel, x, y, z).
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
        return crop.to(device).float()
    return _stretched(volume, first, steps, shape, device)


def _mirrored_crop(
    volume: np.ndarray, first: np.ndarray, signs: np.ndarray, shape: Shape
) -> Tensor:
    """Voxels as they are, walking from `first` forwards or backwards along each axis."""
    patch = np.zeros((len(volume), *shape), volume.dtype)
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
    patch = torch.from_numpy(block).to(device).float() @ torch.from_numpy(shares).to(device)
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
        torch.from_numpy(block)[None].to(device).float(),
        grid.reshape(1, *shape, 3),
        mode="bilinear",
        align_corners=True,
    )[0]

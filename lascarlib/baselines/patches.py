"""Patches of an image along the normals of a surface, at several scales."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from lascarlib.geometry.grid import Spacing


def image_scales(
    image: np.ndarray, *, spacing_mm: Spacing, steps_mm: Sequence[float]
) -> np.ndarray:
    """The image once for each scale, smoothed so that samples that far apart do not skip detail.

    Args:
        image: (x, y, z), any real type.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        steps_mm: distance between the samples of each scale.

    Returns:
        float32 (scale, x, y, z); where a voxel is not smaller than the step, hardly smoothed.

    Example:
        >>> image = np.zeros((9, 1, 1))
        >>> image[4] = 1.0
        >>> fine, coarse = image_scales(image, spacing_mm=(1.0, 1.0, 1.0), steps_mm=(0.5, 4.0))
        >>> bool(fine.max() > 3 * coarse.max())
        True
    """
    # A Gaussian of SD s / 2 passes little of what is finer than s; the voxel has done its part.
    sigmas = [
        [np.sqrt(max(0.0, step**2 - size**2)) / 2 / size for size in spacing_mm]
        for step in steps_mm
    ]
    source = image.astype(np.float32)
    return np.stack([ndimage.gaussian_filter(source, s, mode="nearest") for s in sigmas])


def sample_patches(
    scales: np.ndarray,
    vertices_mm: np.ndarray,
    normals: np.ndarray,
    *,
    spacing_mm: Spacing,
    steps_mm: Sequence[float],
    patch_voxels: tuple[int, int],
    offsets_mm: np.ndarray | None = None,
) -> np.ndarray:
    """Sample a block around every vertex at every scale, its first axis along the normal.

    Args:
        scales: float32 (scale, x, y, z), see `image_scales`.
        vertices_mm: (vertex, 3), voxel index times spacing.
        normals: (vertex, 3), unit vectors.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        steps_mm: distance between samples at each scale.
        patch_voxels: number of samples along the normal, from inside to outside, and along each of
            the two tangents.
        offsets_mm: (vertex,), how far each block is moved outwards along its normal; none by
            default. LearnGC moves it at random while it learns, since the LA's border is uncertain.

    Returns:
        float32 (vertex, scale, along normal, tangent, tangent), interpolated linearly; beyond the
        image its edge value continues.

    Source: Li et al. (2020), the multi-scale patches of LearnGC.

    Example:
        >>> ramp = np.arange(9.0).reshape(9, 1, 1) * np.ones((1, 9, 9))
        >>> patch = sample_patches(
        ...     ramp[None], np.array([[4.0, 4.0, 4.0]]), np.array([[1.0, 0.0, 0.0]]),
        ...     spacing_mm=(1.0, 1.0, 1.0), steps_mm=(2.0,), patch_voxels=(3, 1),
        ... )
        >>> patch[0, 0, :, 0, 0]
        array([2., 4., 6.], dtype=float32)
    """
    along, across = patch_voxels
    steps = np.meshgrid(
        *(np.arange(n) - (n - 1) / 2 for n in (along, across, across)), indexing="ij"
    )
    frames = np.stack([normals, *tangents(normals)], axis=1)  # vertex, axis of the block, xyz
    rays = np.stack([step.ravel() for step in steps], axis=1) @ frames  # vertex, sample, xyz
    centres = vertices_mm if offsets_mm is None else vertices_mm + offsets_mm[:, None] * normals
    patches = np.empty((len(centres), len(scales), along, across, across), np.float32)
    for k, (image, step_mm) in enumerate(zip(scales, steps_mm, strict=True)):
        index = (centres[:, None] + step_mm * rays) / np.array(spacing_mm)
        found = ndimage.map_coordinates(image, index.reshape(-1, 3).T, order=1, mode="nearest")
        patches[:, k] = found.reshape(-1, along, across, across)
    return patches


def tangents(normals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors at right angles to each normal and to each other.

    Args:
        normals: (vertex, 3), unit vectors.

    Returns:
        Two arrays (vertex, 3). The first is also at right angles to the axis that the normal is
        least along, so it turns abruptly where that axis changes.

    Example:
        >>> first, second = tangents(np.array([[0.0, 0.0, 1.0]]))
        >>> first[0].astype(int), second[0].astype(int)
        (array([ 0, -1,  0]), array([1, 0, 0]))
    """
    least = np.eye(3)[np.abs(normals).argmin(axis=1)]
    first = np.cross(least, normals)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return first, np.cross(normals, first)

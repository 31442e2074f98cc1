"""The surface and directions of the challenge's programs, quirk by quirk."""

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.grid import Box, Spacing, bounding_box
from lascarlib.geometry.wall_normals import FLAT, WallNormals, blur, unit_vectors

ATRIUM_LABEL = 420
"""The LA in the challenge's files; another value gives other directions."""
REMOVED_LABEL = 500
"""A walk that meets this label ends, and its surface voxel gets no label."""


def official_normals(
    labels: np.ndarray, *, image_affine: np.ndarray, label_affine: np.ndarray
) -> WallNormals:
    """The surface of an LA label and its directions, as the challenge's programs find them.

    A surface voxel holds 1 to 420, lies on no face of the volume, and among its six face neighbours
    at least one is 0 and none is below 0 or above 420. Only those with y and z below the volume's
    extent along *x* are visited. The direction is the gradient of the blurred label, *rounded to
    integers*, between two points half a voxel away along each world axis; the length of *image*
    axis a is taken for *world* axis a. Where that gradient is zero there is no direction.

    Args:
        labels: int16 (x, y, z), the label volume itself: 420 in the LA, 0 outside. Rounding makes
            the value matter: a label of 1 loses most directions.
        image_affine: (4, 4) of the image; the walk goes through its world.
        label_affine: (4, 4) of the label file; the blurred label lies there.

    Returns:
        The surface; nothing for an empty label.

    Raises:
        LascarError: `labels` is not an int16 volume.

    Source: the evaluator of LAScarQS 2022 (`zxhboundary`, `zxhimageop -gau 4`, `GenSurfaceScar`),
        by experiment.

    Example:
        >>> labels = np.zeros((5, 5, 5), np.int16)
        >>> labels[1:4, 1:4, 1:4] = 420
        >>> normals = official_normals(labels, image_affine=np.eye(4), label_affine=np.eye(4))
        >>> len(normals.voxels), normals.voxels[0].tolist()
        (26, [1, 1, 1])
    """
    if labels.dtype != np.int16 or labels.ndim != 3 or 0 in labels.shape:
        raise LascarError(
            f"labels have type {labels.dtype} and shape {labels.shape}; give an int16 volume"
        )
    image_affine = np.asarray(image_affine, dtype=np.float64)
    x, y, z = labels.shape
    nonzero = bounding_box(labels != 0) if labels.any() else Box((0, 0, 0), (0, 0, 0))
    voxels = _surface(labels, nonzero)
    visited = (voxels[:, 1:] < x).all(axis=1)
    directions = np.zeros((0, 3))
    if visited.any():
        directions = _directions(labels, nonzero, voxels[visited], image_affine, label_affine)
    removes = (labels[nonzero.slices] == REMOVED_LABEL).any()
    return WallNormals(
        shape=(x, y, z),
        voxels=voxels[visited],
        directions=directions,
        affine=image_affine,
        protocol="official",
        unvisited=voxels[~visited],
        removed=labels == REMOVED_LABEL if removes else None,
    )


def stored_spacing(affine: np.ndarray) -> Spacing:
    """Voxel edge lengths as a NIfTI header stores them, in single precision.

    Args:
        affine: (4, 4), voxel index to world mm.

    Returns:
        Three lengths in mm, each a single-precision number.

    Example:
        >>> stored_spacing(np.diag([-0.625, 0.8, 2.5, 1.0]))
        (0.625, 0.800000011920929, 2.5)
    """
    lengths = np.linalg.norm(np.asarray(affine, dtype=np.float64)[:3, :3], axis=0)
    x, y, z = (float(length) for length in lengths.astype(np.float32))
    return (x, y, z)


def _surface(labels: np.ndarray, nonzero: Box) -> np.ndarray:
    """Index of every surface voxel, int (n, 3)."""
    # The block is the object and one layer round it: its own faces are never surface, being
    # background or faces of the volume.
    start = np.maximum(np.array(nonzero.start) - 1, 0)
    stop = np.minimum(np.array(nonzero.stop) + 1, labels.shape)
    if (stop - start).min() < 3:
        return np.empty((0, 3), np.intp)
    near = labels[tuple(map(slice, start, stop))]
    background, known = near == 0, (near >= 0) & (near <= ATRIUM_LABEL)
    inner = (slice(1, -1),) * 3
    surface = known[inner] & ~background[inner]
    beside_background = np.zeros_like(surface)
    for axis in range(3):
        for side in (slice(None, -2), slice(2, None)):
            neighbour = tuple(side if other == axis else slice(1, -1) for other in range(3))
            beside_background |= background[neighbour]
            surface &= known[neighbour]
    return np.argwhere(surface & beside_background) + start + 1


def _directions(
    labels: np.ndarray,
    nonzero: Box,
    voxels: np.ndarray,
    image_affine: np.ndarray,
    label_affine: np.ndarray,
) -> np.ndarray:
    """Unit gradient of the blurred, rounded label at each voxel, float64 (n, 3)."""
    world = voxels @ image_affine[:3, :3].T + image_affine[:3, 3]
    back = np.linalg.inv(label_affine)
    last = np.array(labels.shape) - 1.0
    half_mm = [s / 2 for s in stored_spacing(image_affine)]
    steps = [sign * step for step in np.diag(half_mm) for sign in (1, -1)]
    points = [np.clip((world + step) @ back[:3, :3].T + back[:3, 3], 0, last) for step in steps]
    lows = np.min([point.min(axis=0) for point in points], axis=0).astype(int)
    highs = np.max([point.max(axis=0) for point in points], axis=0).astype(int)
    (x, y, z), (u, v, w) = lows, np.minimum(highs + 2, labels.shape)
    box = Box((int(x), int(y), int(z)), (int(u), int(v), int(w)))
    smooth = blur(labels, box, nonzero=nonzero, spacing_mm=stored_spacing(label_affine))
    rounded = np.copysign(np.floor(np.abs(smooth) + 0.5), smooth)
    values = [_interpolate(rounded, point - lows) for point in points]
    slopes = [
        (ahead - behind) / (2 * half)
        for ahead, behind, half in zip(values[::2], values[1::2], half_mm, strict=True)
    ]
    return unit_vectors(np.stack(slopes, axis=1), flat=FLAT)


def _interpolate(array: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Trilinear value at points inside the array, float64 (n,)."""
    last = np.array(array.shape) - 1
    low = np.minimum(points.astype(np.intp), np.maximum(last - 1, 0))
    strides = np.array(array.strides) // array.itemsize
    flat, steps = array.ravel(), np.where(last > 0, strides, 0)
    first, (x, y, z) = low @ strides, (points - low).T
    value = np.zeros(len(points))
    for corner in np.ndindex(2, 2, 2):
        weight = (x if corner[0] else 1 - x) * (y if corner[1] else 1 - y)
        weight *= z if corner[2] else 1 - z
        value += weight * flat.take(first + int(corner @ steps))
    return value

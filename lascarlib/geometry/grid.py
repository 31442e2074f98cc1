"""Voxel grids: resampling to a spacing, and cropping, both with an exact way back."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from lascarlib.errors import LascarError

Shape = tuple[int, int, int]
Spacing = tuple[float, float, float]


def resampled_shape(shape: Shape, *, spacing_mm: Spacing, target_spacing_mm: Spacing) -> Shape:
    """Number of voxels that cover the same field of view at another spacing.

    Args:
        shape: (x, y, z) in voxels.
        spacing_mm: spacing of that shape in mm.
        target_spacing_mm: spacing wanted, in mm.

    Returns:
        Rounded (x, y, z), at least one voxel an axis.

    Example:
        >>> resampled_shape((576, 576, 44), spacing_mm=(0.625, 0.625, 2.5),
        ...                 target_spacing_mm=(1.25, 1.25, 2.5))
        (288, 288, 44)
    """
    x, y, z = (
        max(1, round(n * old / new))
        for n, old, new in zip(shape, spacing_mm, target_spacing_mm, strict=True)
    )
    return (x, y, z)


def resample(array: np.ndarray, shape: Shape, *, order: int) -> np.ndarray:
    """Resample an array to another number of voxels over the same field of view.

    The outer faces of both grids coincide, so voxel i of n is centred at (i + 1/2) / n of the edge
    length; beyond the outermost centres the edge value continues.

    Args:
        array: (x, y, z), any real type.
        shape: number of voxels wanted along x, y, z.
        order: degree of the spline: 3 for images, 1 for probabilities and label memberships.

    Returns:
        float32 of the given shape; the input itself (as float32) where the shape is unchanged.

    Raises:
        LascarError: `array` is not 3D or an axis of `shape` is not positive.

    Example:
        >>> resample(np.array([0.0, 1.0]).reshape(2, 1, 1), (4, 1, 1), order=1).ravel().tolist()
        [0.0, 0.25, 0.75, 1.0]
    """
    if array.ndim != 3 or min(shape) < 1:
        raise LascarError(f"cannot resample an array of shape {array.shape} to {shape}; give 3D")
    if array.shape == tuple(shape):
        return array.astype(np.float32, copy=False)
    factors = [new / old for new, old in zip(shape, array.shape, strict=True)]
    source = array.astype(np.float32, copy=False)
    return ndimage.zoom(
        source, factors, output=np.float32, order=order, mode="nearest", grid_mode=True
    )


def resample_label(label: np.ndarray, shape: Shape) -> np.ndarray:
    """Resample a binary label linearly and keep the voxels at least half inside (BF, section 3).

    Args:
        label: bool (x, y, z).
        shape: number of voxels wanted along x, y, z.

    Returns:
        bool of the given shape.

    Example:
        >>> mask = np.array([True, True, False, False]).reshape(4, 1, 1)
        >>> resample_label(mask, (2, 1, 1)).ravel().tolist()
        [True, False]
    """
    if label.shape == tuple(shape):
        return label
    return resample(label, shape, order=1) >= 0.5


@dataclass(frozen=True)
class Box:
    """A block of voxels inside a volume: `start` included, `stop` excluded, along x, y, z.

    Example:
        >>> box = Box((1, 0, 0), (3, 2, 2))
        >>> box.shape
        (2, 2, 2)
    """

    start: Shape
    stop: Shape

    @property
    def shape(self) -> Shape:
        """Edge lengths in voxels."""
        x, y, z = (b - a for a, b in zip(self.start, self.stop, strict=True))
        return (x, y, z)

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """Index that cuts the block out of an array."""
        x, y, z = (slice(a, b) for a, b in zip(self.start, self.stop, strict=True))
        return (x, y, z)


def bounding_box(mask: np.ndarray, *, margin: Shape = (0, 0, 0)) -> Box:
    """Smallest block that holds every True voxel, widened by a margin and clipped to the volume.

    Args:
        mask: bool (x, y, z) with at least one True voxel.
        margin: voxels added on both sides of each axis.

    Returns:
        The block.

    Raises:
        LascarError: the mask is empty.

    Example:
        >>> mask = np.zeros((5, 5, 5), bool); mask[2, 1:3, 4] = True
        >>> bounding_box(mask, margin=(1, 1, 1))
        Box(start=(1, 0, 3), stop=(4, 4, 5))
    """
    if not mask.any():
        raise LascarError("the mask is empty, so it has no bounding box; give a mask with voxels")
    # The shadow along the axis that is first in memory is cheap, and tells of the other two.
    outer = int(np.argmax(np.abs(mask.strides)))
    shadow = np.asarray(mask.any(axis=outer, keepdims=True))
    starts, stops = [], []
    for axis in range(3):
        source = mask if axis == outer else shadow
        hit = np.flatnonzero(source.any(axis=tuple(a for a in range(3) if a != axis)))
        starts.append(max(0, int(hit[0]) - margin[axis]))
        stops.append(min(mask.shape[axis], int(hit[-1]) + 1 + margin[axis]))
    return Box((starts[0], starts[1], starts[2]), (stops[0], stops[1], stops[2]))


def paste(block: np.ndarray, shape: Shape, box: Box, *, fill: float = 0.0) -> np.ndarray:
    """Put a block back where it was cut out: the inverse of `array[box.slices]`.

    Args:
        block: array of `box.shape`.
        shape: (x, y, z) of the volume it came from.
        box: where it came from.
        fill: value of the voxels outside the box.

    Returns:
        Array of `shape` and of the block's type.

    Raises:
        LascarError: the block does not have the box's shape.

    Example:
        >>> paste(np.ones((1, 1, 1)), (3, 1, 1), Box((1, 0, 0), (2, 1, 1))).ravel().tolist()
        [0.0, 1.0, 0.0]
    """
    if block.shape != box.shape:
        raise LascarError(f"a block of shape {block.shape} does not fit the box {box.shape}")
    whole = np.full(shape, fill, dtype=block.dtype)
    whole[box.slices] = block
    return whole

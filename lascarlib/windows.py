"""Where the windows lie in which a volume larger than a patch is predicted."""

import itertools
from collections.abc import Sequence

import numpy as np

from lascarlib.geometry.grid import Shape

Place = tuple[slice, slice, slice]


def window_places(volume: Sequence[int], window: Shape, *, overlap: float) -> list[Place]:
    """Where all windows lie: as few as reach the overlap, spread evenly from edge to edge.

    Args:
        volume: its shape, no edge shorter than the window's.
        window: its shape.
        overlap: least share of a window that its neighbour covers again, up to rounding, 0 to
            below 1.

    Returns:
        Slices along x, y, z; z changes first.

    Source: nnU-Net's sliding window (Isensee et al., Nature Methods 2021).

    Example:
        >>> places = window_places((10, 4, 4), (4, 4, 4), overlap=0.5)
        >>> [(x.start, x.stop) for x, y, z in places]
        [(0, 4), (2, 6), (4, 8), (6, 10)]
    """
    return _places([_starts(*axis, overlap) for axis in zip(volume, window, strict=True)], window)


def covering_places(volume: Sequence[int], window: Shape, *, overlap: float) -> list[Place]:
    """The fewest of the windows of `window_places` that leave no voxel out.

    Args:
        volume: its shape, no edge shorter than the window's.
        window: its shape.
        overlap: of `window_places`.

    Returns:
        Some of `window_places`, in its order.

    Example:
        >>> places = covering_places((10, 4, 4), (4, 4, 4), overlap=0.5)
        >>> [(x.start, x.stop) for x, y, z in places]
        [(0, 4), (4, 8), (6, 10)]
    """
    axes = []
    for edge, size in zip(volume, window, strict=True):
        starts = _starts(edge, size, overlap)
        kept = [0]
        while kept[-1] < starts[-1]:
            kept.append(max(start for start in starts if start <= kept[-1] + size))
        axes.append(kept)
    return _places(axes, window)


def centre_of(place: Place, volume: Sequence[int], *, overlap: float) -> Place:
    """The central part of a window: without half of the overlap asked for at each face.

    At an overlap of 0.5 that is a quarter of an edge, rounded down; at a face of the volume nothing
    is cut off. The central parts of all windows leave no voxel out.

    Args:
        place: of the window.
        volume: its shape.
        overlap: of `window_places`.

    Returns:
        Slices along x, y, z.

    Example:
        >>> places = window_places((10, 4, 4), (4, 4, 4), overlap=0.5)
        >>> centres = [centre_of(place, (10, 4, 4), overlap=0.5) for place in places]
        >>> [(x.start, x.stop) for x, y, z in centres]
        [(0, 3), (3, 5), (5, 7), (7, 10)]
    """

    def inner(along: slice, edge: int) -> slice:
        margin = int((along.stop - along.start) * overlap / 2)
        return slice(
            along.start + margin if along.start > 0 else 0,
            along.stop - margin if along.stop < edge else edge,
        )

    x, y, z = map(inner, place, volume)
    return x, y, z


def _starts(edge: int, size: int, overlap: float) -> list[int]:
    steps = int(np.ceil((edge - size) / max(1.0, size * (1 - overlap))))
    return [round(k * (edge - size) / steps) for k in range(steps + 1)] if steps else [0]


def _places(starts: Sequence[Sequence[int]], window: Shape) -> list[Place]:
    axes = [
        [slice(start, start + size) for start in along]
        for along, size in zip(starts, window, strict=True)
    ]
    return list(itertools.product(*axes))

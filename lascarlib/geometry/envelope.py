"""The exact Euclidean distance to a set of seeds, one axis after the other.

The square of the distance separates. With w the squared spacings and (x', y', z') the seeds,

    d^2(x, y, z) = min_x' [w_x (x - x')^2 + min_y' [w_y (y - y')^2 + min_z' [w_z (z - z')^2]]]

so on every line along an axis the lowest of the parabolas is wanted that stand over its voxels
(Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012). Two facts make this quick. Parabolas
stand only within the seeds' box, however large the volume around it is. And as one walks along a
line, the lowest parabola never moves back: between two positions, only those between the two
positions' lowest ones can matter. NumPy does it for thousands of lines at once.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

from lascarlib.geometry.grid import Box, Shape, Spacing

THREADS = 2
"""Threads of one distance transform: what a course laptop has, and a cluster node can spare."""
LANES = 4200
"""Lines worked on together. More leave the cache; at 4096, half of its buffer, NumPy slows down."""
WIDTH = 96
"""Most columns of them: lines that lie close together choose among the same parabolas."""
RUN = 24
"""Most positions along a line that share one choice of parabolas."""
FEW = 12
"""So few positions, or parabolas to choose from, that narrowing the choice does not pay."""


def distance_to_seeds(
    seeds: np.ndarray, *, start: Shape, region: Box, spacing_mm: Spacing
) -> np.ndarray:
    """Distance from each voxel of a region to the nearest seed, between voxel centres.

    Args:
        seeds: bool (x, y, z), a block of the volume that holds every seed; the smaller the block,
            the less work.
        start: the block's first voxel in the volume.
        region: the voxels of the volume whose distance is wanted; it need not meet the block.
        spacing_mm: voxel edge lengths along x, y, z in mm.

    Returns:
        Float32 of the region's shape, in mm, x last in memory where it is last in `seeds`; infinite
        where there is no seed at all. A part of the region gets the values it has in the whole.

    Source: BF Eq. 5, E of all voxels but the seeds.

    Example:
        >>> seed = np.ones((1, 1, 1), bool)
        >>> region = Box((0, 0, 0), (3, 1, 1))
        >>> spacing_mm = (0.5, 1.0, 1.0)
        >>> distance_to_seeds(seed, start=(5, 0, 0), region=region, spacing_mm=spacing_mm).ravel()
        array([2.5, 2. , 1.5], dtype=float32)
    """
    if abs(seeds.strides[0]) < abs(seeds.strides[2]):  # as files are read: x is last in memory
        turned = Box(region.start[::-1], region.stop[::-1])
        return distance_to_seeds(
            np.ascontiguousarray(seeds.T),
            start=start[::-1],
            region=turned,
            spacing_mm=spacing_mm[::-1],
        ).T
    offset = [wanted - here for wanted, here in zip(region.start, start, strict=True)]
    squared = _nearest_on_lines(
        np.moveaxis(seeds, 2, 0), offset=offset[2], length=region.shape[2], spacing_mm=spacing_mm[2]
    )
    # Axes (z, x, y) -> (y, x, z) -> (x, y, z): the one to work along comes first.
    for axis, order in ((1, (2, 1, 0)), (0, (1, 0, 2))):
        squared = _lowest_parabolas(
            squared.transpose(order),
            offset=offset[axis],
            length=region.shape[axis],
            spacing_mm=spacing_mm[axis],
        )
    return np.sqrt(squared, out=squared)


def _nearest_on_lines(
    seeds: np.ndarray, *, offset: int, length: int, spacing_mm: float
) -> np.ndarray:
    """Squared distance along axis 0 to the nearest seed of the same line.

    Counts steps from seed to seed, forwards and backwards, over block and region alike.
    """
    first, stop = min(0, offset), max(len(seeds), offset + length)
    steps = np.full((stop - first, *seeds.shape[1:]), np.inf, np.float32)
    steps[-first : len(seeds) - first][seeds] = 0
    for k in range(1, len(steps)):
        np.minimum(steps[k], steps[k - 1] + 1, out=steps[k])
    for k in range(len(steps) - 2, -1, -1):
        np.minimum(steps[k], steps[k + 1] + 1, out=steps[k])
    wanted = steps[offset - first : offset - first + length]
    np.square(wanted, out=wanted)
    return np.multiply(wanted, np.float32(spacing_mm**2), out=wanted)


def _lowest_parabolas(
    feet: np.ndarray, *, offset: int, length: int, spacing_mm: float
) -> np.ndarray:
    """Lowest parabola over the lines along axis 0, at `length` positions from `offset` on.

    Args:
        feet: float32 (site, row, column), how high each parabola stands; inf where there is none.
        offset: first position wanted, counted from the first site.
        length: number of positions.
        spacing_mm: between sites, and between positions.

    Returns:
        Float32 (position, row, column).
    """
    sites, rows, columns = feet.shape
    lowest = np.empty((length, rows, columns), np.float32)
    reach = np.arange(offset - sites + 1, offset + length)
    parabola = ((reach * spacing_mm) ** 2).astype(np.float32)
    width = _even_share(columns, columns / WIDTH)
    height = _even_share(rows, rows * width // LANES)

    def work(corner: tuple[int, int]) -> None:
        row, column = corner
        block = np.s_[:, row : row + height, column : column + width]
        near = np.ascontiguousarray(feet[block]).reshape(sites, -1)
        scratch = np.empty((2, max(sites, RUN), near.shape[1]), np.float32)
        lines = _Lines(near, parabola, lowest[block], scratch)
        first = _fill_one(lines, 0, (0, sites))
        last = _fill_one(lines, length - 1, (first[0], sites))
        _fill_between(lines, (0, first), (length - 1, last))

    corners = product(range(0, rows, height), range(0, columns, width))
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, corners))
    return lowest


def _even_share(count: int, parts: float) -> int:
    """How many of `count` fall to each part, so that no part is much smaller than the others."""
    return math.ceil(count / max(1, math.ceil(parts)))


Sites = tuple[int, int]
"""Sites from the first to before the second."""


@dataclass(frozen=True, eq=False)
class _Lines:
    """Lines that are worked on together.

    Args:
        feet: float32 (site, lane), the heights of the parabolas.
        parabola: float32, its entry p - s + sites - 1 is what position p sees of a site s.
        lowest: float32 (position, row, column), to be filled.
        scratch: float32 (2, most sites or positions at once, lane).
    """

    feet: np.ndarray
    parabola: np.ndarray
    lowest: np.ndarray
    scratch: np.ndarray


def _fill_one(lines: _Lines, position: int, among: Sites) -> Sites:
    """Fill a position from the sites it may choose from; return those that are lowest in a line."""
    low, high = among
    end = position + len(lines.feet)
    seen = lines.parabola[end - high : end - low][::-1, None]
    heights = np.add(lines.feet[low:high], seen, out=lines.scratch[0, : high - low])
    lowest = heights.min(axis=0)
    lines.lowest[position] = lowest.reshape(lines.lowest.shape[1:])
    finite = np.minimum(lowest, np.finfo(np.float32).max)  # nothing is chosen where all is inf
    chosen = np.flatnonzero((heights <= finite).any(axis=1))
    return (low + int(chosen[0]), low + int(chosen[-1]) + 1) if len(chosen) else (low, low + 1)


def _fill_between(lines: _Lines, before: tuple[int, Sites], after: tuple[int, Sites]) -> None:
    """Fill the positions between two filled ones, given with the sites that are lowest there."""
    first, last = before[0] + 1, after[0]
    low, high = before[1][0], after[1][1]
    if last - first > RUN or min(last - first, high - low) > FEW:
        middle = (first + last) // 2
        split = (middle, _fill_one(lines, middle, (low, high)))
        _fill_between(lines, before, split)
        _fill_between(lines, split, after)
    elif first < last:
        lowest, heights = lines.scratch[:, : last - first]
        lowest.fill(np.inf)
        for site in range(low, high):
            start = first - site + len(lines.feet) - 1
            seen = lines.parabola[start : start + last - first, None]
            np.minimum(lowest, np.add(lines.feet[site], seen, out=heights), out=lowest)
        lines.lowest[first:last] = lowest.reshape(last - first, *lines.lowest.shape[1:])

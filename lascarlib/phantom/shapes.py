"""Smooth implicit shapes: functions that are negative inside and near-distances in mm outside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lascarlib.phantom.lattice import Lattice

FAR_MM = 1e3
"""Stands for "nowhere near" where a shape was not evaluated."""


@dataclass(frozen=True, eq=False)
class Ellipsoid:
    """An ellipsoid, turned by a rotation matrix.

    Args:
        centre_mm: (3,) centre, RAS+.
        semi_axes_mm: (3,) half-diameters along its own axes.
        rotation: (3, 3) whose rows are its own axes in patient coordinates.
    """

    centre_mm: np.ndarray
    semi_axes_mm: np.ndarray
    rotation: np.ndarray

    def bounds_mm(self) -> tuple[np.ndarray, np.ndarray]:
        """Corners of the box round the shape."""
        reach = np.sqrt(((self.rotation * self.semi_axes_mm[:, None]) ** 2).sum(axis=0))
        return self.centre_mm - reach, self.centre_mm + reach

    def distance_mm(self, lattice: Lattice) -> np.ndarray:
        """Near-distance k0 (k0 - 1) / k1 with k0 = |p / r| and k1 = |p / r^2|: exact at 0."""
        p = _relative(lattice, self.centre_mm)
        k0 = np.zeros(lattice.shape, np.float32)
        k1 = np.zeros(lattice.shape, np.float32)
        for row, radius in zip(self.rotation, self.semi_axes_mm, strict=True):
            along = p[0] * np.float32(row[0]) + p[1] * np.float32(row[1])
            along = along + p[2] * np.float32(row[2])
            along *= np.float32(1 / radius)
            along *= along
            k0 += along
            along *= np.float32(1 / radius**2)
            k1 += along
        np.sqrt(k0, out=k0)
        return k0 * (k0 - 1) / (np.sqrt(k1) + np.float32(1e-6))


@dataclass(frozen=True, eq=False)
class Tube:
    """A tapered, rounded tube along a bent centre line.

    Args:
        points_mm: (n, 3) points of the centre line, n >= 2.
        radii_mm: (n,) radius at each point.
    """

    points_mm: np.ndarray
    radii_mm: np.ndarray

    def bounds_mm(self) -> tuple[np.ndarray, np.ndarray]:
        """Corners of the box round the shape."""
        reach = self.radii_mm[:, None]
        return (self.points_mm - reach).min(axis=0), (self.points_mm + reach).max(axis=0)

    def distance_mm(self, lattice: Lattice) -> np.ndarray:
        """Least over the segments of the distance to the line less the radius there."""
        result = None
        for k in range(len(self.points_mm) - 1):
            d = _segment_distance(lattice, self.points_mm[k : k + 2], self.radii_mm[k : k + 2])
            result = d if result is None else np.minimum(result, d)
        assert result is not None
        return result


Shape = Ellipsoid | Tube


def _relative(lattice: Lattice, centre_mm: np.ndarray) -> tuple[np.ndarray, ...]:
    cx, cy, cz = (np.float32(c) for c in centre_mm)
    return lattice.x_mm - cx, lattice.y_mm - cy, lattice.z_mm - cz


def _segment_distance(lattice: Lattice, ends_mm: np.ndarray, radii_mm: np.ndarray) -> np.ndarray:
    p = _relative(lattice, ends_mm[0])
    axis = (ends_mm[1] - ends_mm[0]).astype(np.float32)
    length2 = np.float32(max(float((axis**2).sum()), 1e-6))
    t = p[0] * (axis[0] / length2) + p[1] * (axis[1] / length2) + p[2] * (axis[2] / length2)
    np.clip(t, 0, 1, out=t)
    d = (p[0] - t * axis[0]) ** 2
    d += (p[1] - t * axis[1]) ** 2
    d += (p[2] - t * axis[2]) ** 2
    np.sqrt(d, out=d)
    t *= np.float32(radii_mm[1] - radii_mm[0])
    d -= t
    d -= np.float32(radii_mm[0])
    return d


def smooth_minimum(a: np.ndarray, b: np.ndarray, *, blend_mm: float) -> np.ndarray:
    """Join two implicit shapes with a fillet.

    Args:
        a: Distances in mm of one shape.
        b: Distances of the other, same shape of array.
        blend_mm: Values closer to each other than this are blended; 0 gives the plain minimum.

    Returns:
        The distances of the union, lower than both by at most blend_mm / 4.

    Example:
        >>> smooth_minimum(np.float32(1), np.float32(9), blend_mm=4).item()
        1.0
        >>> smooth_minimum(np.float32(2), np.float32(2), blend_mm=4).item()
        1.0
    """
    if blend_mm <= 0:
        return np.minimum(a, b)
    h = np.maximum(np.float32(blend_mm) - np.abs(a - b), 0)
    return np.minimum(a, b) - h * h * np.float32(0.25 / blend_mm)


def union_distance_mm(
    shapes: Sequence[Shape], lattice: Lattice, *, blend_mm: float, margin_mm: float
) -> np.ndarray:
    """Distances of the smooth union of several shapes.

    Each shape is evaluated only within ``margin_mm`` of its box; elsewhere it counts as
    :data:`FAR_MM` away, so the result is right where it is below the margin.

    Args:
        shapes: The parts; none gives an array of FAR_MM.
        lattice: Where to sample.
        blend_mm: Size of the fillets.
        margin_mm: How far outside the result is needed.

    Returns:
        float32 distances in mm of the lattice's shape.
    """
    result = np.full(lattice.shape, FAR_MM, np.float32)
    for shape in shapes:
        low, high = shape.bounds_mm()
        window = lattice.window(low - margin_mm, high + margin_mm)
        part = shape.distance_mm(lattice.crop(window))
        result[window] = smooth_minimum(result[window], part, blend_mm=blend_mm)
    return result


def rotation_deg(about_x: float, about_y: float, about_z: float) -> np.ndarray:
    """Rows are the axes of a frame turned about x, then y, then z (right-handed, degrees).

    Example:
        >>> rotation_deg(0, 0, 90).round(6).tolist()[0]
        [0.0, 1.0, 0.0]
    """
    a, b, c = np.deg2rad([about_x, about_y, about_z])
    rx = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return (rz @ ry @ rx).T

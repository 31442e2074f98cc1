"""Painting tissue signal onto the lattice with soft, partial-volume edges."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lascarlib.phantom.lattice import Lattice
from lascarlib.phantom.shapes import Shape, union_distance_mm

BLEND_MM = 3.0
"""Fillets between the parts of one organ."""


@dataclass(frozen=True, eq=False)
class Canvas:
    """A signal map under construction.

    Args:
        lattice: Sample positions.
        signal: float32 array of the lattice's shape, painted in place, 1 = mean blood.
        roughness_mm: Smooth field added to every distance, so that no surface is a perfect quadric.
        edge_mm: Width over which a surface fades, about one in-plane voxel.
    """

    lattice: Lattice
    signal: np.ndarray
    roughness_mm: np.ndarray
    edge_mm: float


def coverage(distance_mm: np.ndarray, *, edge_mm: float) -> np.ndarray:
    """Share of a sample that lies inside a surface at a signed distance.

    Args:
        distance_mm: Signed distances, negative inside.
        edge_mm: Width of a sample.

    Returns:
        float32 in [0, 1], 0.5 on the surface.

    Example:
        >>> coverage(np.float32([-1, 0, 0.25, 1]), edge_mm=1.0).tolist()
        [1.0, 0.5, 0.25, 0.0]
    """
    return np.clip(np.float32(0.5) - distance_mm * np.float32(1 / edge_mm), 0, 1)


def paint(
    canvas: Canvas,
    shapes: Sequence[Shape],
    value: float | np.ndarray,
    *,
    grow_mm: float = 0.0,
    level: float = 1.0,
) -> None:
    """Cover the inside of a union of shapes with a signal.

    Args:
        canvas: Painted in place.
        shapes: Parts of one organ.
        value: Signal, a number or an array of the lattice's shape.
        grow_mm: Enlarges the organ on all sides.
        level: Factor on the signal.
    """
    if not shapes:
        return
    margin_mm = grow_mm + 4.0
    corners = [shape.bounds_mm() for shape in shapes]
    window = canvas.lattice.window(
        np.min([c[0] for c in corners], axis=0) - margin_mm,
        np.max([c[1] for c in corners], axis=0) + margin_mm,
    )
    d = union_distance_mm(
        shapes, canvas.lattice.crop(window), blend_mm=BLEND_MM, margin_mm=margin_mm
    )
    d += canvas.roughness_mm[window]
    share = coverage(d - np.float32(grow_mm), edge_mm=canvas.edge_mm)
    target = canvas.signal[window]
    inside = value[window] if isinstance(value, np.ndarray) else np.float32(value)
    target += share * (inside * np.float32(level) - target)

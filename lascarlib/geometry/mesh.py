"""The surface of a mask as a triangle mesh in millimetres, smooth enough to have normals."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.measure import marching_cubes

from lascarlib.errors import LascarError
from lascarlib.geometry.grid import bounding_box
from lascarlib.geometry.mask import check_mask, check_spacing


@dataclass(frozen=True, eq=False)
class SurfaceMesh:
    """A closed triangle mesh.

    Args:
        vertices_mm: float64 (vertex, 3), place in mm. From `surface_mesh`: voxel index times
            spacing, with voxel (0, 0, 0) centred at the origin; from `world_mesh`: RAS+ world.
        normals: float64 (vertex, 3), unit vectors out of the mask.
        faces: int64 (face, 3), three vertices each.
        edges: int64 (edge, 2), every pair of vertices that share a face, once, smaller index first.
    """

    vertices_mm: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    edges: np.ndarray


def surface_mesh(
    mask: np.ndarray, *, spacing_mm: tuple[float, float, float], edge_mm: float
) -> SurfaceMesh:
    """Mesh the surface of a mask with triangles of about a given size, whatever the voxels' size.

    The mask is smoothed by a Gaussian of SD `edge_mm`, sampled on a grid of that spacing, and cut
    at one half by marching cubes. Outside the volume counts as background: the mesh is closed where
    the mask touches a face. Without smoothing a mesh of voxels would be stairs, whose normals point
    along the axes.

    Args:
        mask: bool (x, y, z), at least one True voxel.
        spacing_mm: voxel edge lengths along x, y, z in mm.
        edge_mm: spacing of the grid that is cut, about the length of a triangle's edge.

    Returns:
        The mesh. A structure too small for the smoothing keeps a surface, cut at half its peak.

    Raises:
        LascarError: `mask` is not a bool volume or is empty, or a length is not above 0.

    Source: marching cubes, Lorensen and Cline (1987), as in scikit-image.

    Example:
        >>> ball = np.indices((21, 21, 21)) - 10
        >>> mesh = surface_mesh((ball**2).sum(axis=0) < 64, spacing_mm=(1.0, 1.0, 1.0), edge_mm=1.5)
        >>> radius_mm = np.linalg.norm(mesh.vertices_mm - 10.0, axis=1)
        >>> bool(7 < radius_mm.min() < radius_mm.max() < 8)
        True
        >>> len(mesh.vertices_mm) - len(mesh.edges) + len(mesh.faces)  # Euler: closed, one piece
        2
    """
    check_mask(mask)
    check_spacing(spacing_mm)
    if not (np.isfinite(edge_mm) and edge_mm > 0):
        raise LascarError(f"edge_mm is {edge_mm}; give a length above 0")
    if not mask.any():
        raise LascarError("mask is empty, so it has no surface; give a mask with True voxels")
    box = bounding_box(mask)
    spacing = np.array(spacing_mm)
    margin = np.ceil(4 * edge_mm / spacing).astype(int) + 1
    padded = np.pad(mask[box.slices].astype(np.float32), [(int(m), int(m)) for m in margin])
    smooth = ndimage.gaussian_filter(padded, edge_mm / spacing, mode="constant")
    counts = np.floor((np.array(padded.shape) - 1) * spacing / edge_mm).astype(int) + 1
    steps = np.meshgrid(*(np.arange(n) for n in counts), indexing="ij", sparse=False)
    index = [step * (edge_mm / size) for step, size in zip(steps, spacing, strict=True)]
    field = ndimage.map_coordinates(smooth, index, order=1, mode="constant")
    corners, faces, _, _ = marching_cubes(
        field, min(0.5, 0.5 * float(field.max())), allow_degenerate=False
    )
    corners, faces = corners.astype(np.float64), faces.astype(np.int64)
    start_mm = (np.array(box.start) - margin) * spacing
    return SurfaceMesh(
        corners * edge_mm + start_mm, _outward(field, corners), faces, _unique_edges(faces)
    )


def _outward(field: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Unit vectors down the field's gradient; along x where the field is flat."""
    slopes = [
        ndimage.map_coordinates(part, corners.T, order=1, mode="nearest")
        for part in np.gradient(field)
    ]
    down = -np.stack(slopes, axis=1).astype(np.float64)
    length = np.linalg.norm(down, axis=1, keepdims=True)
    return np.where(length > 1e-12, down / np.maximum(length, 1e-12), [1.0, 0.0, 0.0])


def _unique_edges(faces: np.ndarray) -> np.ndarray:
    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    return np.unique(np.sort(pairs, axis=1), axis=0)

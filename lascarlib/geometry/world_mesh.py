"""A mask's surface where it lies in the patient: a mesh in world millimetres, and its measures."""

import numpy as np

from lascarlib.case import spacing_of
from lascarlib.errors import LascarError
from lascarlib.geometry.mesh import SurfaceMesh, surface_mesh

EDGE_MM = 1.5
"""Usual length of a triangle's edge: finer than a slice, coarse enough for a web page."""


def world_mesh(mask: np.ndarray, *, affine: np.ndarray, edge_mm: float = EDGE_MM) -> SurfaceMesh:
    """Mesh the surface of a mask in RAS+ world millimetres, as `surface_mesh` does in the array's.

    Args:
        mask: bool (x, y, z), at least one True voxel.
        affine: (4, 4), voxel index to RAS+ world mm; may be oblique or mirrored.
        edge_mm: about the length of a triangle's edge, and the SD of the smoothing.

    Returns:
        A closed mesh. Seen from outside the corners of each triangle run anticlockwise, whatever
        the handedness of the affine.

    Raises:
        LascarError: `mask` is not a bool volume or is empty, or `edge_mm` is not above 0.

    Example:
        >>> ball = np.indices((21, 21, 21)) - 10
        >>> affine = np.diag([-1.0, -1.0, 1.0, 1.0])
        >>> mesh = world_mesh((ball**2).sum(axis=0) < 64, affine=affine)
        >>> np.abs(mesh.vertices_mm.mean(axis=0) - [-10, -10, 10]).max() < 0.1
        np.True_
    """
    spacing_mm = spacing_of(affine)
    mesh = surface_mesh(mask, spacing_mm=spacing_mm, edge_mm=edge_mm)
    turn = affine[:3, :3] / np.array(spacing_mm)
    vertices_mm = mesh.vertices_mm @ turn.T + affine[:3, 3]
    normals = mesh.normals @ np.linalg.inv(turn)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    moved = SurfaceMesh(vertices_mm, normals, mesh.faces, mesh.edges)
    if enclosed_volume_ml(moved) < 0:
        return SurfaceMesh(vertices_mm, normals, mesh.faces[:, ::-1], mesh.edges)
    return moved


def enclosed_volume_ml(mesh: SurfaceMesh) -> float:
    """Volume inside a closed mesh in ml, by the divergence theorem; negative if inside out.

    Example:
        >>> corners = np.array([[0, 0, 0], [30, 0, 0], [0, 20, 0], [0, 0, 10]], float)
        >>> faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
        >>> enclosed_volume_ml(SurfaceMesh(corners, corners, faces, faces[:, :2]))  # 30*20*10/6 mm3
        1.0
    """
    a, b, c = np.moveaxis(mesh.vertices_mm[mesh.faces] - mesh.vertices_mm.mean(axis=0), 1, 0)
    return round(float(np.einsum("fi,fi->", a, np.cross(b, c))) / 6000, 12)


def triangle_areas_mm2(mesh: SurfaceMesh) -> np.ndarray:
    """Area of every triangle: float64 (face,).

    Example:
        >>> corners = np.array([[0, 0, 0], [3, 0, 0], [0, 4, 0]], float)
        >>> mesh = SurfaceMesh(corners, corners, np.array([[0, 1, 2]]), np.array([[0, 1]]))
        >>> triangle_areas_mm2(mesh)
        array([6.])
    """
    a, b, c = np.moveaxis(mesh.vertices_mm[mesh.faces], 1, 0)
    return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)


def vertex_areas_mm2(mesh: SurfaceMesh) -> np.ndarray:
    """Area that belongs to every vertex, a third of each triangle it is in: float64 (vertex,).

    Example:
        >>> corners = np.array([[0, 0, 0], [3, 0, 0], [0, 4, 0]], float)
        >>> mesh = SurfaceMesh(corners, corners, np.array([[0, 1, 2]]), np.array([[0, 1]]))
        >>> vertex_areas_mm2(mesh)
        array([2., 2., 2.])
    """
    thirds = np.repeat(triangle_areas_mm2(mesh) / 3, 3)
    return np.bincount(mesh.faces.ravel(), weights=thirds, minlength=len(mesh.vertices_mm))


def check_values(values: np.ndarray, mesh: SurfaceMesh, *, name: str) -> None:
    """Refuse anything but one number for each vertex.

    Raises:
        LascarError: another shape, or a type that is neither bool nor real.

    Example:
        >>> corners = np.array([[0, 0, 0], [3, 0, 0], [0, 4, 0]], float)
        >>> mesh = SurfaceMesh(corners, corners, np.array([[0, 1, 2]]), np.array([[0, 1]]))
        >>> check_values(np.array([True, False, True]), mesh, name="scar")
    """
    if values.shape != (len(mesh.vertices_mm),) or values.dtype.kind not in "bifu":
        raise LascarError(
            f"{name} has shape {values.shape} and type {values.dtype}; give one number for each of "
            f"the {len(mesh.vertices_mm)} vertices"
        )

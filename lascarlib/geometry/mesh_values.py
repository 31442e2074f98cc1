"""A number for every vertex of a surface: scar, probability, grey level, distance to another."""

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from lascarlib.case import spacing_of
from lascarlib.errors import LascarError
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.geometry.wall import wall_labels

STEP_MM = 0.5
"""Distance between two looks along a normal."""
CANDIDATES = 12
"""Triangles, those with the nearest centres, among which the nearest point is looked for."""


def scar_on_mesh(
    mesh: SurfaceMesh, atrium: np.ndarray, scar: np.ndarray, *, affine: np.ndarray
) -> np.ndarray:
    """Which vertices are scar: those whose nearest surface voxel of the LA is, by `wall_labels`.

    Args:
        mesh: of the LA, in the frame that `affine` leads to.
        atrium: bool (x, y, z), True in the LA cavity.
        scar: bool (x, y, z), True in scar; may be empty.
        affine: (4, 4), voxel index to mm in the mesh's frame.

    Returns:
        Bool (vertex,).

    Raises:
        LascarError: as `wall_labels`.

    Source: JSQ section 3.2, which projects the manual scar onto the LA surface.

    Example:
        >>> from lascarlib.geometry.world_mesh import world_mesh
        >>> atrium, scar = np.zeros((2, 9, 9, 9), bool)
        >>> atrium[2:7, 2:7, 2:7] = True
        >>> scar[7] = atrium[6]  # all along one side, at large x
        >>> mesh = world_mesh(atrium, affine=np.eye(4))
        >>> marked = scar_on_mesh(mesh, atrium, scar, affine=np.eye(4))
        >>> mesh.vertices_mm[marked, 0].min() > mesh.vertices_mm[~marked, 0].mean()
        np.True_
    """
    normal, marked = wall_labels(atrium, scar, spacing_mm=spacing_of(affine))
    voxels = np.argwhere(normal | marked)
    voxels_mm = voxels @ affine[:3, :3].T + affine[:3, 3]
    nearest = KDTree(voxels_mm).query(mesh.vertices_mm)[1]
    return np.asarray(marked[tuple(voxels[nearest].T)])


def largest_across_wall(
    mesh: SurfaceMesh,
    volume: np.ndarray,
    *,
    affine: np.ndarray,
    inner_mm: float,
    outer_mm: float,
) -> np.ndarray:
    """The largest value of a volume along every vertex's normal: a maximum projection of the wall.

    Linear interpolation every 0.5 mm, the edge's value outside the volume.

    Args:
        mesh: in the frame that `affine` leads to.
        volume: (x, y, z), an image or a probability, any real type or bool.
        affine: (4, 4), voxel index to mm in the mesh's frame.
        inner_mm: how far into the mask to look, 0 or more.
        outer_mm: how far out of it.

    Returns:
        Float32 (vertex,).

    Raises:
        LascarError: `volume` has not three axes, or a depth is negative or not finite.

    Example:
        >>> from lascarlib.geometry.world_mesh import world_mesh
        >>> atrium = np.zeros((11, 11, 11), bool)
        >>> atrium[3:8, 3:8, 3:8] = True
        >>> mesh = world_mesh(atrium, affine=np.eye(4))
        >>> ramp = np.indices(atrium.shape)[0].astype(float)  # grows by 1 a mm along x
        >>> found = largest_across_wall(mesh, ramp, affine=np.eye(4), inner_mm=0, outer_mm=1)
        >>> ahead = mesh.vertices_mm[:, 0] + np.clip(mesh.normals[:, 0], 0, None)
        >>> np.abs(found - ahead).max() < 1e-5
        np.True_
    """
    if volume.ndim != 3:
        raise LascarError(f"volume has shape {volume.shape}; give one with axes (x, y, z)")
    for name, depth_mm in (("inner_mm", inner_mm), ("outer_mm", outer_mm)):
        if not (np.isfinite(depth_mm) and depth_mm >= 0):
            raise LascarError(f"{name} is {depth_mm}; give a length in mm, 0 or more")
    looks = max(2, round((inner_mm + outer_mm) / STEP_MM) + 1)
    back = np.linalg.inv(affine)
    source = volume.astype(np.float32, copy=False)
    largest = np.full(len(mesh.vertices_mm), -np.inf, np.float32)
    for depth_mm in np.linspace(-inner_mm, outer_mm, looks):
        places = (mesh.vertices_mm + depth_mm * mesh.normals) @ back[:3, :3].T + back[:3, 3]
        seen = ndimage.map_coordinates(source, places.T, order=1, mode="nearest")
        np.maximum(largest, seen, out=largest)
    return largest


def signed_distance_to_mesh(points_mm: np.ndarray, mesh: SurfaceMesh) -> np.ndarray:
    """Distance of points to the nearest triangle of a surface: positive outside, negative inside.

    Args:
        points_mm: (point, 3) in the mesh's frame, such as the vertices of another surface.
        mesh: the reference; its normals decide the sign.

    Returns:
        Float64 (point,) in mm.

    Raises:
        LascarError: `points_mm` is not (point, 3).

    Source: JSQ Fig. 5 colours predicted surfaces by their signed distance to the manual one.

    Example:
        >>> corners = np.array([[-9, -9, 0], [9, -9, 0], [0, 9, 0]], float)
        >>> up = np.tile([0.0, 0.0, 1.0], (3, 1))
        >>> plate = SurfaceMesh(corners, up, np.array([[0, 1, 2]]), np.array([[0, 1]]))
        >>> signed_distance_to_mesh(np.array([[0, 0, 2.0], [1, 1, -3.0], [3, -13, 3]]), plate)
        array([ 2., -3.,  5.])
    """
    if points_mm.ndim != 2 or points_mm.shape[1] != 3:
        raise LascarError(f"points_mm has shape {points_mm.shape}; give (point, 3)")
    corners = mesh.vertices_mm[mesh.faces]
    near = min(CANDIDATES, len(corners))
    found = KDTree(corners.mean(axis=1)).query(points_mm, k=near)[1].reshape(len(points_mm), near)
    best, sign = np.full(len(points_mm), np.inf), np.ones(len(points_mm))
    for face in found.T:
        weights = _nearest_weights(points_mm, corners[face])
        nearest = np.einsum("pc,pci->pi", weights, corners[face])
        away = points_mm - nearest
        distance = np.linalg.norm(away, axis=1)
        normal = np.einsum("pc,pci->pi", weights, mesh.normals[mesh.faces[face]])
        closer = distance < best
        best = np.where(closer, distance, best)
        side = np.where(np.einsum("pi,pi->p", away, normal) < 0, -1.0, 1.0)
        sign = np.where(closer, side, sign)
    return sign * best


def _nearest_weights(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Barycentric weights (point, 3) of the point of each triangle that is nearest to its point."""
    a, b, c = np.moveaxis(corners, 1, 0)
    ab, ac, ap = b - a, c - a, points - a
    bb, bc, cc = (np.einsum("pi,pi->p", u, v) for u, v in ((ab, ab), (ab, ac), (ac, ac)))
    pb, pc = (np.einsum("pi,pi->p", ap, v) for v in (ab, ac))
    area = np.maximum(bb * cc - bc**2, 1e-30)
    v, w = (cc * pb - bc * pc) / area, (bb * pc - bc * pb) / area
    inside = (v >= 0) & (w >= 0) & (v + w <= 1)
    best = np.stack([1 - v - w, v, w], axis=1)
    least = np.where(inside, 0.0, np.inf)
    for first, second in ((0, 1), (1, 2), (2, 0)):
        start, edge = corners[:, first], corners[:, second] - corners[:, first]
        length = np.maximum(np.einsum("pi,pi->p", edge, edge), 1e-30)
        along = np.clip(np.einsum("pi,pi->p", points - start, edge) / length, 0, 1)
        gap = np.linalg.norm(points - start - along[:, None] * edge, axis=1)
        closer = gap < least
        on_edge = np.zeros_like(best)
        on_edge[:, first], on_edge[:, second] = 1 - along, along
        best = np.where(closer[:, None], on_edge, best)
        least = np.where(closer, gap, least)
    return best

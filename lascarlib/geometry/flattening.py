"""A surface with holes laid flat into a disc: holes at fixed places, areas nearly in proportion."""

from collections.abc import Mapping

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.linalg import spsolve

from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.geometry.world_mesh import vertex_areas_mm2

LEAST_WEIGHT = 0.01
"""Edges between obtuse triangles would weigh less than 0: this much keeps the map unfolded."""
ROUNDS = 12
"""How often the springs are weakened where the map is too small."""
STRENGTH = 0.8
"""Exponent of that; 1 is quicker and overshoots."""


def flatten(
    mesh: SurfaceMesh,
    *,
    outer: np.ndarray,
    holes: Mapping[str, np.ndarray],
    circles: Mapping[str, tuple[float, float, float]],
) -> np.ndarray:
    """Place every vertex in the unit disc: the outer rim on its edge, every hole on its circle.

    Every vertex lies at the weighted mean of its neighbours. The weights are the cotangents of a
    harmonic map at first; then, 12 times, those towards a vertex are divided by the stretch there,
    so that what is drawn too small grows. Rims go round their circles by length; each is turned to
    where its neighbours lie.

    Args:
        mesh: a surface with rims, its triangles anticlockwise seen from the side to be shown.
        outer: int (n,), vertices of the rim that becomes the unit circle, the surface at its left.
        holes: name -> vertices of the other rims, the surface at their left.
        circles: name -> centre x, centre y and radius of each hole's circle within the unit disc.

    Returns:
        Float64 (vertex, 2).

    Source: fixed holes as in Nuñez-Garcia et al. 2020, cotangent weights of Pinkall and Polthier
    1993 (held above 0), rounds after Yoshizawa, Belyaev and Seidel 2004, the stretch taken from
    areas.

    Example:
        >>> corners = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0], [1, 1, 0]], float)
        >>> faces = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
        >>> mesh = SurfaceMesh(corners, corners, faces, faces[:, :2])
        >>> flat = flatten(mesh, outer=np.array([0, 1, 2, 3]), holes={}, circles={})
        >>> np.abs(flat[4]).max() < 1e-12, np.linalg.norm(flat[:4], axis=1)
        (np.True_, array([1., 1., 1., 1.]))
    """
    weights = _cotangents(mesh)
    rings = {name: np.exp(-1j * _angles(mesh, rim)) for name, rim in holes.items()}
    rings[""] = np.exp(1j * _angles(mesh, outer))
    rims = {**holes, "": outer}
    places = _solve(weights, {"": (outer, rings[""])})
    seen = {name: places[rim].mean() for name, rim in holes.items()}
    pull = sum(np.conj(seen[name]) * complex(*circles[name][:2]) for name in holes)
    turn = pull / abs(pull) if abs(pull) > 1e-9 else 1.0
    rings[""] = turn * rings[""]
    for name, rim in holes.items():
        rings[name] = _turned(rings[name], turn * (places[rim] - seen[name]))
    where = {name: (complex(x, y), radius) for name, (x, y, radius) in circles.items()}
    where[""] = (0j, 1.0)
    for _ in range(ROUNDS + 1):
        fixed = {
            name: (rim, where[name][0] + where[name][1] * rings[name]) for name, rim in rims.items()
        }
        places = _solve(weights, fixed)
        beside = (weights @ places) / np.asarray(weights.sum(axis=1)).ravel()
        for name, rim in rims.items():
            rings[name] = _turned(rings[name], beside[rim] - where[name][0])
        weights = (weights @ diags(1 / _stretch(mesh, places))).tocsr()
    return np.stack([places.real, places.imag], axis=1)


def _turned(ring: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """A ring of complex numbers, turned to lie as near as it can to others."""
    lean = np.sum(towards * np.conj(ring))
    return np.asarray(ring * lean / abs(lean)) if abs(lean) > 1e-9 else ring


def _stretch(mesh: SurfaceMesh, places: np.ndarray) -> np.ndarray:
    """Length on the surface over length on the map, by areas, 1 in the middle: (vertex,)."""
    a, b, c = np.moveaxis(places[mesh.faces], 1, 0)
    thirds = np.repeat(np.abs(((b - a).conj() * (c - a)).imag) / 6, 3)
    drawn = np.bincount(mesh.faces.ravel(), weights=thirds, minlength=len(places))
    real = vertex_areas_mm2(mesh)
    found = (real / np.maximum(drawn, 1e-9 * drawn.sum())) ** (STRENGTH / 2)
    return np.asarray(np.clip(found / np.median(found), 0.1, 10.0))


def _angles(mesh: SurfaceMesh, rim: np.ndarray) -> np.ndarray:
    """Angle of every vertex of a rim, in proportion to the way from the first."""
    steps = np.linalg.norm(np.diff(mesh.vertices_mm[[*rim, rim[0]]], axis=0), axis=1)
    return 2 * np.pi * np.concatenate([[0.0], np.cumsum(steps[:-1])]) / steps.sum()


def _cotangents(mesh: SurfaceMesh) -> csr_matrix:
    """Weight of every edge, half the cotangents of the angles across it, at least LEAST_WEIGHT."""
    n = len(mesh.vertices_mm)
    weights = csr_matrix((n, n))
    for corner in range(3):
        a, b, c = (mesh.faces[:, (corner + step) % 3] for step in range(3))
        to_b, to_c = (mesh.vertices_mm[other] - mesh.vertices_mm[a] for other in (b, c))
        area = np.maximum(np.linalg.norm(np.cross(to_b, to_c), axis=1), 1e-12)
        cotangent = np.einsum("fi,fi->f", to_b, to_c) / area / 2
        weights = weights + coo_matrix((cotangent, (b, c)), shape=(n, n)).tocsr()
    weights = weights + weights.T
    weights.data = np.maximum(weights.data, LEAST_WEIGHT)
    return weights


def _solve(weights: csr_matrix, fixed: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Complex (vertex,): the weighted mean of its neighbours, but where a place is given."""
    stiffness = (diags(np.asarray(weights.sum(axis=1)).ravel()) - weights).tocsr()
    places = np.zeros(stiffness.shape[0], complex)
    known = np.zeros(len(places), bool)
    for rim, values in fixed.values():
        places[rim], known[rim] = values, True
    loose = np.flatnonzero(~known)
    if len(loose):
        pull = -stiffness[loose][:, np.flatnonzero(known)] @ places[known]
        inner = stiffness[loose][:, loose].tocsc()
        pulls = np.stack([pull.real, pull.imag], axis=1)
        found = np.asarray(spsolve(inner, pulls))
        places[loose] = found[:, 0] + 1j * found[:, 1]
    return places

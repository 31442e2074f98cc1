"""Where the LA opens: the mitral valve, the veins and the appendage, cut off a closed surface."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from lascarlib.errors import LascarError
from lascarlib.geometry.mesh import SurfaceMesh

VALVE = "mitral valve"
VEINS = ("left upper vein", "left lower vein", "right upper vein", "right lower vein")
APPENDAGE = "appendage"
OPENINGS = (VALVE, *VEINS, APPENDAGE)
"""The six names, in the order in which they are cut."""


@dataclass(frozen=True, eq=False)
class Opening:
    """A plane that cuts one structure off the body of the LA.

    Args:
        point_mm: (3,), a point in the middle of the structure, in the mesh's frame.
        outward: (3,), direction from the body of the LA into the structure.
        radius_mm: how far from the line through that point in that direction the structure may
            reach; what lies further off stays with the body.
    """

    point_mm: np.ndarray
    outward: np.ndarray
    radius_mm: float


@dataclass(frozen=True, eq=False)
class OpenedSurface:
    """The body of the LA with a hole for each opening.

    Args:
        mesh: of the body alone.
        source: int64 (vertex,), the number that each vertex has on the closed surface.
        rims: name -> int64 vertices round its hole, the body on the left-hand side.
        caps: name -> int64 vertices of the closed surface that were cut off with it.
    """

    mesh: SurfaceMesh
    source: np.ndarray
    rims: Mapping[str, np.ndarray]
    caps: Mapping[str, np.ndarray]


def open_surface(mesh: SurfaceMesh, openings: Mapping[str, Opening]) -> OpenedSurface:
    """Cut every opening's structure off a closed surface, along whole triangles.

    Of the vertices beyond an opening's plane and within its radius those go that hang together with
    the one nearest to its point; so a plane may well meet other parts of the LA, further away. What
    two openings claim goes to the one whose axis is nearer, in units of the radius; a strip between
    them stays with the body.

    Args:
        mesh: a closed surface without handles, its triangles anticlockwise seen from outside.
        openings: name -> where it is cut.

    Returns:
        The body, with one simple rim for each opening.

    Raises:
        LascarError: nothing lies beyond an opening, or what is left is no single surface with one
            hole for each.

    Example:
        >>> from lascarlib.geometry.world_mesh import world_mesh
        >>> ball = np.indices((25, 25, 25)) - 12
        >>> mesh = world_mesh((ball**2).sum(axis=0) < 100, affine=np.eye(4))
        >>> up = np.array([0.0, 0.0, 1.0])
        >>> top = Opening(np.array([12.0, 12.0, 19.0]), up, 20.0)
        >>> opened = open_surface(mesh, {"mitral valve": top})
        >>> list(opened.rims), opened.mesh.vertices_mm[:, 2].max() < 19.0
        (['mitral valve'], np.True_)
    """
    owner = _owners(mesh, openings)
    kept = _without_pinches(mesh.faces[(owner[mesh.faces] < 0).all(axis=1)])
    source, faces = np.unique(kept, return_inverse=True)
    faces = faces.reshape(-1, 3)
    edges = np.unique(np.sort(_half_edges(faces), axis=1), axis=0)
    body = SurfaceMesh(mesh.vertices_mm[source], mesh.normals[source], faces, edges)
    loops = _rims(faces)
    if len(source) - len(edges) + len(faces) != 2 - len(openings) or len(loops) != len(openings):
        raise LascarError(
            f"with {len(openings)} openings the surface has {len(loops)} holes; place each plane "
            "across its structure, where it has left the body of the LA"
        )
    caps = {name: np.flatnonzero(owner == number) for number, name in enumerate(openings)}
    return OpenedSurface(body, source, _named(loops, body, mesh, caps), caps)


def _owners(mesh: SurfaceMesh, openings: Mapping[str, Opening]) -> np.ndarray:
    """For every vertex the number of the opening that cuts it off, -1 on the body."""
    best = np.full(len(mesh.vertices_mm), 1.0)  # distance from the axis in units of the radius
    claimed = np.full(len(best), -1)
    for number, opening in enumerate(openings.values()):
        away = mesh.vertices_mm - opening.point_mm
        height = away @ opening.outward / np.linalg.norm(opening.outward)
        off_axis = np.sqrt(np.maximum((away**2).sum(axis=1) - height**2, 0)) / opening.radius_mm
        closer = (height > 0) & (off_axis < best)
        best[closer], claimed[closer] = off_axis[closer], number
    same = mesh.edges[claimed[mesh.edges[:, 0]] == claimed[mesh.edges[:, 1]]]
    n = len(claimed)
    graph = coo_matrix((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(n, n))
    piece = connected_components(graph, directed=False)[1]
    owner = np.full(n, -1)
    for number, (name, opening) in enumerate(openings.items()):
        own = np.flatnonzero(claimed == number)
        if not len(own):
            raise LascarError(f"nothing of the surface lies beyond the {name}; check its plane")
        away_mm = np.linalg.norm(mesh.vertices_mm[own] - opening.point_mm, axis=1)
        owner[piece == piece[own[away_mm.argmin()]]] = number
    return _parted(owner, mesh.edges)


def _parted(owner: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Give back to the body each vertex that sees two openings beside it, and its neighbours."""
    itself = np.repeat(np.arange(len(owner)), 2).reshape(-1, 2)
    both = np.concatenate([edges, edges[:, ::-1], itself])
    both = both[owner[both[:, 1]] >= 0]
    least, most = np.full(len(owner), owner.max() + 1), np.full(len(owner), -1)
    np.minimum.at(least, both[:, 0], owner[both[:, 1]])
    np.maximum.at(most, both[:, 0], owner[both[:, 1]])
    meeting = (most >= 0) & (least != most)
    freed = owner.copy()
    freed[meeting] = -1
    freed[edges[meeting[edges].any(axis=1)]] = -1
    return freed


def _half_edges(faces: np.ndarray) -> np.ndarray:
    """The three directed sides of every triangle."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])


def _border(faces: np.ndarray) -> np.ndarray:
    """Directed sides that no second triangle shares."""
    sides = _half_edges(faces)
    base = int(faces.max()) + 1
    code, back = sides[:, 0] * base + sides[:, 1], sides[:, 1] * base + sides[:, 0]
    return sides[~np.isin(code, back)]


def _without_pinches(faces: np.ndarray) -> np.ndarray:
    """The largest piece of a surface, less the vertices at which its border touches itself."""
    for _ in range(100):
        if not len(faces):
            break
        n = int(faces.max()) + 1
        sides = _half_edges(faces)
        graph = coo_matrix((np.ones(len(sides)), (sides[:, 0], sides[:, 1])), shape=(n, n))
        piece = connected_components(graph, directed=False)[1][faces[:, 0]]
        faces = faces[piece == np.bincount(piece).argmax()]
        pinched = np.flatnonzero(np.bincount(_border(faces)[:, 0], minlength=n) > 1)
        ears = np.isin(faces, pinched).any(axis=1)
        if not ears.any():
            return faces
        faces = faces[~ears]
    raise LascarError("nothing is left of the surface's body; move the openings' planes outwards")


def _rims(faces: np.ndarray) -> list[np.ndarray]:
    """The closed loops of the border, each in the direction in which the surface lies left."""
    after = {int(first): int(second) for first, second in _border(faces)}
    loops = []
    while after:
        start, here = after.popitem()
        loop = [start]
        while here != start:
            loop.append(here)
            here = after.pop(here)
        loops.append(np.array(loop))
    return loops


def _named(
    loops: list[np.ndarray], body: SurfaceMesh, mesh: SurfaceMesh, caps: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Give every loop the name of the cap that lies nearest to it."""
    rims = {}
    for name, cap in caps.items():
        ring_mm = mesh.vertices_mm[cap]
        gaps = [
            np.linalg.norm(body.vertices_mm[loop][:, None] - ring_mm, axis=2).min(axis=1).mean()
            for loop in loops
        ]
        rims[name] = loops[int(np.argmin(gaps))]
    if len({int(rim[0]) for rim in rims.values()}) != len(caps):
        raise LascarError("two openings share one hole; place their planes further out")
    return rims

"""Scar onto the surface of the LA: the labels on which the challenge scores."""

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_mask
from lascarlib.geometry.official_normals import ATRIUM_LABEL, official_normals
from lascarlib.geometry.wall_normals import Protocol, WallNormals, paper_normals

NORMAL_LABEL = 421
"""A surface voxel from which no scar was reached."""
SCAR_LABEL = 422
"""A surface voxel from which scar was reached."""
UNVISITED_LABEL = 1
"""A surface voxel that the official program never comes to."""
REACH_MM = 10.0
"""How far scar is looked for on either side of the surface."""
STEP_MM = 0.5
"""Distance between two looks."""


def project_scar(
    atrium: np.ndarray, scar: np.ndarray, *, affine: np.ndarray, protocol: Protocol
) -> np.ndarray:
    """Mark on the surface of the LA where scar lies within 10 mm of it.

    From every surface voxel two walks of 0.5 mm steps, one into the LA and one out of it, look for
    scar up to 10 mm away. See `project_onto` for the walks, `paper_normals` and `official_normals`
    for surface and direction.

    Args:
        atrium: bool (x, y, z), True in the LA cavity; "official" takes it for the label 420.
        scar: bool (x, y, z), True in scar; may be empty, and may lie on or off the surface.
        affine: (4, 4), voxel index to world mm.
        protocol: "official" repeats the challenge's programs voxel by voxel, their errors included;
            "paper" visits every surface voxel, in the real geometry.

    Returns:
        int16 (x, y, z): 422 where scar was reached, 421 on the other surface voxels, 0 off the
        surface; "official" also leaves 1 where it does not come to. An empty LA has no surface.

    Raises:
        LascarError: a mask is not a bool volume, the shapes differ, or the protocol is unknown.

    Source: JSQ section 4.1; the evaluator of LAScarQS 2022.

    Example:
        >>> atrium, scar = np.zeros((2, 9, 9, 9), bool)
        >>> atrium[2:7, 2:7, 2:7] = True
        >>> scar[8, 4, 4] = True  # two voxels beyond the middle of one side
        >>> labels = project_scar(atrium, scar, affine=np.eye(4), protocol="paper")
        >>> int((labels > 0).sum()), np.argwhere(labels == 422).tolist()
        (98, [[2, 4, 4], [6, 4, 4]])

    The far side, 6 mm away, is marked as well: the walk into the LA comes out of it again.
    """
    check_mask(atrium, name="atrium")
    check_mask(scar, name="scar")
    return project_onto(find_normals(atrium, affine=affine, protocol=protocol), scar)


def find_normals(atrium: np.ndarray, *, affine: np.ndarray, protocol: Protocol) -> WallNormals:
    """The surface of an LA mask and its directions, to project several scars onto.

    Args:
        atrium: bool (x, y, z), True in the LA cavity.
        affine: (4, 4), voxel index to world mm.
        protocol: "official" or "paper".

    Returns:
        What `project_onto` needs; nothing for an empty mask.

    Raises:
        LascarError: `atrium` is not a bool volume, or the protocol is unknown.

    Example:
        >>> empty = np.zeros((4, 4, 4), bool)
        >>> len(find_normals(empty, affine=np.eye(4), protocol="paper").voxels)
        0
    """
    check_mask(atrium, name="atrium")
    check_protocol(protocol)
    if protocol == "paper":
        return paper_normals(atrium, affine=affine)
    labels = atrium * np.int16(ATRIUM_LABEL)
    return official_normals(labels, image_affine=affine, label_affine=affine)


def check_protocol(protocol: str) -> None:
    """Refuse a protocol that is neither "official" nor "paper".

    Raises:
        LascarError: the protocol is unknown.

    Example:
        >>> check_protocol("paper")
    """
    if protocol not in ("official", "paper"):
        raise LascarError(f"unknown protocol {protocol!r}; known are official, paper")


def project_onto(normals: WallNormals, scar: np.ndarray) -> np.ndarray:
    """Walk from every surface voxel in both directions until scar is met.

    At 0, 0.5, ... 10 mm the voxel nearest to the point ahead is looked at, then the one behind.
    The first that is scar makes the surface voxel scar. "official": a point ahead that lies outside
    the volume spares the look behind; a voxel whose LA label is 500 ends the walk and leaves the
    surface voxel at 0; without a direction nothing is looked at. "paper": both sides are looked at
    independently; without a direction the surface voxel itself is.

    Args:
        normals: from `find_normals`, `paper_normals` or `official_normals`.
        scar: (x, y, z) of any real type; scar is where it is above 0.

    Returns:
        int16 (x, y, z), as in `project_scar`.

    Raises:
        LascarError: the shape of `scar` is not that of the LA.

    Example:
        >>> atrium = np.zeros((9, 9, 9), bool); atrium[3:6, 3:6, 3:6] = True
        >>> normals = find_normals(atrium, affine=np.eye(4), protocol="official")
        >>> np.unique(project_onto(normals, atrium)).tolist()
        [0, 422]
    """
    if scar.shape != normals.shape:
        raise LascarError(
            f"scar has shape {scar.shape} and the LA {normals.shape}; bring both onto one grid"
        )
    labels = np.zeros(normals.shape, np.int16)
    labels[tuple(normals.unvisited.T)] = UNVISITED_LABEL
    if len(normals.voxels):
        labels[tuple(normals.voxels.T)] = _walk(normals, scar)
    return labels


def _walk(normals: WallNormals, scar: np.ndarray) -> np.ndarray:
    """The label of each visited surface voxel, int16 (n,)."""
    official = normals.protocol == "official"
    signposts, start = _signposts(normals, scar)
    found = np.full(len(normals.voxels), NORMAL_LABEL, np.int16)
    if not signposts.any():
        return found
    moves: np.ndarray = np.any(normals.directions, axis=1)
    pending = np.flatnonzero(moves) if official else np.arange(len(found))
    for step in range(round(REACH_MM / STEP_MM) + 1):
        reached = _reach_official if official else _reach_paper
        ahead, behind = (
            reached(normals, pending, sign * step * STEP_MM) - start for sign in (1, -1)
        )
        seen, inside = _look(signposts, ahead)
        seen_behind, _ = _look(signposts, behind)
        if official:
            seen_behind[~inside] = 0
        seen = np.where(seen == 0, seen_behind, seen)
        found[pending[seen == SCAR_LABEL]] = SCAR_LABEL
        found[pending[seen == -1]] = 0
        pending = pending[seen == 0]
        if step == 0 and not official:
            pending = pending[moves[pending]]
    return found


def _signposts(normals: WallNormals, scar: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Block around the surface that holds 422 for scar and -1 where a walk ends, and its corner."""
    reach = REACH_MM * np.linalg.norm(np.linalg.inv(normals.affine)[:3, :3], axis=1)
    low = np.maximum(normals.voxels.min(axis=0) - np.ceil(reach).astype(int) - 1, 0)
    high = np.minimum(normals.voxels.max(axis=0) + np.ceil(reach).astype(int) + 2, normals.shape)
    block = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    near: np.ndarray = scar[block]
    signposts = (near > 0).astype(np.int16) * np.int16(SCAR_LABEL)
    if normals.removed is not None:
        signposts[(signposts == 0) & normals.removed[block]] = -1
    return signposts, low


def _look(signposts: np.ndarray, voxels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What stands at each voxel, 0 outside the volume, and whether it lies inside."""
    x, y, z = voxels.T
    inside = (x >= 0) & (y >= 0) & (z >= 0)
    inside &= (x < signposts.shape[0]) & (y < signposts.shape[1]) & (z < signposts.shape[2])
    seen = np.zeros(len(voxels), signposts.dtype)
    seen[inside] = signposts[tuple(voxels[inside].T)]
    return seen, inside


def _reach_official(normals: WallNormals, which: np.ndarray, far_mm: float) -> np.ndarray:
    """Voxels at a distance along the directions: the nearest to the point in the image's world."""
    affine, back = normals.affine, np.linalg.inv(normals.affine)
    world = normals.voxels[which] @ affine[:3, :3].T + affine[:3, 3]
    index = (world + far_mm * normals.directions[which]) @ back[:3, :3].T + back[:3, 3]
    return np.floor(index + 0.5 - (index == -0.5)).astype(np.intp)


def _reach_paper(normals: WallNormals, which: np.ndarray, far_mm: float) -> np.ndarray:
    """The same, rounded from the surface voxel outwards, so that mirroring changes nothing."""
    offset = far_mm * normals.directions[which] @ np.linalg.inv(normals.affine)[:3, :3].T
    steps = np.copysign(np.floor(np.abs(offset) + 0.5), offset)
    return normals.voxels[which] + steps.astype(np.intp)

"""From where a surface is looked at: six directions of the body, and the one that shows most."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.geometry.world_mesh import vertex_areas_mm2

View = Literal["posterior", "anterior", "left", "right", "superior", "inferior"]

_LOOKS: Final[Mapping[str, tuple[tuple[int, int, int], tuple[int, int, int], tuple[str, str]]]] = (
    MappingProxyType(
        {  # from where, what is up (both RAS+), and the letters at the picture's left and right
            "posterior": ((0, -1, 0), (0, 0, 1), ("L", "R")),
            "anterior": ((0, 1, 0), (0, 0, 1), ("R", "L")),
            "left": ((-1, 0, 0), (0, 0, 1), ("A", "P")),
            "right": ((1, 0, 0), (0, 0, 1), ("P", "A")),
            "superior": ((0, 0, 1), (0, 1, 0), ("L", "R")),
            "inferior": ((0, 0, -1), (0, 1, 0), ("R", "L")),
        }
    )
)
VIEWS: tuple[View, ...] = get_args(View)
"""Their names."""
FACING = 0.3
"""Cosine from which a patch of surface counts as turned to the eye."""


def look_from(view: View) -> tuple[np.ndarray, np.ndarray, tuple[str, str, str, str]]:
    """Where the eye is, what is up, and which direction of the body each edge of the picture has.

    Args:
        view: one of the six directions from which the heart can be looked at.

    Returns:
        Unit vectors in RAS+ from the heart to the eye and upwards; letters at the left, right, top
        and bottom.

    Raises:
        LascarError: the view is unknown.

    Example:
        >>> eye, up, letters = look_from("posterior")
        >>> eye.tolist(), up.tolist(), letters  # from behind: the patient's left is at the left
        ([0.0, -1.0, 0.0], [0.0, 0.0, 1.0], ('L', 'R', 'S', 'I'))
    """
    if view not in _LOOKS:
        raise LascarError(f"view is {view!r}; choose one of {', '.join(_LOOKS)}")
    eye, up, (left, right) = _LOOKS[view]
    top, bottom = ("S", "I") if up[2] else ("A", "P")
    return np.array(eye, float), np.array(up, float), (left, right, top, bottom)


def best_view(mesh: SurfaceMesh, marked: np.ndarray) -> View:
    """The view in which most of the marked area faces the eye; "posterior" where nothing is marked.

    Args:
        mesh: in RAS+ world mm.
        marked: bool (vertex,), such as scar.

    Returns:
        One of the six; the first of equally good ones.

    Example:
        >>> from lascarlib.geometry import world_mesh
        >>> ball = np.indices((15, 15, 15)) - 7
        >>> mesh = world_mesh((ball**2).sum(axis=0) < 36, affine=np.eye(4))
        >>> best_view(mesh, mesh.vertices_mm[:, 0] > 11)  # x grows to the right
        'right'
    """
    area = vertex_areas_mm2(mesh) * marked
    facing = [mesh.normals @ look_from(view)[0] for view in VIEWS]
    return VIEWS[int(np.argmax([area[cosine > FACING].sum() for cosine in facing]))]


def view_towards(direction: np.ndarray) -> View:
    """The view from the side to which a direction points most.

    Args:
        direction: (3,), RAS+, of any length.

    Returns:
        One of the six; the first of equally good ones.

    Example:
        >>> view_towards(np.array([0.2, -3.0, 1.0]))  # mostly to the back
        'posterior'
    """
    return VIEWS[int(np.argmax([look_from(view)[0] @ direction for view in VIEWS]))]

"""Volumes and surfaces in NiiVue: a widget that works with a kernel and in a published page."""

import gzip
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import nibabel as nib
import numpy as np

from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.viz.camera import View
from lascarlib.viz.style import PALETTE
from lascarlib.viz.viewers import SCENE_HEIGHT_PX

if TYPE_CHECKING:
    from ipyniivue import LUT, NiiVue

LABELS = ("atrium", "scar")
"""Number of a structure in a label volume: 1 atrium, 2 scar."""
CAMERA: Final[Mapping[View, tuple[float, float]]] = {
    "posterior": (0.0, 0.0),
    "anterior": (180.0, 0.0),
    "left": (90.0, 0.0),
    "right": (270.0, 0.0),
    "superior": (0.0, 90.0),
    "inferior": (180.0, -90.0),
}
"""NiiVue's azimuth and elevation, in degrees, that look from a direction of the body."""


def niivue_volume(
    image: np.ndarray,
    labels: np.ndarray,
    affine: np.ndarray,
    *,
    opacity: float,
    view: View,
) -> "NiiVue":
    """Three planes and the volume, its labels in colour, the crosshair in the finding.

    Args:
        image: uint8 (x, y, z).
        labels: uint8 (x, y, z), numbers of `LABELS`; all 0 where nothing is known.
        affine: voxel to RAS+ mm.
        opacity: of the labels, 0 to 1.
        view: from where the volume is seen at first.

    Returns:
        The widget.
    """
    from ipyniivue import NiiVue, SliceType, Volume

    volumes = [Volume(data=_nifti(image, affine), name="image.nii.gz", colormap="gray")]
    if labels.any():
        data, table = _nifti(labels, affine), _colours()
        volumes.append(
            Volume(data=data, name="labels.nii.gz", opacity=opacity, colormap_label=table)
        )
    viewer = NiiVue(
        height=SCENE_HEIGHT_PX,
        slice_type=SliceType.MULTIPLANAR,
        is_radiological_convention=True,
    )
    viewer.load_volumes(volumes)
    viewer.scene.crosshair_pos = _middle(labels == labels.max(), affine)
    viewer.scene.render_azimuth, viewer.scene.render_elevation = CAMERA[view]
    return viewer


def niivue_surface(mesh: SurfaceMesh, colours: np.ndarray, *, view: View) -> "NiiVue":
    """A coloured surface on white.

    Args:
        mesh: in RAS+ world mm.
        colours: uint8 (vertex, 3), red, green and blue.
        view: from where it is seen at first.

    Returns:
        The widget.
    """
    from ipyniivue import Mesh, NiiVue, SliceType

    viewer = NiiVue(
        height=SCENE_HEIGHT_PX,
        slice_type=SliceType.RENDER,
        back_color=(1.0, 1.0, 1.0, 1.0),
        show_3d_crosshair=False,
        is_orient_cube=True,
    )
    viewer.load_meshes([Mesh(data=mz3_bytes(mesh, colours), name="surface.mz3")])
    viewer.scene.render_azimuth, viewer.scene.render_elevation = CAMERA[view]
    return viewer


def mz3_bytes(mesh: SurfaceMesh, colours: np.ndarray) -> bytes:
    """A surface with a colour at every vertex, in the format MZ3 of Surf Ice, which NiiVue reads.

    Args:
        mesh: with vertices in mm.
        colours: uint8 (vertex, 3).

    Returns:
        The file: 16 bytes of header, then faces, vertices and colours.

    Example:
        >>> corners = np.zeros((3, 3))
        >>> mesh = SurfaceMesh(corners, corners, np.array([[0, 1, 2]]), np.array([[0, 1]]))
        >>> len(mz3_bytes(mesh, np.zeros((3, 3), np.uint8)))  # 16 + 1 x 12 + 3 x 12 + 3 x 4
        76
    """
    has_faces, has_vertices, has_colours = 1, 2, 4
    kind = has_faces | has_vertices | has_colours
    header = struct.pack("<HHIII", 0x5A4D, kind, len(mesh.faces), len(mesh.vertices_mm), 0)
    opaque = np.full((len(colours), 1), 255, np.uint8)
    parts = (
        mesh.faces.astype("<i4"),
        mesh.vertices_mm.astype("<f4"),
        np.hstack([colours, opaque]).astype(np.uint8),
    )
    return header + b"".join(part.tobytes() for part in parts)


def _middle(finding: np.ndarray, affine: np.ndarray) -> list[float]:
    """Middle of a mask in shares of the volume's extent along R, A, S."""
    turned = nib.as_closest_canonical(nib.Nifti1Image(finding.astype(np.uint8), affine))
    mask = np.asarray(turned.dataobj) > 0
    middle = np.argwhere(mask).mean(axis=0)
    return [float(share) for share in (middle + 0.5) / np.array(mask.shape)]


def _nifti(array: np.ndarray, affine: np.ndarray) -> bytes:
    image = nib.as_closest_canonical(nib.Nifti1Image(array, affine))
    return gzip.compress(image.to_bytes(), mtime=0)


def _colours() -> "LUT":
    """Red, green, blue and opacity of the labels 0, 1 and 2, one after the other."""
    from ipyniivue import LUT

    flat = [0, 0, 0, 0]
    for name in LABELS:
        flat += [*bytes.fromhex(PALETTE[name][1:]), 255]
    return LUT(lut=flat, min=0.0, max=2.0, labels=["", *LABELS])

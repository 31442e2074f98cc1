"""Volumes and surfaces in itkwidgets, for a person in JupyterLab who asks for it.

itkwidgets is imported when a window opens and never before: it takes over the kernel's execution of
cells, which a notebook that is executed without a person does not survive.
"""

from dataclasses import dataclass
from typing import Any

import nibabel as nib
import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.geometry.world_mesh import check_values

SURFACE_VOXEL_MM = 0.75
"""Edge of the voxels that stand for a surface: itkwidgets 1.0 draws volumes and no triangles."""


@dataclass(frozen=True, eq=False)
class ItkWindow:
    """A volume with its labels, opened in itkwidgets when a cell shows it.

    Args:
        image: (x, y, z).
        labels: uint8 (x, y, z); 0 is no label.
        affine: voxel to RAS+ mm; its axes must be those of the body.
        focus_mm: (3,), RAS+ mm, where the three planes cross at first.
    """

    image: np.ndarray
    labels: np.ndarray
    affine: np.ndarray
    focus_mm: np.ndarray

    def _ipython_display_(self) -> None:
        import itkwidgets  # changes the kernel: only here, where a person asked for it

        given = itk_arguments(self)
        itkwidgets.view(**given)


def itk_surface(mesh: SurfaceMesh, values: np.ndarray | None) -> ItkWindow:
    """The surface as a shell of small voxels: 1 atrium, 2 scar.

    Args:
        mesh: in RAS+ world mm.
        values: bool (vertex,), scar, or None.

    Returns:
        A window that is not open yet.

    Raises:
        LascarError: real values, which a label cannot show.

    Example:
        >>> corners = np.array([[0, 0, 0], [3, 0, 0], [0, 3, 0]], float)
        >>> mesh = SurfaceMesh(corners, corners, np.array([[0, 1, 2]]), np.array([[0, 1]]))
        >>> window = itk_surface(mesh, np.array([False, False, True]))
        >>> np.unique(window.labels).tolist(), window.focus_mm.tolist()
        ([0, 1, 2], [0.0, 3.0, 0.0])
    """
    scar = np.zeros(len(mesh.vertices_mm), bool) if values is None else values
    if scar.dtype != np.bool_:
        raise LascarError(
            "viewer='itk' shows scar (bool values) on a surface and no real numbers; use "
            "viewer='niivue' or 'page'"
        )
    check_values(scar, mesh, name="values")
    low = mesh.vertices_mm.min(axis=0) - 2 * SURFACE_VOXEL_MM
    shape = np.ceil(np.ptp(mesh.vertices_mm, axis=0) / SURFACE_VOXEL_MM).astype(int) + 5
    labels = np.zeros(shape, np.uint8)
    corners, marked = mesh.vertices_mm[mesh.faces], scar[mesh.faces]
    steps = int(np.ceil(np.ptp(corners, axis=1).max() / SURFACE_VOXEL_MM)) + 1
    for a in range(steps + 1):
        for b in range(steps + 1 - a):
            weights = np.array([a, b, steps - a - b]) / steps
            place = np.round((np.einsum("c,fcx->fx", weights, corners) - low) / SURFACE_VOXEL_MM)
            number = (1 + marked[:, int(weights.argmax())]).astype(np.uint8)
            np.maximum.at(labels, tuple(place.astype(int).T), number)
    affine = np.diag([SURFACE_VOXEL_MM] * 3 + [1.0])
    affine[:3, 3] = low
    shown = scar if scar.any() else np.ones_like(scar)
    focus_mm = mesh.vertices_mm[shown].mean(axis=0)
    image = (labels > 0).astype(np.uint8)
    return ItkWindow(image, labels, affine, focus_mm)


def itk_arguments(window: ItkWindow) -> dict[str, Any]:
    """What `itkwidgets.view` is given: NGFF images in LPS+ mm, stored z first, and the planes.

    Args:
        window: whose package need not be installed for anything but this.

    Returns:
        Keyword arguments.
    """
    from ngff_zarr import to_ngff_image

    def turned(array: np.ndarray) -> Any:
        ras = nib.as_closest_canonical(nib.Nifti1Image(array, window.affine))
        lps = np.asarray(ras.dataobj)[::-1, ::-1]
        scale = nib.affines.voxel_sizes(ras.affine)
        right, front, low = nib.affines.apply_affine(ras.affine, [*np.array(lps.shape)[:2] - 1, 0])
        first = (-right, -front, low)
        return to_ngff_image(
            np.ascontiguousarray(lps.T),
            dims=("z", "y", "x"),
            scale=dict(zip("xyz", map(float, scale), strict=True)),
            translation=dict(zip("xyz", map(float, first), strict=True)),
        )

    right, front, up = (float(mm) for mm in window.focus_mm)
    given: dict[str, Any] = {"image": turned(window.image)}
    if window.labels.any():
        given["label_image"] = turned(window.labels)
    return {**given, "x_slice": -right, "y_slice": -front, "z_slice": up}

"""A surface drawn by PyVista: a picture with a scale in mm, or a page in which it can be turned."""

import signal
import sys
import threading
from typing import Any

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.viz.camera import View, look_from

ROOM = 1.12
"""Edge of a picture in units of the surface's largest extent."""
_ICONS = "https://kitware.github.io/vtk-js/icon/"
"""Where the page's script would fetch five icons for a browser's tab: its only outside requests."""
_LIGHTING = {"ambient": 0.25, "diffuse": 0.75, "specular": 0.1}


def surface_picture(
    mesh: SurfaceMesh, colours: np.ndarray, *, view: View, width_mm: float, pixels: int = 500
) -> np.ndarray:
    """Draw a surface in parallel projection, centred, on white.

    Args:
        mesh: in RAS+ world mm.
        colours: uint8 (vertex, 3), red, green and blue.
        view: from where.
        width_mm: how much of the world the picture's edge is.
        pixels: of that edge.

    Returns:
        uint8 (pixels, pixels, 3).

    Raises:
        LascarError: PyVista is not installed, or the view is unknown.
    """
    plotter = _plotter(mesh, colours, view=view, width_mm=width_mm, pixels=pixels)
    try:
        return np.asarray(plotter.screenshot(None, return_img=True))
    finally:
        plotter.close()


def surface_page(mesh: SurfaceMesh, colours: np.ndarray, *, view: View) -> str:
    """A self-contained HTML page in which the surface can be turned; it needs no network.

    Args:
        mesh: in RAS+ world mm.
        colours: uint8 (vertex, 3), red, green and blue.
        view: from where it is seen at first.

    Returns:
        The page, about 1 MB and 40 bytes a vertex.

    Raises:
        LascarError: PyVista is not installed, or the view is unknown.
    """
    plotter = _plotter(mesh, colours, view=view, width_mm=picture_width_mm(mesh), pixels=500)
    on_interrupt = signal.getsignal(signal.SIGINT)
    try:
        return str(plotter.trame.export_html(None).getvalue()).replace(_ICONS, "data:,")
    finally:
        plotter.close()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, on_interrupt)  # the exporter leaves Ctrl-C without effect


def picture_width_mm(mesh: SurfaceMesh) -> float:
    """Edge of a picture that holds the surface from every side.

    Example:
        >>> corners = np.array([[0, 0, 0], [50, 0, 0], [0, 40, 10]], float)
        >>> mesh = SurfaceMesh(corners, corners, np.array([[0, 1, 2]]), np.array([[0, 1]]))
        >>> round(picture_width_mm(mesh), 6)  # 50 x 1.12
        56.0
    """
    return ROOM * float(np.ptp(mesh.vertices_mm, axis=0).max())


def _plotter(
    mesh: SurfaceMesh, colours: np.ndarray, *, view: View, width_mm: float, pixels: int
) -> Any:
    eye, up, _ = look_from(view)
    pyvista = _pyvista()
    faces = np.column_stack([np.full(len(mesh.faces), 3), mesh.faces]).ravel()
    surface = pyvista.PolyData(mesh.vertices_mm.astype(np.float32), faces)
    surface.point_data["Normals"] = mesh.normals.astype(np.float32)
    surface["colours"] = colours
    plotter = pyvista.Plotter(off_screen=True, window_size=[pixels, pixels])
    plotter.set_background("white")
    plotter.add_mesh(surface, scalars="colours", rgb=True, smooth_shading=True, **_LIGHTING)
    middle = (mesh.vertices_mm.min(axis=0) + mesh.vertices_mm.max(axis=0)) / 2
    plotter.camera_position = [tuple(middle + 3 * width_mm * eye), tuple(middle), tuple(up)]
    plotter.enable_parallel_projection()
    plotter.camera.parallel_scale = width_mm / 2
    plotter.reset_camera_clipping_range()
    return plotter


def _pyvista() -> Any:
    """PyVista, silent about the screens that a server does not have."""
    try:
        import pyvista
        from vtkmodules.vtkCommonCore import vtkLogger
    except ImportError as error:
        raise LascarError(
            "PyVista is not installed; surfaces are drawn by it: pip install 'lascarlib[book]'"
        ) from error
    if sys.platform.startswith("linux"):
        vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    return pyvista

"""Surfaces coloured by scar, probability or distance: one that can be turned, or many in a grid."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lascarlib.errors import LascarError
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.geometry.world_mesh import check_values
from lascarlib.viz.camera import View, best_view, look_from
from lascarlib.viz.colours import overlay_colours
from lascarlib.viz.itk import itk_surface
from lascarlib.viz.niivue import niivue_surface
from lascarlib.viz.scene import picture_width_mm, surface_page, surface_picture
from lascarlib.viz.style import PAGE_WIDTH_IN, PALETTE
from lascarlib.viz.viewers import Page, Scene, Viewer, choose_viewer

Painted = tuple[SurfaceMesh, np.ndarray | None]
"""A surface and the values on it, bool or real (vertex,), or None."""


def show_surface(
    surface: SurfaceMesh,
    *,
    values: np.ndarray | None = None,
    label: str = "",
    limit: float | None = None,
    view: View | None = None,
    viewer: Viewer | None = None,
    title: str = "",
) -> Scene:
    """Show a surface so that it can be turned, with a still from two sides.

    Bool values are drawn as scar on the LA; values of both signs diverge from white at 0; others
    run from 0 up. The camera is set so that most of the scar, or of what lies in the upper half of
    the magnitudes, faces the eye.

    Args:
        surface: in RAS+ world mm, as from `lascarlib.geometry.world_mesh`.
        values: (vertex,), bool or real.
        label: quantity and unit for the colour bar.
        limit: largest magnitude that gets its own colour; by default the largest there is.
        view: from where; by default the side that shows most.
        viewer: "niivue" (the default in a live notebook), "page": a page of 1 MB embedded in the
            notebook (the default where `lascar run` executes), or "itk": itkwidgets, in JupyterLab
            only, bool values only, its camera where itkwidgets puts it.
        title: of the still.

    Returns:
        The scene.

    Raises:
        LascarError: values that are not one number a vertex, an unknown view, no PyVista, a viewer
            that is unknown or not installed, or real values for itkwidgets.
    """
    chosen = choose_viewer(viewer, published="page")
    first = _best(surface, values) if view is None else view
    opposite = _OPPOSITE.get(first, first)
    still = show_surfaces(
        {title: (surface, values)}, views=(first, opposite), label=label, limit=limit
    )
    if chosen == "itk":
        return Scene(still, itk_surface(surface, values))
    colours, _ = _paint([(surface, values)], limit=limit)
    if chosen == "page":
        return Scene(still, Page(surface_page(surface, colours[0], view=first)))
    return Scene(still, niivue_surface(surface, colours[0], view=first))


def show_surfaces(
    surfaces: Mapping[str, Painted],
    *,
    views: Sequence[View] = ("posterior",),
    label: str = "",
    limit: float | None = None,
    columns: int | None = None,
) -> Figure:
    """Draw several surfaces in one scale and one set of colours: a column each, a row a view.

    Args:
        surfaces: title -> surface in RAS+ world mm and its values (bool, real or None), the same
            kind of values for all.
        views: from where; a row each.
        label: quantity and unit for the colour bar.
        limit: largest magnitude that gets its own colour; by default the largest there is.
        columns: after so many surfaces the next row begins; by default all stand in one.

    Returns:
        A figure with an axes for every picture.

    Raises:
        LascarError: no surface, view or column, values that are not one number a vertex or of two
            kinds, an unknown view, or no PyVista.

    Source: the comparisons of JSQ Figs. 5, 10 and 11.
    """
    if not surfaces or not views:
        raise LascarError("surfaces or views are empty; give at least one of each")
    painted = list(surfaces.values())
    colours, key = _paint(painted, limit=limit)
    width_mm = max(picture_width_mm(mesh) for mesh, _ in painted)
    columns = len(painted) if columns is None else columns
    if columns < 1:
        raise LascarError(f"columns is {columns}; give 1 or more")
    titled = list(zip(surfaces, painted, colours, strict=True))
    blocks = [titled[k : k + columns] for k in range(0, len(titled), columns)]
    grid = (len(views) * len(blocks), columns) if len(titled) > 1 else (1, len(views))
    edge_in = min(3.1, (PAGE_WIDTH_IN - 0.9) / grid[1])
    figure, axes = plt.subplots(
        *grid, squeeze=False, figsize=(edge_in * grid[1] + 0.9, edge_in * grid[0] + 0.6)
    )
    for ax in axes.ravel():
        ax.set_axis_off()
    if len(titled) == 1:
        axes = axes.T
    lines = iter(axes)
    for block in blocks:
        for view, line in zip(views, lines, strict=False):  # views end first
            for (title, (mesh, _), rgb), ax in zip(block, line, strict=False):
                picture = surface_picture(mesh, rgb, view=view, width_mm=width_mm)
                half = width_mm / 2
                ax.imshow(picture, extent=(-half, half, -half, half))
                ax.set_title(f"{title}\n{view}" if title else view)
                _annotate(ax, view, width_mm)
    if isinstance(key, ScalarMappable):
        bar = figure.colorbar(key, ax=axes.ravel().tolist(), label=label, shrink=0.8)
        bar.outline.set_linewidth(0.5)
    elif key:
        figure.legend(handles=key, loc="outside lower center", ncols=len(key))
    return figure


_OPPOSITE: Mapping[View, View] = {
    "posterior": "anterior",
    "anterior": "posterior",
    "left": "right",
    "right": "left",
    "superior": "inferior",
    "inferior": "superior",
}


def _best(surface: SurfaceMesh, values: np.ndarray | None) -> View:
    if values is None:
        return "posterior"
    check_values(values, surface, name="values")
    size = np.abs(np.nan_to_num(values.astype(np.float64)))
    return best_view(surface, size > 0.5 * size.max(initial=0.0))


def _paint(
    painted: Sequence[Painted], *, limit: float | None
) -> tuple[list[np.ndarray], ScalarMappable | list[Patch]]:
    """Colours uint8 (vertex, 3) of every surface, and what explains them."""
    if limit is not None and not (np.isfinite(limit) and limit > 0):
        raise LascarError(f"limit is {limit}; give a magnitude above 0")
    for mesh, values in painted:
        if values is not None:
            check_values(values, mesh, name="values")
    kinds = {None if values is None else values.dtype == np.bool_ for _, values in painted}
    if len(kinds) > 1:
        raise LascarError(
            "surfaces have values of different kinds; give all bool, all real or none"
        )
    atrium, scar = (np.round(255 * np.array(to_rgb(PALETTE[n]))) for n in ("atrium", "scar"))
    pale = np.round(0.45 * atrium + 0.55 * 255)
    if kinds == {False}:
        together = np.concatenate([np.asarray(values, float) for _, values in painted])
        mapper = overlay_colours(together, limit=limit)
        return [mapper.to_rgba(np.asarray(v, float), bytes=True)[:, :3] for _, v in painted], mapper
    marks = [np.zeros(len(mesh.vertices_mm), bool) if v is None else v for mesh, v in painted]
    colours = [np.where(mark[:, None], scar, pale).astype(np.uint8) for mark in marks]
    key = [Patch(color=_share(pale), label="atrium"), Patch(color=_share(scar), label="scar")]
    return colours, key if kinds == {True} else []


def _share(rgb: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = (float(level) / 255 for level in rgb)
    return red, green, blue


def _annotate(ax: Axes, view: View, width_mm: float) -> None:
    """Letters of the body's directions and a bar of 20 mm."""
    places = ((0.02, 0.5), (0.98, 0.5), (0.5, 0.98), (0.5, 0.02))
    for letter, (x, y) in zip(look_from(view)[2], places, strict=True):
        ax.text(
            x,
            y,
            letter,
            ha="center",
            va="center",
            color="black",
            fontsize=8,
            transform=ax.transAxes,
        )
    start, low = -0.47 * width_mm, -0.47 * width_mm
    ax.plot((start, start + 20), (low, low), color="black", linewidth=2, solid_capstyle="butt")
    ax.text(
        start + 10,
        low + 0.015 * width_mm,
        "20 mm",
        color="black",
        ha="center",
        va="bottom",
        fontsize=7,
    )

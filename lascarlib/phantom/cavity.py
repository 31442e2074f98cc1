"""The atrium on the grid: its surfaces in the window round it, its labels and its paint."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from lascarlib.errors import LascarError
from lascarlib.phantom.acquisition import average_slices
from lascarlib.phantom.atrium import Atrium
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.lattice import Lattice, Window
from lascarlib.phantom.shapes import union_distance_mm
from lascarlib.phantom.tissue import Canvas, coverage

MARGIN_MM = 4.0
"""How much more than atrium and wall the window holds on every side."""

VEIN_BLEND_MM, VEIN_MARGIN_MM = 3.0, 4.0
"""Fillets of the veins behind the stubs, and how far off these veins are measured."""

INLET_MM, INLET_EDGE_MM = 12.0, 4.0
"""How far beyond the mitral plane the atrium's own blood is painted, and the width over which it
gives way to the ventricle's. Our choice."""

LEAFLET_MM, LEAFLET_HALF_MM = 1.0, 0.7
"""How far beyond the mitral plane the middle of the leaflets lies, and half their thickness. Our
choice."""


@dataclass(frozen=True, eq=False)
class Surfaces:
    """What bounds an atrium, sampled on the part of a lattice that holds it and its wall.

    Args:
        window: That part, whole slices.
        lattice: Its sample positions.
        open_mm: Distance of the cavity as if it had no mitral valve, negative inside.
        plane_mm: Distance to the mitral plane, positive on the ventricle's side.
        wall_mm: Thickness of the wall.
    """

    window: Window
    lattice: Lattice
    open_mm: np.ndarray
    plane_mm: np.ndarray
    wall_mm: float


def sample_surfaces(
    atrium: Atrium, canvas: Canvas, *, wall_mm: float, config: PhantomConfig
) -> Surfaces:
    """Sample an atrium's surfaces, rough as everything on a canvas.

    Args:
        atrium: Shape of the cavity.
        canvas: Gives lattice and roughness.
        wall_mm: Thickness of the wall.
        config: Gives the sub-slices of a slice.

    Returns:
        The surfaces.

    Raises:
        LascarError: If the lattice misses the atrium.
    """
    low_mm, high_mm = atrium.bounds_mm()
    reach_mm = wall_mm + MARGIN_MM
    x, y, z = canvas.lattice.window(low_mm - reach_mm, high_mm + reach_mm)
    n = config.slices_per_sample
    z = slice(z.start // n * n, -(-z.stop // n) * n)
    if min(s.stop - s.start for s in (x, y, z)) < 2:
        raise _missed()
    part = canvas.lattice.crop((x, y, z))
    rough = atrium.open_distance_mm(part) + canvas.roughness_mm[x, y, z]
    return Surfaces((x, y, z), part, rough, atrium.valve_distance_mm(part), wall_mm)


def label_cavity(surfaces: Surfaces, *, config: PhantomConfig, shift_mm: float = 0.0) -> np.ndarray:
    """Label the cavity's largest piece.

    Args:
        surfaces: Of the atrium.
        config: Gives the sub-slices of a slice.
        shift_mm: How far outside the cavity's own surface the line is drawn.

    Returns:
        bool on the voxels of the window.

    Raises:
        LascarError: If no voxel lies inside.
    """
    inside = np.maximum(surfaces.open_mm - np.float32(shift_mm), surfaces.plane_mm)
    drawn = average_slices(inside, slices_per_sample=config.slices_per_sample) < 0
    pieces, n = ndimage.label(drawn)
    if n == 0:
        raise _missed()
    return np.asarray(pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:]))


def label_wall(
    surfaces: Surfaces, cavity: np.ndarray, *, atrium: Atrium, config: PhantomConfig
) -> np.ndarray:
    """Label the wall round a cavity; there is none where blood goes on, in veins and valve.

    Args:
        surfaces: Of the atrium.
        cavity: bool on the voxels of the window.
        atrium: Gives the veins behind the labelled stubs.
        config: Gives sub-slices and voxel size.

    Returns:
        bool of the cavity's shape.
    """
    veins = union_distance_mm(
        atrium.distal_veins, surfaces.lattice, blend_mm=VEIN_BLEND_MM, margin_mm=VEIN_MARGIN_MM
    )
    open_mm, plane_mm, beyond_mm = (
        average_slices(d, slices_per_sample=config.slices_per_sample)
        for d in (surfaces.open_mm, surfaces.plane_mm, veins)
    )
    wall = (open_mm >= 0) & (open_mm < surfaces.wall_mm) & (plane_mm < 0) & (beyond_mm >= 0)
    # Fillets thicken the implicit wall in the crotches of veins: hold it to its thickness, measured
    # from the nearest cavity voxel, whose centre lies at most one voxel behind the surface.
    reach_mm = ndimage.distance_transform_edt(~cavity, sampling=config.spacing_mm)
    return wall & (reach_mm > 0) & (reach_mm <= surfaces.wall_mm + max(config.spacing_mm))


def embed(mask: np.ndarray, surfaces: Surfaces, *, config: PhantomConfig) -> np.ndarray:
    """Put a label of the window into an empty one of the whole volume.

    Args:
        mask: bool on the voxels of the window.
        surfaces: Whose window it is.
        config: Gives the volume's size and the sub-slices of a slice.

    Returns:
        bool of config.shape_voxels.
    """
    full = np.zeros(config.shape_voxels, bool)
    x, y, z = surfaces.window
    n = config.slices_per_sample
    full[x, y, z.start // n : z.stop // n] = mask
    return full


def paint_atrium(
    canvas: Canvas,
    surfaces: Surfaces,
    *,
    wall: np.ndarray,
    blood: np.ndarray,
    leaflet: float,
    opacity: float,
) -> None:
    """Paint the wall with its scar, then blood on both sides of the valve, then the leaflets.

    Args:
        canvas: Painted in place.
        surfaces: Of the atrium.
        wall: float32 signal of the wall on the window's samples.
        blood: float32 signal of blood on the canvas's samples.
        leaflet: Signal of the mitral leaflets.
        opacity: How much of it shows in the blood round them.
    """
    target = canvas.signal[surfaces.window]
    edge = canvas.edge_mm
    above = coverage(surfaces.plane_mm, edge_mm=edge)
    behind = coverage(surfaces.open_mm - np.float32(surfaces.wall_mm), edge_mm=edge)
    target += behind * above * (wall - target)
    inlet = coverage(surfaces.open_mm, edge_mm=edge)
    inlet = inlet * coverage(surfaces.plane_mm - np.float32(INLET_MM), edge_mm=INLET_EDGE_MM)
    target += inlet * (blood[surfaces.window] - target)
    off_mm = np.abs(surfaces.plane_mm - np.float32(LEAFLET_MM))
    thin = coverage(off_mm - np.float32(LEAFLET_HALF_MM), edge_mm=edge)
    target += opacity * thin * inlet * (np.float32(leaflet) - target)


def _missed() -> LascarError:
    return LascarError(
        "The phantom's field of view misses the atrium: enlarge shape_voxels or spacing_mm, or "
        "reduce origin_jitter_mm."
    )

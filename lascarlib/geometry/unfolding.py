"""The LA as a flat map that is the same for every patient, and its burden region by region."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.geometry.flattening import flatten
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.geometry.openings import (
    APPENDAGE,
    OPENINGS,
    VALVE,
    VEINS,
    OpenedSurface,
    Opening,
    open_surface,
)
from lascarlib.geometry.world_mesh import check_values, triangle_areas_mm2, vertex_areas_mm2

LAYOUT: Final[Mapping[str, tuple[float, float, float]]] = MappingProxyType(
    {
        VEINS[0]: (-0.54, 0.22, 0.08),
        VEINS[1]: (-0.54, -0.34, 0.08),
        VEINS[2]: (0.42, 0.22, 0.08),
        VEINS[3]: (0.42, -0.34, 0.08),
        APPENDAGE: (-0.60, 0.56, 0.08),
    }
)
"""Centre and radius of every hole in the unit disc. The mitral valve is the disc's edge; the LA is
seen from behind and outside, the patient's left at the left, the head at the top."""

REGIONS = ("posterior", "roof", "anterior", "septum", "floor", "lateral", "veins", "appendage")
"""Names of the regions, in the order of `region_burden`."""
ROOF_RADIUS = 0.68
"""Upwards of the upper veins the roof ends and the anterior wall begins so far from the centre."""


@dataclass(frozen=True, eq=False)
class Unfolding:
    """An LA laid flat.

    Args:
        opened: the body of the LA and what was cut off.
        places: float64 (vertex, 2), of the body's vertices in the unit disc.
    """

    opened: OpenedSurface
    places: np.ndarray

    @property
    def folded_share(self) -> float:
        """Share of the triangles that lie upside down on the map: 0 where it is one to one."""
        return float((self._flat_areas() <= 0).mean())

    def stretch(self) -> np.ndarray:
        """How much larger than its share every vertex is drawn: float64 (vertex,), log2.

        0 where the map keeps the share of the area, 1 where it doubles and -1 where it halves it.
        """
        flat, mesh = np.abs(self._flat_areas()), self.opened.mesh
        thirds = np.repeat(flat / flat.sum() / 3, 3)
        drawn = np.bincount(mesh.faces.ravel(), weights=thirds, minlength=len(self.places))
        real = vertex_areas_mm2(mesh) / triangle_areas_mm2(mesh).sum()
        return np.log2(np.maximum(drawn, 1e-12) / np.maximum(real, 1e-12))

    def _flat_areas(self) -> np.ndarray:
        a, b, c = np.moveaxis(self.places[self.opened.mesh.faces], 1, 0)
        (ux, uy), (vx, vy) = (b - a).T, (c - a).T
        return np.asarray((ux * vy - uy * vx) / 2)


@dataclass(frozen=True)
class RegionBurden:
    """Scar in one region of the LA's surface.

    Args:
        region: its name.
        area_mm2: of the surface there.
        scar_mm2: of the scar on it.
    """

    region: str
    area_mm2: float
    scar_mm2: float

    @property
    def percent(self) -> float:
        """Scar in per cent of the region's area; 0 for a region without area."""
        return 100 * self.scar_mm2 / self.area_mm2 if self.area_mm2 else 0.0


def unfold(mesh: SurfaceMesh, openings: Mapping[str, Opening]) -> Unfolding:
    """Lay an LA flat: the mitral valve round it, the four veins and the appendage as fixed circles.

    Args:
        mesh: the closed surface in RAS+ world mm, as from `world_mesh`.
        openings: all six of `OPENINGS`: from `lascarlib.phantom.phantom_openings`, or points and
            directions that a person has read off the surface.

    Returns:
        The map. Areas are kept nearly in proportion, not exactly, and shapes are not: look at
        `Unfolding.stretch`, and count areas on the surface (`region_burden`), not on the map.

    Raises:
        LascarError: an opening is missing or unknown, or as `open_surface`.

    Source: after the quasi-conformal flattening of Nuñez-Garcia et al. 2020, who also cut off veins
    and appendage and fix their rims within that of the mitral valve. They fix the lines between
    five regions as well; here the stretch is evened out instead. Layout and regions are this
    library's own.

    Example:
        >>> from lascarlib.geometry.world_mesh import world_mesh
        >>> from lascarlib.phantom import COARSE, phantom_case, phantom_openings
        >>> case = phantom_case(0, seed=7, config=COARSE)
        >>> mesh = world_mesh(case.atrium, affine=case.affine, edge_mm=2.0)
        >>> found = unfold(mesh, phantom_openings(case))
        >>> rim = found.places[found.opened.rims["left upper vein"]]
        >>> rim.mean(axis=0).round(1)
        array([-0.5,  0.2])
    """
    if set(openings) != set(OPENINGS):
        raise LascarError(f"openings are {', '.join(openings)}; give {', '.join(OPENINGS)}")
    opened = open_surface(mesh, {name: openings[name] for name in OPENINGS})
    holes = {name: opened.rims[name] for name in LAYOUT}
    places = flatten(opened.mesh, outer=opened.rims[VALVE], holes=holes, circles=LAYOUT)
    return Unfolding(opened, places)


def surface_regions(unfolding: Unfolding, *, vertices: int) -> np.ndarray:
    """The region of every vertex of the closed surface, as its number in `REGIONS`, else -1.

    On the map: the posterior wall lies between the centres of the four veins; lines from the centre
    through them divide the rest into roof and anterior wall (up), septum (right), floor (down) and
    lateral wall (left). What was cut off is veins or appendage; the mitral valve is no wall: -1.

    Args:
        unfolding: from `unfold`.
        vertices: how many the closed surface has.

    Returns:
        Int64 (vertices,).

    Example:
        >>> corners = np.zeros((5, 3))
        >>> body = SurfaceMesh(corners, corners, np.zeros((0, 3), int), np.zeros((0, 2), int))
        >>> caps = {"mitral valve": np.array([5]), "left upper vein": np.array([6])}
        >>> places = np.array([[0, 0], [0, 0.5], [0, 0.9], [0.7, 0], [0, -0.7]])
        >>> flat = Unfolding(OpenedSurface(body, np.arange(5), {}, caps), places)
        >>> [REGIONS[k] if k >= 0 else "" for k in surface_regions(flat, vertices=7)]
        ['posterior', 'roof', 'anterior', 'septum', 'floor', '', 'veins']
    """
    x, y = unfolding.places.T
    left, top, _ = LAYOUT[VEINS[0]]
    right, bottom, _ = LAYOUT[VEINS[3]]
    across, up = x / np.where(x > 0, right, -left), y / np.where(y > 0, top, -bottom)
    upward = np.where(
        np.hypot(x, y) < ROOF_RADIUS, REGIONS.index("roof"), REGIONS.index("anterior")
    )
    downward = REGIONS.index("floor")
    vertical = np.where(up > 0, upward, downward)
    sideways = np.where(across > 0, REGIONS.index("septum"), REGIONS.index("lateral"))
    outside = np.where(np.abs(up) > np.abs(across), vertical, sideways)
    inside = (np.abs(across) < 1) & (np.abs(up) < 1)
    regions = np.full(vertices, -1)
    regions[unfolding.opened.source] = np.where(inside, REGIONS.index("posterior"), outside)
    for name, cap in unfolding.opened.caps.items():
        group = "veins" if name in VEINS else name
        regions[cap] = REGIONS.index(group) if group in REGIONS else -1
    return regions


def region_burden(
    mesh: SurfaceMesh, scar: np.ndarray, regions: np.ndarray
) -> tuple[RegionBurden, ...]:
    """Area and scar of every region, measured in mm2 on the surface itself.

    Args:
        mesh: the closed surface.
        scar: bool (vertex,), as from `scar_on_mesh`.
        regions: int (vertex,), as from `surface_regions`.

    Returns:
        One record for each of `REGIONS`; areas of 0 where a region is empty.

    Raises:
        LascarError: `scar` or `regions` is not one number a vertex.

    Example:
        >>> corners = np.array([[0, 0, 0], [3, 0, 0], [0, 4, 0]], float)  # 6 mm2, 2 a vertex
        >>> mesh = SurfaceMesh(corners, corners, np.array([[0, 1, 2]]), np.array([[0, 1]]))
        >>> found = region_burden(mesh, np.array([True, False, False]), np.array([0, 0, 1]))
        >>> found[0], found[0].percent
        (RegionBurden(region='posterior', area_mm2=4.0, scar_mm2=2.0), 50.0)
    """
    check_values(scar, mesh, name="scar")
    check_values(regions, mesh, name="regions")
    areas = vertex_areas_mm2(mesh)
    return tuple(
        RegionBurden(
            name,
            float(areas[regions == number].sum()),
            float(areas[(regions == number) & (scar > 0)].sum()),
        )
        for number, name in enumerate(REGIONS)
    )

"""Geometry of binary volumes: bands, surfaces and distances, in (x, y, z) and millimetres."""

from lascarlib.geometry.boundary import boundary_band, has_boundary
from lascarlib.geometry.comparison import scar_by_comparison
from lascarlib.geometry.distance import (
    boundary_distance_map,
    euclidean_distance,
    signed_distance_map,
)
from lascarlib.geometry.mesh import SurfaceMesh, surface_mesh
from lascarlib.geometry.mesh_files import write_mesh
from lascarlib.geometry.mesh_values import (
    largest_across_wall,
    scar_on_mesh,
    signed_distance_to_mesh,
)
from lascarlib.geometry.openings import OPENINGS, Opening
from lascarlib.geometry.probability import distance_probability_maps
from lascarlib.geometry.projection import find_normals, project_onto, project_scar
from lascarlib.geometry.shell import blood_pool, wall_shell
from lascarlib.geometry.surface import largest_component, surface_voxels
from lascarlib.geometry.unfolding import (
    REGIONS,
    RegionBurden,
    Unfolding,
    region_burden,
    surface_regions,
    unfold,
)
from lascarlib.geometry.wall import wall_labels
from lascarlib.geometry.world_mesh import (
    enclosed_volume_ml,
    triangle_areas_mm2,
    vertex_areas_mm2,
    world_mesh,
)

__all__ = [
    "OPENINGS",
    "REGIONS",
    "Opening",
    "RegionBurden",
    "SurfaceMesh",
    "Unfolding",
    "blood_pool",
    "boundary_band",
    "boundary_distance_map",
    "distance_probability_maps",
    "enclosed_volume_ml",
    "euclidean_distance",
    "find_normals",
    "has_boundary",
    "largest_across_wall",
    "largest_component",
    "project_onto",
    "project_scar",
    "region_burden",
    "scar_by_comparison",
    "scar_on_mesh",
    "signed_distance_map",
    "signed_distance_to_mesh",
    "surface_mesh",
    "surface_regions",
    "surface_voxels",
    "triangle_areas_mm2",
    "unfold",
    "vertex_areas_mm2",
    "wall_labels",
    "wall_shell",
    "world_mesh",
    "write_mesh",
]

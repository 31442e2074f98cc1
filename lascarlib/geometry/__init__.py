"""Geometry of binary volumes: bands, surfaces and distances, in (x, y, z) and millimetres."""

from lascarlib.geometry.boundary import boundary_band, has_boundary
from lascarlib.geometry.distance import (
    boundary_distance_map,
    euclidean_distance,
    signed_distance_map,
)
from lascarlib.geometry.surface import largest_component, surface_voxels

__all__ = [
    "boundary_band",
    "boundary_distance_map",
    "euclidean_distance",
    "has_boundary",
    "largest_component",
    "signed_distance_map",
    "surface_voxels",
]

"""One case as LearnGC sees it: the LA surface as a graph, and the image to take patches from."""

from dataclasses import dataclass

import numpy as np

from lascarlib.baselines.learngc.config import LearnGCConfig
from lascarlib.baselines.patches import image_scales, sample_patches
from lascarlib.case import Case
from lascarlib.geometry.grid import bounding_box
from lascarlib.geometry.mesh import SurfaceMesh, surface_mesh
from lascarlib.geometry.mesh_values import scar_on_mesh
from lascarlib.geometry.orientation import to_lps
from lascarlib.geometry.shell import wall_shell
from lascarlib.preprocess import case_in_lps

NEAR_MM = 10.0
"""Grey levels are z-scored by those of the voxels so near to the LA's border."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The LA surface of a case and the image around it, axes to left, posterior and superior.

    Args:
        mesh: of the LA; its vertices in mm from the first voxel of the whole volume.
        scales: float32 (scale, x, y, z), the z-scored image around the LA at each scale.
        start_mm: (3,), where the first voxel of `scales` lies.
        spacing_mm: of its voxels.
        scar: bool (vertex,), whether a vertex is scar; None where unknown.
    """

    mesh: SurfaceMesh
    scales: np.ndarray
    start_mm: np.ndarray
    spacing_mm: tuple[float, float, float]
    scar: np.ndarray | None

    def patches(
        self, vertices: np.ndarray, config: LearnGCConfig, *, offsets_mm: np.ndarray | None = None
    ) -> np.ndarray:
        """The patches of some vertices: float32 (vertex, scale, normal, tangent, tangent)."""
        return sample_patches(
            self.scales,
            self.mesh.vertices_mm[vertices] - self.start_mm,
            self.mesh.normals[vertices],
            spacing_mm=self.spacing_mm,
            steps_mm=config.patch_steps_mm,
            patch_voxels=config.patch_voxels,
            offsets_mm=offsets_mm,
        )


def make_surface(case: Case, atrium: np.ndarray, config: LearnGCConfig) -> Surface:
    """Mesh an LA and cut out what its patches can reach.

    A vertex is scar where the surface voxel nearest to it is (`lascarlib.geometry.scar_on_mesh`).

    Args:
        case: image, and the scar label where known.
        atrium: bool (x, y, z) on the case's grid, at least one voxel.
        config: mesh, scales and patches.

    Returns:
        The surface.

    Raises:
        LascarError: the LA is empty.
    """
    atrium, case = to_lps(atrium, case.affine), case_in_lps(case)
    mesh = surface_mesh(atrium, spacing_mm=case.spacing_mm, edge_mm=config.mesh_mm)
    spacing = np.array(case.spacing_mm)
    reach_mm = max(config.patch_steps_mm) * np.sqrt(
        sum((n / 2) ** 2 for n in (config.patch_voxels[0], *config.patch_voxels[1:] * 2))
    )
    x, y, z = np.ceil((reach_mm + config.offset_mm) / spacing).astype(int).tolist()
    box = bounding_box(atrium, margin=(x, y, z))
    near = wall_shell(atrium, spacing_mm=case.spacing_mm, inner_mm=NEAR_MM, outer_mm=NEAR_MM)
    levels = case.image[near] if near.any() else case.image
    mean, sd = float(levels.mean(dtype=np.float64)), float(levels.std(dtype=np.float64))
    image = (case.image[box.slices] - np.float32(mean)) / np.float32(sd or 1.0)
    scales = image_scales(image, spacing_mm=case.spacing_mm, steps_mm=config.patch_steps_mm)
    scar = None
    if case.scar is not None:
        frame = np.diag([*case.spacing_mm, 1.0])
        scar = scar_on_mesh(mesh, atrium, case.scar, affine=frame)
    return Surface(mesh, scales, np.array(box.start) * spacing, case.spacing_mm, scar)

"""Apply LearnGC to a case: weights from the networks, labels from one minimum cut."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.spatial import KDTree
from torch.nn.functional import softplus

from lascarlib.baselines.graph_cut import energy, minimum_cut
from lascarlib.baselines.learngc.config import LearnGCConfig
from lascarlib.baselines.learngc.folder import load_learngc_weights, open_learngc
from lascarlib.baselines.learngc.network import LearnGCNet
from lascarlib.baselines.learngc.surface import make_surface
from lascarlib.baselines.quantification import Quantification, check_atrium, nothing
from lascarlib.case import Case
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.geometry.orientation import from_lps, to_lps
from lascarlib.geometry.shell import wall_shell
from lascarlib.preprocess import case_in_lps
from lascarlib.training.device import choose_device

_AT_ONCE = 1024
"""Patches that the networks see at once."""


@dataclass(frozen=True, eq=False)
class SurfaceScar:
    """The graph of one case and its minimum cut.

    Args:
        mesh: of the LA surface, axes to left, posterior and superior.
        label_costs: float64 (vertex, 2), -ln of the probability of normal wall and of scar.
        edge_costs: float64 (edge,), -ln of the probability that the two labels differ, before it is
            weighed by the config's `smoothness`.
        scar: bool (vertex,), the labels of least energy.
    """

    mesh: SurfaceMesh
    label_costs: np.ndarray
    edge_costs: np.ndarray
    scar: np.ndarray

    @property
    def scar_probability(self) -> np.ndarray:
        """What T-net alone says, from draws that are half scar: (vertex,) in [0, 1]."""
        return np.exp(-self.label_costs[:, 1])


@dataclass(frozen=True, eq=False)
class LearnGC:
    """The trained networks, loaded once, ready for any number of cases."""

    config: LearnGCConfig
    network: LearnGCNet

    def __call__(self, case: Case, atrium: np.ndarray) -> Quantification:
        """Find the scar of one case; its labels, where it has any, are not looked at.

        A voxel of the wall (the config's shell) has the label of its nearest vertex.

        Args:
            case: image.
            atrium: bool (x, y, z) on the case's grid, the LA, manual or automatic.

        Returns:
            Scar, wall, and the numbers of vertices and scar vertices, the smoothness, and the
            energy of the cut. Without LA or wall nothing is scar.

        Raises:
            LascarError: the mask does not belong to the case.
        """
        check_atrium(case, atrium)
        wall = wall_shell(
            atrium,
            spacing_mm=case.spacing_mm,
            inner_mm=self.config.inner_mm,
            outer_mm=self.config.outer_mm,
        )
        if not wall.any():
            return nothing(case, wall)
        found = self.on_surface(case, atrium)
        turned = to_lps(wall, case.affine)
        voxels = np.argwhere(turned)
        places_mm = voxels * np.array(case_in_lps(case).spacing_mm)
        nearest = KDTree(found.mesh.vertices_mm).query(places_mm)[1]
        scar = np.zeros_like(turned)
        scar[tuple(voxels[found.scar[nearest]].T)] = True
        weighed = self.config.smoothness * found.edge_costs
        numbers = {
            "vertices": len(found.scar),
            "scar_vertices": int(found.scar.sum()),
            "smoothness": self.config.smoothness,
            "energy": energy(found.scar, found.label_costs, found.mesh.edges, weighed),
        }
        return Quantification(case.id, from_lps(scar, case.affine), wall, numbers)

    def on_surface(self, case: Case, atrium: np.ndarray) -> SurfaceScar:
        """Mesh, weights and labels on the surface; `atrium` holds at least one voxel.

        Raises:
            LascarError: the LA is empty.
        """
        surface = make_surface(Case(case.id, case.image, case.affine), atrium, self.config)
        device = choose_device()
        network = self.network.to(device)
        count, edges = len(surface.mesh.vertices_mm), surface.mesh.edges
        logits, vectors = [], []
        with torch.inference_mode():
            for first in range(0, count, _AT_ONCE):
                some = np.arange(first, min(first + _AT_ONCE, count))
                patches = torch.from_numpy(surface.patches(some, self.config)).to(device)
                logits.append(network.scar_logit(patches).cpu())
                vectors.append(network.n_encoder(patches))
            logit, vector = torch.cat(logits).double(), torch.cat(vectors)
            ends = torch.from_numpy(edges).to(device)
            differ = network.differ_logit(vector[ends[:, 0]], vector[ends[:, 1]]).cpu().double()
        # -ln sigmoid(x) = softplus(-x), without rounding a sure probability to 0.
        label_costs = torch.stack([softplus(logit), softplus(-logit)], dim=1).numpy()
        edge_costs = softplus(-differ).numpy()
        scar = minimum_cut(label_costs, edges, self.config.smoothness * edge_costs)
        return SurfaceScar(surface.mesh, label_costs, edge_costs, scar)


def load_learngc(folder: str | Path) -> LearnGC:
    """Load the networks of a training.

    Raises:
        LascarError: the folder holds no complete training of LearnGC.
    """
    run = open_learngc(folder)
    return LearnGC(run.config, load_learngc_weights(run))

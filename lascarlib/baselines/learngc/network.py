"""The two networks of LearnGC: one weighs a vertex's labels, one the tie of two neighbours."""

import torch
from torch import Tensor, nn

from lascarlib.baselines.learngc.config import LearnGCConfig

_WIDTH = 64
"""Length of the vector that a patch becomes."""


class PatchEncoder(nn.Module):
    """A multi-scale patch as a vector: two convolutions for each scale, then all scales together.

    Nothing is pooled along the normal: where scar lies, between blood and what is outside, counts.
    """

    def __init__(self, config: LearnGCConfig) -> None:
        super().__init__()
        along, across = config.patch_voxels
        width = config.features

        def branch() -> nn.Sequential:
            return nn.Sequential(
                nn.Conv3d(1, width, 3),  # n -> n - 2 along every axis
                nn.ReLU(),
                nn.Conv3d(width, 2 * width, 3, stride=2),  # n - 2 -> (n - 3) / 2
                nn.ReLU(),
                nn.Flatten(),
            )

        self.branches = nn.ModuleList(branch() for _ in config.patch_steps_mm)
        left = ((along - 3) // 2) * ((across - 3) // 2) ** 2
        self.join = nn.Sequential(
            nn.Linear(len(config.patch_steps_mm) * 2 * width * left, _WIDTH), nn.ReLU()
        )

    def forward(self, patches: Tensor) -> Tensor:
        """(vertex, scale, normal, tangent, tangent) -> (vertex, 64)."""
        parts = [branch(patches[:, k : k + 1]) for k, branch in enumerate(self.branches)]
        vector: Tensor = self.join(torch.cat(parts, dim=1))
        return vector


class LearnGCNet(nn.Module):
    """T-net and N-net, which share nothing but the patches they look at.

    The N-net sees two patches through one encoder and then their sum and absolute difference, so
    the tie of u and v is that of v and u.
    """

    def __init__(self, config: LearnGCConfig) -> None:
        super().__init__()
        self.t_encoder = PatchEncoder(config)
        self.t_head = nn.Linear(_WIDTH, 1)
        self.n_encoder = PatchEncoder(config)
        self.n_head = nn.Sequential(nn.Linear(2 * _WIDTH, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, 1))

    def scar_logit(self, patches: Tensor) -> Tensor:
        """Log odds that each vertex is scar: (vertex,)."""
        logit: Tensor = self.t_head(self.t_encoder(patches))[:, 0]
        return logit

    def differ_logit(self, first: Tensor, second: Tensor) -> Tensor:
        """Log odds that two neighbours' labels differ, from their N-net vectors: (pair,)."""
        together = torch.cat([first + second, (first - second).abs()], dim=1)
        logit: Tensor = self.n_head(together)[:, 0]
        return logit

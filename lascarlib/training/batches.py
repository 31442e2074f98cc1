"""Training batches; a patch is a pure function of (seed, iteration, its place in the batch).

So resuming needs no sampler state, and processes that share a batch make their own patches alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from lascarlib.augment import Augmentation, change_grey_levels, random_transform
from lascarlib.geometry.grid import Shape, Spacing
from lascarlib.io import write_array
from lascarlib.patches import take_patch
from lascarlib.preprocess import Sample

PatchCentre = Literal["anywhere", "image"]
"""Where a patch is cut out: somewhere in the image, or around its middle."""


def store_sample(sample: Sample, folder: Path) -> None:
    """Write a training sample as one memory-mappable array: channels, label, further maps.

    Args:
        sample: with a label.
        folder: gets `<id>.npy`, (channels + 1 + maps, x, y, z): float16, whose 11 bits are more
            than autocast leaves of a z-score; float32 where maps are learned, for losses raise
            their distances to a power.
    """
    assert sample.label is not None
    kind = np.float16 if sample.maps is None else np.float32
    parts = [sample.channels, sample.label[None], *([] if sample.maps is None else [sample.maps])]
    array = np.concatenate([part.astype(kind) for part in parts])
    write_array(folder / f"{sample.id}.npy", array)


@dataclass(frozen=True)
class BatchPlan:
    """What decides a batch besides the samples.

    Args:
        patch_voxels: (x, y, z) of a patch.
        batch_size: patches per batch.
        foreground_share: least share of a batch's patches that are centred on the structure; where
            a batch is of one patch, the share of the batches.
        spacing_mm: of the samples' grid.
        augmentation: of the patches.
        seed: of this training.
        n_targets: how many of a sample's last channels are learned; the first of them is the
            structure.
        patch_centre: "anywhere", or the middle of the "image"; every patch of a case is then the
            same crop, but for augmentation, and `foreground_share` has no say.
    """

    patch_voxels: Shape
    batch_size: int
    foreground_share: float
    spacing_mm: Spacing
    augmentation: Augmentation
    seed: int
    n_targets: int = 1
    patch_centre: PatchCentre = "anywhere"

    def on_structure(self, iteration: int, item: int) -> bool:
        """Whether a patch is centred on the structure: the last ones of a batch are, as in nnU-Net.

        Batches of one take turns: if all were, a network would never see a patch without.

        Args:
            iteration: number of the batch, from 0.
            item: number of the patch in it, from 0.

        Example:
            >>> from lascarlib.augment import Augmentation
            >>> plan = BatchPlan((8, 8, 8), 1, 1 / 3, (1.0, 1.0, 1.0), Augmentation(), seed=0)
            >>> [plan.on_structure(iteration, 0) for iteration in range(6)]
            [False, False, True, False, False, True]
        """
        if self.batch_size == 1:
            before, after = (int(k * self.foreground_share) for k in (iteration, iteration + 1))
            return after > before
        return item >= self.batch_size - int(np.ceil(self.batch_size * self.foreground_share))


class Batches(Dataset[tuple[Tensor, Tensor]]):
    """Batch k of a training, for any k: images and targets, both (batch, channel, x, y, z).

    Targets are float32 and moved like the image; a label's values lie between 0 and 1 where it was
    rotated or scaled.

    Args:
        files: arrays written by `store_sample`, opened memory-mapped.
        plan: what to cut out of them.
        device: where patches are augmented and stay. The same decisions on any; a GPU rounds
            otherwise.
        share: which patches of every batch are made; every one, but where processes share it.
    """

    def __init__(
        self,
        files: Sequence[Path],
        plan: BatchPlan,
        *,
        device: torch.device | str = "cpu",
        share: slice = slice(None),
    ) -> None:
        self.plan, self.device = plan, device
        self.items = range(plan.batch_size)[share]
        self.volumes = [np.load(file, mmap_mode="r") for file in files]
        self.foreground = [_some_foreground(volume[-plan.n_targets]) for volume in self.volumes]

    def __getitem__(self, iteration: int) -> tuple[Tensor, Tensor]:
        patches = [self._patch(iteration, item) for item in self.items]
        stacked, n = torch.stack(patches), self.plan.n_targets
        return stacked[:, :-n].contiguous(), stacked[:, -n:].contiguous()

    def _patch(self, iteration: int, item: int) -> Tensor:
        plan = self.plan
        rng = np.random.default_rng([plan.seed, iteration, item])
        which = int(rng.integers(len(self.volumes)))
        volume, foreground = self.volumes[which], self.foreground[which]
        edges, patch = np.array(volume.shape[1:]), np.array(plan.patch_voxels)
        if plan.patch_centre == "image":
            wish = (edges - 1) / 2
        elif plan.on_structure(iteration, item) and len(foreground):
            wish = foreground[rng.integers(len(foreground))].astype(float)
        else:
            wish = rng.uniform(0, edges - 1)
        # Keep the patch inside where it fits, and voxel on voxel, so that nothing is blurred.
        start = np.clip(np.rint(wish - (patch - 1) / 2), 0, np.maximum(edges - patch, 0))
        start = np.where(patch > edges, (edges - patch) // 2, start)
        centre = start + (patch - 1) / 2
        matrix = random_transform(rng, plan.augmentation, spacing_mm=plan.spacing_mm)
        taken = take_patch(
            volume, centre=centre, matrix=matrix, shape=plan.patch_voxels, device=self.device
        )
        taken[0] = change_grey_levels(taken[0], rng, plan.augmentation)
        return taken


def _some_foreground(label: np.ndarray, most: int = 10_000) -> np.ndarray:
    """Voxels of the structure, evenly spread, fewer than twice `most`: (n, 3)."""
    voxels = np.argwhere(np.asarray(label) > 0)
    return voxels[:: max(1, len(voxels) // most)].astype(np.int32)

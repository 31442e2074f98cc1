"""MONAI's DynUNet recipe as a contestant: its network, transforms, loss and optimizer.

The recipe is the one of MONAI's tutorial "dynunet_pipeline" (Project-MONAI/tutorials): DynUNet with
deep supervision, every second patch on the structure, zoom, noise, blur, grey scaling and flips,
Dice and cross entropy, SGD at 0.01 with Nesterov momentum 0.99, polynomial decay. Cases come
resampled and z-scored from this library, so that both learn on the same grid, and bfloat16 is used
where ours is. It runs on the CPU.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.data import DataLoader, Dataset
from monai.inferers import sliding_window_inference
from monai.losses import DeepSupervisionLoss, DiceCELoss
from monai.networks.nets import DynUNet
from monai.transforms import (
    Compose,
    RandCropByPosNegLabeld,
    RandFlipd,
    RandGaussianNoised,
    RandGaussianSmoothd,
    RandScaleIntensityd,
    RandZoomd,
    SpatialPadd,
)
from monai.utils import set_determinism
from torch import Tensor, nn
from tqdm import tqdm

from lascarlib.geometry.grid import Shape
from lascarlib.models.topology import architecture_for
from lascarlib.training.config import StageConfig
from lascarlib.training.device import choose_precision

BOTH = ("image", "label")
HAS_BFLOAT16 = choose_precision("auto") == "bf16-mixed"


def transforms(patch_voxels: Shape) -> Compose:
    """The recipe's patch and augmentations."""
    sigma = (0.5, 1.15)
    return Compose(
        [
            SpatialPadd(BOTH, spatial_size=patch_voxels),
            RandCropByPosNegLabeld(BOTH, label_key="label", spatial_size=patch_voxels),
            RandZoomd(BOTH, min_zoom=0.9, max_zoom=1.2, mode=("trilinear", "nearest"), prob=0.15),
            RandGaussianNoised("image", std=0.01, prob=0.15),
            RandGaussianSmoothd("image", sigma_x=sigma, sigma_y=sigma, sigma_z=sigma, prob=0.15),
            RandScaleIntensityd("image", factors=0.3, prob=0.15),
            *(RandFlipd(BOTH, spatial_axis=axis, prob=0.5) for axis in range(3)),
        ]
    )


def make_network(config: StageConfig) -> DynUNet:
    """DynUNet with the resolutions, kernels and features of the library's network."""
    plan = architecture_for(
        config.patch_voxels,
        spacing_mm=config.spacing_mm,
        features=config.features,
        in_channels=1,
    )
    return DynUNet(
        spatial_dims=3,
        in_channels=1,
        out_channels=2,
        kernel_size=plan.kernels,
        strides=plan.strides,
        upsample_kernel_size=plan.strides[1:],
        filters=plan.features,
        norm_name="instance",
        deep_supervision=True,
        deep_supr_num=len(plan.features) - 2,
    )


def train(
    files: Sequence[Path], config: StageConfig, *, seconds: float, seed: int
) -> tuple[nn.Module, int]:
    """Train for so long.

    Args:
        files: samples of the library's cache: image and label.
        config: of the library's stage; patch, batch, features and spacing are taken from it.
        seconds: on the clock.
        seed: of everything MONAI draws.

    Returns:
        The network in eval mode, and how many iterations it learned.
    """
    set_determinism(seed)
    network = make_network(config).to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    optimizer = torch.optim.SGD(
        network.parameters(), lr=0.01, momentum=0.99, weight_decay=3e-5, nesterov=True
    )
    loss_of = DeepSupervisionLoss(DiceCELoss(to_onehot_y=True, softmax=True))
    batches = _batches(files, config)
    iterations, started = 0, time.monotonic()
    with tqdm(total=round(seconds), desc="MONAI", unit="s") as bar:
        while (elapsed := time.monotonic() - started) < seconds:
            for group in optimizer.param_groups:
                group["lr"] = 0.01 * (1 - elapsed / seconds) ** 0.9
            image, label = next(batches)
            with torch.autocast("cpu", torch.bfloat16, enabled=HAS_BFLOAT16):
                outputs = network(image)
            loss = loss_of([each.float() for each in outputs.unbind(dim=1)], label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            iterations += 1
            bar.update(round(elapsed) - bar.n)
    return network.eval(), iterations


def predict(network: nn.Module, channels: np.ndarray, patch_voxels: Shape) -> np.ndarray:
    """Probability of the LA, (x, y, z), by MONAI's sliding window as the recipe sets it."""

    def answer(windows: Tensor) -> Tensor:
        found: Tensor = network(windows).float().softmax(dim=1)[:, 1:]
        return found

    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=HAS_BFLOAT16):
        found = sliding_window_inference(
            torch.from_numpy(channels)[None], patch_voxels, 4, answer, overlap=0.5, mode="gaussian"
        )
    assert isinstance(found, Tensor)
    return found[0, 0].numpy()


def _batches(files: Sequence[Path], config: StageConfig) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end, made in one process beside the training."""
    volumes = [np.load(file).astype(np.float32) for file in files]
    cases = [{"image": volume[:1], "label": volume[1:] > 0.5} for volume in volumes]
    loader = DataLoader(
        Dataset(cases, transforms(config.patch_voxels)),
        batch_size=config.batch_size,
        shuffle=True,
        drop_last=True,
        num_workers=1,
        persistent_workers=True,
        collate_fn=_collate,
    )
    while True:
        yield from loader


def _collate(patches: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[Tensor, Tensor]:
    image, label = (
        torch.stack([patch[name].as_tensor() for each in patches for patch in each])
        for name in BOTH
    )
    return image.contiguous(memory_format=torch.channels_last_3d), label.float()

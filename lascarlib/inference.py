"""Sliding-window inference: probabilities of one volume from one network or an ensemble."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from monai.inferers.utils import sliding_window_inference
from torch import Tensor, nn

from lascarlib.errors import LascarError
from lascarlib.geometry.grid import Shape


def predict_probability(
    channels: np.ndarray,
    networks: Sequence[nn.Module],
    *,
    read: Callable[[Any], Tensor],
    patch_voxels: Shape,
    precision: str,
    mirror: bool,
    overlap: float = 0.5,
) -> np.ndarray:
    """Probability of every voxel, averaged over windows, mirrored inputs and networks.

    Windows overlap by half and are weighted by a Gaussian about their centre, as in nnU-Net. The
    probabilities of the networks (folds) are averaged, as BF does at test time.

    Args:
        channels: float32 (channel, x, y, z), z-scored.
        networks: trained, in eval mode.
        read: of their output, probabilities (batch, answer, x, y, z).
        patch_voxels: window, the patch the networks were trained on.
        precision: "32-true" or a mixed precision of Lightning Fabric.
        mirror: whether to average over all eight flips of the input.
        overlap: share of a window that its neighbour covers again, 0 to below 1.

    Returns:
        float32 (answer, x, y, z) in [0, 1].

    Raises:
        LascarError: no network is given.
    """
    if not networks:
        raise LascarError("no trained network to predict with; train at least one fold")
    device = next(networks[0].parameters()).device
    volume = torch.from_numpy(np.ascontiguousarray(channels))[None].to(device)
    flips = _flips() if mirror else [()]

    def average(windows: Tensor) -> Tensor:
        windows = windows.contiguous(memory_format=torch.channels_last_3d)
        answers = [
            read(network(windows.flip(axes))).flip(axes) if axes else read(network(windows))
            for network, axes in itertools.product(networks, flips)
        ]
        return torch.stack(answers).mean(dim=0)

    dtype = torch.bfloat16 if precision == "bf16-mixed" else torch.float16
    mixed = precision != "32-true"
    with torch.inference_mode(), torch.autocast(device.type, dtype, enabled=mixed):
        probability = sliding_window_inference(
            volume, patch_voxels, 1, average, overlap=overlap, mode="gaussian"
        )
    assert isinstance(probability, Tensor)
    return probability[0].float().clamp(0, 1).cpu().numpy()


def _flips() -> list[tuple[int, ...]]:
    axes = (2, 3, 4)
    return [chosen for n in range(4) for chosen in itertools.combinations(axes, n)]

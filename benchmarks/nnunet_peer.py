"""nnU-Net v2 as a contestant: the same cases, its own plan, training and prediction.

peer = Peer(folder)                             # gets everything that nnU-Net writes
convert_cases(peer, dataset[:64])               # its raw folder
convert_images(peer, dataset[64:])
plan = plan_and_preprocess(peer, spacing_mm=(1.25, 1.25, 1.25), overrides={"batch_size": 2})
trained = train(peer, minutes=20.0)             # or iterations=500
predict(peer, mirror=False)
dices = score(peer, dataset[64:])               # case id to Dice on the case's own grid
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nnunet_process import Peer, call
from torch import nn

from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.geometry.grid import Shape, Spacing
from lascarlib.io import read_volume, write_volume
from lascarlib.training.checkpoint import write_json


def convert_cases(peer: Peer, dataset: Dataset) -> None:
    """Write labelled cases as nnU-Net's raw data set, NIfTI, LA as label 1."""
    for case in dataset:
        if case.atrium is None:
            raise LascarError(f"{case.id}: has no LA label; give labelled cases to learn from")
        _write_image(peer.raw / "imagesTr", case)
        write_volume(peer.raw / "labelsTr" / f"{case.id}.nii.gz", case.atrium, case.affine)
    described = {
        "channel_names": {"0": "MRI"},
        "labels": {"background": 0, "LA": 1},
        "numTraining": len(dataset),
        "file_ending": ".nii.gz",
    }
    write_json(peer.raw / "dataset.json", described)


def convert_images(peer: Peer, dataset: Dataset) -> None:
    """Write the images that are to be predicted."""
    for case in dataset:
        _write_image(peer.images, case)


def plan_and_preprocess(
    peer: Peer,
    *,
    spacing_mm: Spacing | None = None,
    memory_gb: float | None = None,
    overrides: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Let nnU-Net plan and preprocess the converted cases.

    Args:
        peer: with converted cases.
        spacing_mm: (x, y, z) in place of its target spacing; patch and network are planned on it.
        memory_gb: in place of its 8 GB.
        overrides: put into its plan of `3d_fullres` before preprocessing, in its own words and
            axes (z, y, x), groups as dictionaries; see `network_overrides`.

    Returns:
        Its plan of `3d_fullres`.

    Raises:
        LascarError: it fails; the log is named and its last line quoted.
    """
    return call(
        peer,
        "prepare",
        spacing_zyx_mm=None if spacing_mm is None else list(spacing_mm[::-1]),
        memory_gb=memory_gb,
        overrides=overrides or {},
    )


def network_overrides(
    patch_voxels: Shape, features: tuple[int, ...], *, batch_size: int
) -> dict[str, Any]:
    """Overrides that give nnU-Net a U-Net halved along every axis at each resolution.

    Args:
        patch_voxels: (x, y, z).
        features: channels per resolution, finest first.
        batch_size: patches in a batch.
    """
    stages = len(features)
    return {
        "patch_size": list(patch_voxels[::-1]),
        "batch_size": batch_size,
        "architecture": {
            "arch_kwargs": {
                "n_stages": stages,
                "features_per_stage": list(features),
                "strides": [[1, 1, 1]] + [[2, 2, 2]] * (stages - 1),
                "kernel_sizes": [[3, 3, 3]] * stages,
                "n_conv_per_stage": [2] * stages,
                "n_conv_per_stage_decoder": [2] * (stages - 1),
            }
        },
    }


def train(
    peer: Peer, *, iterations: int | None = None, minutes: float | None = None, seed: int = 0
) -> dict[str, Any]:
    """Train nnU-Net's network on all converted cases; an interrupted training goes on.

    Args:
        peer: with preprocessed cases.
        iterations: how many, or
        minutes: for how long, data loading included and preparation not; its polynomial decay then
            ends with them.
        seed: of weights and drawings in its main process; its workers draw otherwise each time.

    Returns:
        `iterations`, `seconds`, `seconds_an_iteration` (median after five), `losses`, `peak_mb`
        (its main process, on a GPU what PyTorch reserved), `parameters`.

    Raises:
        LascarError: it fails; the log is named and its last line quoted.
    """
    if (iterations is None) == (minutes is None):
        raise LascarError("train takes iterations or minutes; give one of them")
    return call(peer, "train", iterations=iterations, minutes=minutes, seed=seed)


def predict(peer: Peer, *, mirror: bool = True) -> dict[str, Any]:
    """Segment the converted images on their own grids; returns `seconds` for all of them."""
    places = {"images": str(peer.images), "out": str(peer.predictions)}
    return call(peer, "predict", mirror=mirror, **places)


def slide(
    peer: Peer, network: nn.Module, channels: np.ndarray, *, window: Shape, rounds: int
) -> tuple[float, np.ndarray]:
    """Let nnU-Net's sliding window segment one volume with a network that is not its own.

    Args:
        peer: its folder gets the traced network, the volume and the mask.
        network: logits of background and LA, in eval mode.
        channels: float32 (channel, x, y, z).
        window: shape of a window.
        rounds: how often.

    Returns:
        The least seconds, and the mask, bool (x, y, z).

    Raises:
        LascarError: it fails; the log is named and its last line quoted.
    """
    peer.folder.mkdir(parents=True, exist_ok=True)
    files = {name: str(peer.folder / name) for name in ("network.pt", "volume.npy", "mask.npy")}
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # an exported program has no eval()
        torch.jit.trace(network, torch.zeros(1, len(channels), *window)).save(files["network.pt"])
    np.save(files["volume.npy"], channels)
    places = {name.partition(".")[0]: path for name, path in files.items()}
    found = call(peer, "slide", window=list(window), rounds=rounds, **places)
    return found["seconds"], np.load(files["mask.npy"])


def score(peer: Peer, dataset: Dataset) -> dict[str, float]:
    """Dice of the LA of predicted cases, each on its own grid, by case id."""
    found = {}
    for case in dataset:
        assert case.atrium is not None
        mask = read_volume(peer.predictions / f"{case.id}.nii.gz").array > 0
        found[case.id] = dice(mask, case.atrium)
    return found


def _write_image(folder: Path, case: Case) -> None:
    write_volume(folder / f"{case.id}_0000.nii.gz", case.image.astype(np.float32), case.affine)

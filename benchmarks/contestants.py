"""Who is compared in `minutes.py`: each trains on the same cases for so long, then segments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import monai_peer
import nnunet_peer
import numpy as np
import psutil
import torch
from nnunet_process import Peer, required_version
from tqdm import tqdm

from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.evaluation import dice
from lascarlib.pipeline import Predictor, train_atrium
from lascarlib.preprocess import atrium_sample, to_case_grid
from lascarlib.provenance import versions
from lascarlib.training import ALL, start_run
from lascarlib.training.batches import store_sample
from lascarlib.training.config import Config
from lascarlib.training.stage import load_networks
from lascarlib.training.watching import read_rows


@dataclass(frozen=True)
class Task:
    """What a contestant gets.

    Args:
        training: labelled cases to learn from.
        unseen: cases to be scored on.
        config: of our training; the others get its seed, grid, patch, batch and features.
        minutes: to train.
        folder: for what it writes.
    """

    training: Dataset
    unseen: Dataset
    config: Config
    minutes: float
    folder: Path


@dataclass(frozen=True)
class Outcome:
    """Iterations, Dice by case, versions (see `Trial`), and the load as the training ended."""

    iterations: int
    dice: Mapping[str, float]
    versions: str
    load: float


def ours(task: Task) -> Outcome:
    """The LA network of `lascar train --budget`, and `lascar predict`."""
    run = start_run(task.folder / "run", task.config, task.training)
    train_atrium(run, task.training, folds=(ALL,), budget_s=60 * task.minutes)
    load = psutil.getloadavg()[0]
    predict = Predictor(run, {"atrium": load_networks(run, "atrium")}, population=None)
    last = read_rows(run.fold_folder("atrium", ALL) / "log.csv")[-1]
    found = _dices(task.unseen, lambda case: predict(case).atrium)
    return Outcome(int(last["iteration"]), found, _own_versions(), load)


def monais(task: Task) -> Outcome:
    """MONAI's DynUNet recipe on the library's samples."""
    config, seed = task.config.atrium, task.config.seed
    for case in tqdm(task.training, total=len(task.training), desc="preparing", unit="case"):
        store_sample(atrium_sample(case, spacing_mm=config.spacing_mm), task.folder)
    files = sorted(task.folder.glob("*.npy"))
    network, iterations = monai_peer.train(files, config, seconds=60 * task.minutes, seed=seed)
    load = psutil.getloadavg()[0]

    def predict(case: Case) -> np.ndarray:
        channels = atrium_sample(case, spacing_mm=config.spacing_mm).channels
        return to_case_grid(monai_peer.predict(network, channels, config.patch_voxels), case) > 0.5

    known = f"{_own_versions()}, monai {version('monai')}"
    return Outcome(iterations, _dices(task.unseen, predict), known, load)


def nnunets(task: Task) -> Outcome:
    """nnU-Net v2's trainer and predictor in its own Python, on a plan of the library's size."""
    config = task.config.atrium
    peer = Peer(task.folder, threads=torch.get_num_threads())
    known = required_version(peer)
    nnunet_peer.convert_cases(peer, task.training)
    nnunet_peer.convert_images(peer, task.unseen)
    nnunet_peer.plan_and_preprocess(
        peer,
        spacing_mm=config.spacing_mm,
        overrides=nnunet_peer.network_overrides(
            config.patch_voxels, config.features, batch_size=config.batch_size
        ),
    )
    trained = nnunet_peer.train(peer, minutes=task.minutes, seed=task.config.seed)
    load = psutil.getloadavg()[0]
    nnunet_peer.predict(peer, mirror=True)
    found = nnunet_peer.score(peer, task.unseen)
    return Outcome(int(trained["iterations"]), found, known, load)


CONTESTANTS: dict[str, Callable[[Task], Outcome]] = {
    "lascarlib": ours,
    "lascarlib, cross-entropy": ours,
    "lascarlib, larger": ours,
    "lascarlib from pretrained:phantom": ours,
    "nnU-Net v2": nnunets,
    "MONAI DynUNet": monais,
}

SETTINGS: dict[str, dict[str, object]] = {
    "lascarlib, cross-entropy": {"atrium.loss": "dice-cross-entropy"},
    "lascarlib, larger": {
        "atrium.loss": "dice-cross-entropy",
        "atrium.spacing_mm": (1.2, 1.2, 0.625),  # under 2 : 1, or the first step pools z alone
        "atrium.patch_voxels": (96, 80, 64),
        "atrium.features": (16, 32, 64, 128, 128),
        "atrium.augmentation.rotation_degrees": 20.0,
        "atrium.augmentation.rotation_chance": 0.8,
        "atrium.augmentation.scaling": 0.25,
        "atrium.augmentation.scaling_chance": 0.8,
        "atrium.augmentation.gamma_chance": 0.5,
    },
    "lascarlib from pretrained:phantom": {"start": "pretrained:phantom"},
}
"""What a contestant changes in the profile; who changes more takes another name."""


def _own_versions() -> str:
    return f"python {versions()['python']}, torch {torch.__version__}"


def _dices(cases: Dataset, predict: Callable[[Case], np.ndarray]) -> dict[str, float]:
    found = {}
    for case in tqdm(cases, total=len(cases), desc="scoring", unit="case"):
        assert case.atrium is not None
        found[case.id] = dice(predict(case), case.atrium)
    return found

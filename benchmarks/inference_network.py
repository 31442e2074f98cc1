"""The network whose prediction `inference.py` times: a plain U-Net that learned from phantoms."""

import copy
import dataclasses
import tempfile
from pathlib import Path

from torch import nn
from tqdm import tqdm

from lascarlib.geometry.grid import Shape
from lascarlib.models.norm import InstanceNorm
from lascarlib.phantom import COARSE, phantom_case
from lascarlib.preprocess import Sample, atrium_sample
from lascarlib.training import Task, make_config, make_fabric, train_network
from lascarlib.training.batches import Batches, store_sample
from lascarlib.training.checkpoint import load_weights, save_weights
from lascarlib.training.device import choose_precision, ready
from lascarlib.training.objective import make_objective
from lascarlib.training.stage import batch_plan

LEARNED = range(1, 17)
"""Seeds of the phantoms it learns from."""

FEATURES = (8, 16, 32, 64, 128)
CONFIG = make_config(
    "smoke",
    seed=0,
    settings={
        "atrium.spacing_mm": (1.25, 1.25, 1.25),
        "atrium.patch_voxels": (64, 64, 48),
        "atrium.features": FEATURES,
        "atrium.batch_size": 2,  # one patch on the atrium, one anywhere
    },
)
OBJECTIVE = make_objective(CONFIG, "atrium")


def volume(seed: int, shape: Shape) -> Sample:
    """A phantom as the network sees it, its field of view as wide as the volume."""
    spacing_mm = CONFIG.atrium.spacing_mm
    config = dataclasses.replace(COARSE, shape_voxels=shape, spacing_mm=spacing_mm)
    return atrium_sample(phantom_case(0, seed=seed, config=config), spacing_mm=spacing_mm)


def trained(weights: Path | None, shape: Shape, iterations: int) -> nn.Module:
    """The network: read where the file is there, else trained on phantoms, and written to it."""
    network = OBJECTIVE.make_network()
    if weights and weights.exists():
        load_weights(weights, network)
        return ready(network.eval())
    with tempfile.TemporaryDirectory() as folder:
        for seed in tqdm(LEARNED, desc="phantoms", unit="case"):
            sample = dataclasses.replace(volume(seed, shape), id=f"case_{seed}")
            store_sample(sample, Path(folder))
        stage = dataclasses.replace(CONFIG.atrium, iterations=iterations)
        plan = batch_plan(stage, seed=0)
        batches = Batches([Path(folder) / f"case_{seed}.npy" for seed in LEARNED], plan)
        fabric = make_fabric(choose_precision("auto"))
        task = Task(OBJECTIVE, stage, Path(folder) / "run", seed=0)
        network = train_network(batches, task, fabric=fabric)
    if weights:
        save_weights(weights, network)
    return ready(network.eval())


def plain(network: nn.Module) -> nn.Module:
    """The same network with PyTorch's own instance norms, as MONAI's users have it."""
    copied = copy.deepcopy(network)
    for block in [module for module in copied.modules() if isinstance(module, nn.Sequential)]:
        for place, layer in enumerate(block):
            if isinstance(layer, InstanceNorm):
                norm = nn.InstanceNorm3d(layer.num_features, affine=True)
                norm.load_state_dict(layer.state_dict())
                block[place] = norm
    return copied

"""Times the prediction of one 208 x 208 x 80 volume beside MONAI and nnU-Net, same network."""

import argparse
import copy
import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path

import nnunet_peer
import numpy as np
import torch
from monai.inferers import sliding_window_inference
from nnunet_process import PYTHON_VARIABLE, Peer, version
from table import RESULTS, as_folder, best_seconds, most_memory_mb, run_script, write_table
from torch import Tensor, nn

from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.geometry.grid import Shape
from lascarlib.inference import predict_probability, window_places
from lascarlib.models.norm import InstanceNorm
from lascarlib.phantom import COARSE, phantom_case
from lascarlib.preprocess import Sample, atrium_sample
from lascarlib.training import Task, make_config, make_fabric, train_network
from lascarlib.training.batches import Batches, store_sample
from lascarlib.training.checkpoint import load_weights, save_weights
from lascarlib.training.device import choose_precision, ready
from lascarlib.training.objective import make_objective
from lascarlib.training.stage import batch_plan

MOST_DIFFERENT_PERCENT = 0.1
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


def trained(weights: Path, shape: Shape, iterations: int) -> nn.Module:
    """The network: read where the file is there, else trained on four phantoms and written."""
    network = OBJECTIVE.make_network()
    if not weights.exists():
        with tempfile.TemporaryDirectory() as folder:
            cases = [dataclasses.replace(volume(k, shape), id=f"case_{k}") for k in range(1, 5)]
            for sample in cases:
                store_sample(sample, Path(folder))
            stage = dataclasses.replace(CONFIG.atrium, iterations=iterations)
            plan = batch_plan(stage, seed=0)
            batches = Batches([Path(folder) / f"{case.id}.npy" for case in cases], plan)
            fabric = make_fabric(choose_precision("auto"))
            task = Task(OBJECTIVE, stage, Path(folder) / "run", seed=0)
            network = train_network(batches, task, fabric=fabric)
        save_weights(weights, network)
    load_weights(weights, network)
    return ready(network.eval())


def ours(channels: np.ndarray, network: nn.Module, window: Shape, precision: str) -> np.ndarray:
    """What `lascar predict` does with a volume."""
    return predict_probability(
        channels,
        [network],
        read=OBJECTIVE.probability,
        patch_voxels=window,
        precision=precision,
        mirror=False,
    )[0]


def monais(channels: np.ndarray, network: nn.Module, window: Shape, precision: str) -> np.ndarray:
    """MONAI's sliding window with the same weights, windows half overlapping, Gaussian weights."""
    mixed = precision != "32-true"

    def answer(windows: Tensor) -> Tensor:
        return OBJECTIVE.probability(network(windows))

    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        found = sliding_window_inference(
            torch.from_numpy(channels)[None], window, 1, answer, overlap=0.5, mode="gaussian"
        )
    assert isinstance(found, Tensor)
    return found[0, 0].float().numpy()


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


def compare(
    contestants: dict[str, Callable[[], np.ndarray]], *, rounds: int
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Seconds of each contestant, the least of some rounds, and the mask that it found."""
    masks: dict[str, np.ndarray] = {}

    def kept(name: str) -> Callable[[], None]:
        return lambda: masks.update({name: contestants[name]() > 0.5})

    return best_seconds({name: kept(name) for name in contestants}, rounds=rounds), masks


def rows_of(
    seconds: dict[str, float], masks: dict[str, np.ndarray], label: np.ndarray
) -> list[dict[str, object]]:
    """A row for each contestant: its time, and how far its mask is from our windows in float32."""
    reference = masks["lascarlib, float32"]
    return [
        {
            "prediction": name,
            "seconds": seconds[name],
            "ratio": seconds[name] / seconds["lascarlib"],
            "% of voxels different": 100 * float((masks[name] != reference).mean()),
            "Dice": dice(masks[name], label),
        }
        for name in seconds
    ]


def notes_on(shape: Shape, window: Shape, *, precision: str, nnunet: str | None) -> list[str]:
    """What a reader of the table should know."""
    places = len(window_places(shape, window, overlap=0.5))
    return [
        f"{' x '.join(map(str, shape))} voxels, {torch.get_num_threads()} threads, U-Net with "
        f"{FEATURES} features; {places} windows of {' x '.join(map(str, window))} voxels.",
        f"lascarlib works in {precision}, which `auto` means on this processor; different are "
        "voxels of the mask from lascarlib's windows in float32. MONAI and nnU-Net place their "
        "windows otherwise and have PyTorch's instance norm.",
        f"nnU-Net's predictor ({nnunet}) has its own process, after the others."
        if nnunet
        else f"nnU-Net is left out: this is a small run, or {PYTHON_VARIABLE} names no "
        "Python that has it.",
        "The whole volume in one pass has other instance-norm statistics than the patches the "
        "network was trained on, so it is not what `lascar predict` does.",
        "This process, all of lascarlib's and MONAI's predictions and the libraries included, "
        f"never held more than {most_memory_mb():.0f} MB.",
    ]


def main() -> None:
    """Run the comparison and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="80 x 80 x 48 voxels, hardly trained")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=1000, help="of the training")
    parser.add_argument("--weights", type=Path, help="read, or trained and written")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    shape: Shape = (80, 80, 48) if options.small else (208, 208, 80)
    rounds = 1 if options.small else options.rounds
    iterations = 3 if options.small else options.iterations
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        weights = options.weights or Path(folder) / "weights.safetensors"
        origin = f"read from {weights.name}"
        if not weights.exists():
            origin = f"trained for {iterations} iterations on four other phantoms"
        network = trained(weights, shape, iterations)
    sample = volume(9, shape)
    assert sample.label is not None
    channels, window, auto = sample.channels, CONFIG.atrium.patch_voxels, choose_precision("auto")
    usual = plain(network).eval()
    seconds, masks = compare(
        {
            "lascarlib": lambda: ours(channels, network, window, auto),
            "lascarlib, float32": lambda: ours(channels, network, window, "32-true"),
            "lascarlib, whole volume": lambda: ours(channels, network, shape, auto),
            "MONAI, same precision": lambda: monais(channels, usual, window, auto),
            "MONAI, float32": lambda: monais(channels, usual, window, "32-true"),
        },
        rounds=rounds,
    )
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(Path(folder), threads=torch.get_num_threads())
        known = None if options.small else version(peer)
        if known is not None:
            name = "nnU-Net, float32"
            seconds[name], masks[name] = nnunet_peer.slide(
                peer, usual, channels, window=window, rounds=rounds
            )
    rows = rows_of(seconds, masks, sample.label)
    notes = notes_on(shape, window, precision=auto, nnunet=known)
    notes.append(f"The network was {origin}.")
    write_table(options.out / "inference.md", rows, title="Inference", notes=notes)
    different = 100 * float((masks["lascarlib"] != masks["lascarlib, float32"]).mean())
    if different > MOST_DIFFERENT_PERCENT and not options.small:
        raise LascarError(f"{different:.3f} % of the voxels differ")


if __name__ == "__main__":
    run_script(main)

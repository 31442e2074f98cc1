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
from tqdm import tqdm

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
LEARNED, TIMED, FURTHER = range(1, 17), 17, range(18, 22)
"""Seeds of phantoms: to learn from, to be timed on, and to compare masks on too."""

REFERENCE = "lascarlib, all windows, float32"
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


def ours(
    channels: np.ndarray,
    network: nn.Module,
    window: Shape,
    precision: str,
    *,
    looks_closer_above: float | None = None,
) -> np.ndarray:
    """What `lascar predict` does with a volume."""
    return predict_probability(
        channels,
        [network],
        read=OBJECTIVE.probability,
        patch_voxels=window,
        precision=precision,
        mirror=False,
        looks_closer_above=looks_closer_above,
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
    reference = masks[REFERENCE]
    return [
        {
            "prediction": name,
            "seconds": seconds[name],
            "ratio": seconds[name] / seconds["lascarlib"],
            "% of voxels different": different_percent(masks[name], reference),
            "Dice": dice(masks[name], label),
        }
        for name in seconds
    ]


def windows_seen(predict: Callable[[], np.ndarray], network: nn.Module) -> int:
    """How often a prediction asks its network."""
    asked: list[None] = []
    hook = network.register_forward_hook(lambda *_: asked.append(None))
    predict()
    hook.remove()
    return len(asked)


def different_percent(mask: np.ndarray, reference: np.ndarray) -> float:
    """Share of the voxels in which two masks differ."""
    return 100 * float((mask != reference).mean())


def notes_on(
    shape: Shape, *, seen: int, further: list[float], nnunet: str | None, memory_mb: float
) -> list[str]:
    """What a reader of the table should know."""
    window = CONFIG.atrium.patch_voxels
    return [
        f"{' x '.join(map(str, shape))} voxels, {torch.get_num_threads()} threads, U-Net with "
        f"{FEATURES} features; {len(window_places(shape, window, overlap=0.5))} windows of "
        f"{' x '.join(map(str, window))} voxels that overlap by half.",
        f"lascarlib saw {seen} of them: those that cover the volume, and those in whose middle "
        "these found something (`windows_at_test`, as in the cpu profile). It works in "
        f"{choose_precision('auto')}, which `auto` means on this processor.",
        "Different are voxels of the mask from all of lascarlib's windows in float32; those of the "
        f"first row are {', '.join(f'{share:.2g}' for share in further)} % on further phantoms.",
        "MONAI and nnU-Net see all windows, place them otherwise and have PyTorch's instance norm.",
        f"nnU-Net's predictor ({nnunet}) has its own process, after the others."
        if nnunet
        else f"nnU-Net is left out: this is a small run, or {PYTHON_VARIABLE} names no "
        "Python that has it.",
        "The whole volume in one pass has other instance-norm statistics than the patches the "
        "network was trained on, so it is not what `lascar predict` does.",
        "This process, all of lascarlib's and MONAI's predictions and the libraries included, "
        f"never held more than {memory_mb:.0f} MB.",
    ]


def contestants(
    channels: np.ndarray, network: nn.Module, usual: nn.Module
) -> dict[str, Callable[[], np.ndarray]]:
    """Everything that predicts in this process; the network, and the same with usual norms."""
    window, whole = CONFIG.atrium.patch_voxels, channels.shape[1:]
    auto, above = choose_precision("auto"), CONFIG.uncertainty.certain_threshold
    return {
        "lascarlib": lambda: ours(channels, network, window, auto, looks_closer_above=above),
        "lascarlib, all windows": lambda: ours(channels, network, window, auto),
        REFERENCE: lambda: ours(channels, network, window, "32-true"),
        "lascarlib, whole volume": lambda: ours(channels, network, whole, auto),
        "MONAI, same precision": lambda: monais(channels, usual, window, auto),
        "MONAI, float32": lambda: monais(channels, usual, window, "32-true"),
    }


def further_differences(network: nn.Module, shape: Shape) -> list[float]:
    """The same difference as the table's first, on further phantoms."""
    found = []
    for seed in FURTHER:
        those = contestants(volume(seed, shape).channels, network, network)
        masks = [those[name]() > 0.5 for name in ("lascarlib", REFERENCE)]
        found.append(different_percent(*masks))
    return found


def add_nnunet(
    seconds: dict[str, float],
    masks: dict[str, np.ndarray],
    channels: np.ndarray,
    usual: nn.Module,
    *,
    rounds: int,
) -> str | None:
    """Time nnU-Net's predictor too; its versions, None where it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(Path(folder), threads=torch.get_num_threads())
        known = version(peer)
        if known is not None:
            name, window = "nnU-Net, float32", CONFIG.atrium.patch_voxels
            seconds[name], masks[name] = nnunet_peer.slide(
                peer, usual, channels, window=window, rounds=rounds
            )
    return known


def main() -> None:
    """Run the comparison and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="80 x 80 x 48 voxels, hardly trained")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=3000, help="of the training")
    parser.add_argument("--weights", type=Path, help="read, or trained and written")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    shape: Shape = (80, 80, 48) if options.small else (208, 208, 80)
    rounds = 1 if options.small else options.rounds
    iterations = 3 if options.small else options.iterations
    torch.manual_seed(0)
    weights = options.weights
    origin = f"trained for {iterations} iterations on {len(LEARNED)} other phantoms"
    if weights and weights.exists():
        origin = f"read from {weights.name}"
    network = trained(weights, shape, iterations)
    sample = volume(TIMED, shape)
    assert sample.label is not None
    usual = plain(network).eval()
    those = contestants(sample.channels, network, usual)
    seconds, masks = compare(those, rounds=rounds)
    memory_mb = most_memory_mb()
    known = None
    if not options.small:
        known = add_nnunet(seconds, masks, sample.channels, usual, rounds=rounds)
    rows = rows_of(seconds, masks, sample.label)
    further = further_differences(network, shape)
    notes = notes_on(
        shape,
        seen=windows_seen(those["lascarlib"], network),
        further=further,
        nnunet=known,
        memory_mb=memory_mb,
    )
    notes.append(f"The network was {origin}.")
    write_table(options.out / "inference.md", rows, title="Inference", notes=notes)
    most = max(*further, different_percent(masks["lascarlib"], masks[REFERENCE]))
    if most > MOST_DIFFERENT_PERCENT and not options.small:
        raise LascarError(f"{most:.3f} % of the voxels differ")


if __name__ == "__main__":
    run_script(main)

"""Times the prediction of one 208 x 208 x 80 volume beside MONAI and nnU-Net, same network."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import nnunet_peer
import numpy as np
import torch
from inference_network import CONFIG, FEATURES, LEARNED, OBJECTIVE, plain, trained, volume
from monai.inferers import sliding_window_inference
from nnunet_process import PYTHON_VARIABLE, Peer, version
from table import RESULTS, as_folder, best_seconds, most_memory_mb, run_script, write_table
from torch import Tensor, nn

from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.geometry.grid import Shape
from lascarlib.inference import predict_probability
from lascarlib.training.device import choose_precision
from lascarlib.windows import window_places

MOST_DIFFERENT_PERCENT, LEAST_DICE = 0.1, 0.97
"""Limits of what two passes and bfloat16 may change; MONAI's windows are further away in Dice."""

TIMED, FURTHER = 17, range(18, 22)
"""Seeds of the phantom that is timed, and of those on which masks are compared too."""

USUAL, TWO, REFERENCE = "lascarlib", "lascarlib, two passes", "lascarlib, float32"
Contestants = dict[str, Callable[[], np.ndarray]]


def ours(
    channels: np.ndarray,
    network: nn.Module,
    window: Shape,
    precision: str,
    *,
    second_pass_above: float | None = None,
) -> np.ndarray:
    """The library's prediction of a volume; what `lascar predict` does, where the window is one."""
    return predict_probability(
        channels,
        [network],
        read=OBJECTIVE.probability,
        patch_voxels=window,
        precision=precision,
        mirror=False,
        second_pass_above=second_pass_above,
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


def contestants(channels: np.ndarray, network: nn.Module) -> Contestants:
    """Everything that predicts in this process."""
    window, whole = CONFIG.atrium.patch_voxels, channels.shape[1:]
    auto, above = choose_precision("auto"), CONFIG.uncertainty.certain_threshold
    usual = plain(network).eval()
    return {
        USUAL: lambda: ours(channels, network, window, auto),
        TWO: lambda: ours(channels, network, window, auto, second_pass_above=above),
        REFERENCE: lambda: ours(channels, network, window, "32-true"),
        "lascarlib, whole volume": lambda: ours(channels, network, whole, auto),
        "MONAI, same precision": lambda: monais(channels, usual, window, auto),
        "MONAI, float32": lambda: monais(channels, usual, window, "32-true"),
    }


def nnunets(
    channels: np.ndarray, network: nn.Module, *, rounds: int
) -> tuple[str, float, np.ndarray] | None:
    """Versions, seconds and mask of nnU-Net's predictor; None where it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(Path(folder), threads=torch.get_num_threads())
        known, window = version(peer), CONFIG.atrium.patch_voxels
        if known is None:
            return None
        usual = plain(network).eval()
        return known, *nnunet_peer.slide(peer, usual, channels, window=window, rounds=rounds)


def compare(those: Contestants, *, rounds: int) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Seconds of each contestant, the least of some rounds, and the mask that it found."""
    masks: dict[str, np.ndarray] = {}

    def kept(name: str) -> Callable[[], None]:
        return lambda: masks.update({name: those[name]() > 0.5})

    return best_seconds({name: kept(name) for name in those}, rounds=rounds), masks


def rows_of(
    seconds: dict[str, float], masks: dict[str, np.ndarray], label: np.ndarray
) -> list[dict[str, object]]:
    """A row for each contestant: its time, and how far its mask is from our windows in float32."""
    reference = masks[REFERENCE]
    return [
        {
            "prediction": name,
            "seconds": seconds[name],
            "ratio": seconds[name] / seconds[USUAL],
            "% of voxels different": different_percent(masks[name], reference),
            "Dice with float32": dice(masks[name], reference),
            "Dice": dice(masks[name], label),
        }
        for name in seconds
    ]


def further_differences(network: nn.Module, shape: Shape) -> list[tuple[float, float]]:
    """On further phantoms: how far two passes are from float32, in % of voxels and in Dice."""
    found = []
    for seed in FURTHER:
        channels = volume(seed, shape).channels
        window, above = CONFIG.atrium.patch_voxels, CONFIG.uncertainty.certain_threshold
        auto = choose_precision("auto")
        mask = ours(channels, network, window, auto, second_pass_above=above) > 0.5
        reference = ours(channels, network, window, "32-true") > 0.5
        found.append((different_percent(mask, reference), dice(mask, reference)))
    return found


def different_percent(mask: np.ndarray, reference: np.ndarray) -> float:
    """Share of the voxels in which two masks differ."""
    return 100 * float((mask != reference).mean())


def windows_seen(predict: Callable[[], np.ndarray], network: nn.Module) -> int:
    """How often a prediction asks its network."""
    asked: list[None] = []
    hook = network.register_forward_hook(lambda *_: asked.append(None))
    predict()
    hook.remove()
    return len(asked)


def notes_on(
    shape: Shape, *, seen: int, further: list[tuple[float, float]], nnunet: str | None
) -> list[str]:
    """What a reader of the table should know."""
    window = CONFIG.atrium.patch_voxels
    others = ", ".join(f"{share:.2g} % ({score:.3f})" for share, score in further)
    return [
        f"{' x '.join(map(str, shape))} voxels, {torch.get_num_threads()} threads, U-Net with "
        f"{FEATURES} features; {len(window_places(shape, window, overlap=0.5))} windows of "
        f"{' x '.join(map(str, window))} voxels that overlap by half.",
        f"lascarlib works in {choose_precision('auto')}, which `auto` means on this processor; "
        "different are voxels of the mask from its windows in float32, and Dice with float32 is "
        "the Dice of the two masks.",
        f"Two passes (`lascar predict --two-pass`) saw {seen} of the windows: those that cover the "
        "volume, and those in whose centre these found something. On further phantoms they differ "
        f"in {others}, in brackets the Dice with float32.",
        "MONAI and nnU-Net have PyTorch's instance norm, MONAI places its windows otherwise, and "
        "nnU-Net averages logits.",
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
    parser.add_argument(
        "--small", action="store_true", help="112 x 112 x 48 voxels, hardly trained"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=3000, help="of the training")
    parser.add_argument("--weights", type=Path, help="of a whole run: read, or trained and written")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    shape: Shape = (112, 112, 48) if options.small else (208, 208, 80)
    rounds = 1 if options.small else options.rounds
    iterations = 3 if options.small else options.iterations
    torch.manual_seed(0)
    origin = f"trained for {iterations} iterations on {len(LEARNED)} other phantoms"
    if options.weights and options.weights.exists():
        origin = f"read from {options.weights.name}"
    network = trained(options.weights, shape, iterations)
    sample = volume(TIMED, shape)
    assert sample.label is not None
    those = contestants(sample.channels, network)
    seconds, masks = compare(those, rounds=rounds)
    peer = None if options.small else nnunets(sample.channels, network, rounds=rounds)
    if peer is not None:
        _, seconds["nnU-Net, float32"], masks["nnU-Net, float32"] = peer
    further = further_differences(network, shape)
    notes = notes_on(
        shape,
        seen=windows_seen(those[TWO], network),
        further=further,
        nnunet=peer[0] if peer else None,
    )
    notes.append(f"The network was {origin}.")
    rows = rows_of(seconds, masks, sample.label)
    write_table(options.out / "inference.md", rows, title="Inference", notes=notes)
    reference = masks[REFERENCE]
    timed = [
        (different_percent(masks[k], reference), dice(masks[k], reference)) for k in (USUAL, TWO)
    ]
    for share, score in [*timed, *further]:
        if not options.small and (share > MOST_DIFFERENT_PERCENT or score < LEAST_DICE):
            raise LascarError(f"{share:.3f} % of the voxels differ from float32, Dice {score:.3f}")


if __name__ == "__main__":
    run_script(main)

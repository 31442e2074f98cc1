"""A GPU day in one command: training speed beside nnU-Net's trainer, then TopK's question.

    python benchmarks/gpu.py "$LASCAR_DATA/utah2018" --work runs/gpu --minutes 120

First the seconds per iteration and the memory of training the network that is planned at 1 mm:
lascarlib, lascarlib compiled, and nnU-Net v2 where NNUNET_PYTHON names a Python that has it. Then
one training for so many minutes with each loss, and its scores on the cases held back. What is done
is not done again: after an interruption the same command goes on. A processor runs `--small` alone.
"""

import argparse
import dataclasses
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nnunet_peer import convert_cases, network_overrides, plan_and_preprocess
from nnunet_peer import train as train_nnunet
from nnunet_process import Peer, version
from table import RESULTS, as_folder, run_script, write_table

from lascarlib.datasets import Dataset, open_dataset
from lascarlib.errors import LascarError
from lascarlib.evaluation import score_case
from lascarlib.models.fingerprint import fingerprint
from lascarlib.pipeline import load_predictor, train
from lascarlib.pipeline.train import train_atrium
from lascarlib.scheduling.shares import usable_cores
from lascarlib.training import Config, make_config, start_run
from lascarlib.training.cache import sample_file
from lascarlib.training.checkpoint import read_json, write_json
from lascarlib.training.device import choose_device, choose_precision
from lascarlib.training.planned import PLANNED, PLANNED_ROTATION, plan_stage
from lascarlib.training.settings import to_json

LOSSES = {"TopK": "dice-topk", "cross-entropy": "dice-cross-entropy"}
SIDE = Path(__file__).with_name("gpu_side.py")
PEER_WORKERS = min(12, usable_cores())
"""Processes that augment for nnU-Net: as many as it takes by itself."""
SMALL = {"spacing_mm": (4.0, 4.0, 4.0), "patch_voxels": (16, 16, 8), "features": (4, 8)}


def planned_literals(dataset: Dataset) -> dict[str, Any]:
    """What nnU-Net's rules plan for the data at 1 mm, as settings of the LA's network."""
    found = fingerprint(dataset)
    shapes, spacings = np.array(found["shapes_after_crop"]), np.array(found["spacings"])
    found["shapes_after_crop"] = np.maximum(np.rint(shapes * spacings), 1).astype(int).tolist()
    found["spacings"] = np.ones_like(spacings).tolist()
    made = plan_stage(make_config("gpu", seed=0).atrium, found, stage="atrium")
    turned = {f"augmentation.{name}": getattr(made.augmentation, name) for name in PLANNED_ROTATION}
    return {name: getattr(made, name) for name in PLANNED} | turned


def config_of(literals: dict[str, Any], **settings: Any) -> Config:
    """The papers' settings on these literals."""
    stage = {f"atrium.{name}": value for name, value in literals.items()}
    return make_config("gpu", seed=0, settings={"atrium.plan": "fixed", **stage, **settings})


def time_in_a_process(work: Path, config: Config, files: list[Path], **options: Any) -> dict:
    """Time training steps in a process of its own, so that each contestant's memory is its own."""
    request = work / "request.json"
    words = {"config": to_json(config), "files": [str(file) for file in files], "options": options}
    write_json(request, words)
    log = work / "steps.log"
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run([sys.executable, SIDE, request], stderr=file)
    if done.returncode:
        said = log.read_text(encoding="utf-8").strip().splitlines() or ["no word"]
        raise LascarError(f"{log}: timing the steps failed ({said[-1]}); read this log")
    return dict(read_json(request.with_suffix(".answer.json")))


def compare_speed(
    work: Path, dataset: Dataset, literals: dict[str, Any], *, iterations: int, small: bool
) -> list[dict[str, Any]]:
    """Rows of seconds per iteration and memory; each is kept as soon as it is measured.

    All learn Dice and cross-entropy, nnU-Net's loss. What was measured with another processor,
    torch or number of iterations does not count; another data set or network is refused. Where a
    contestant fails that is said, and the others go on.
    """
    record = work / "speed.json"
    conditions = [_device(), torch.__version__, iterations]
    kept = read_json(record) if record.exists() else {}
    rows: dict[str, Any] = kept["rows"] if kept.get("conditions") == conditions else {}
    contestants = _contestants(work, dataset, literals, iterations=iterations, small=small)
    for name in [name for name in contestants if name not in rows]:
        try:
            rows[name] = contestants[name]()
        except LascarError as error:  # the losses are still to come
            print(f"gpu.py: {name}: {error}", file=sys.stderr)
        else:
            write_json(record, {"conditions": conditions, "rows": rows})
    return [_speed_row(name, rows[name]) for name in contestants if name in rows]


def _contestants(
    work: Path, dataset: Dataset, literals: dict[str, Any], *, iterations: int, small: bool
) -> dict[str, Callable[[], dict[str, Any]]]:
    """Who is timed, in this order: ours, compiled on a GPU, and nnU-Net where it is there."""
    config = config_of({**literals, "loss": "dice-cross-entropy"})
    run = start_run(work / "samples", config, dataset, resume=True)
    train_atrium(run, dataset, folds=())  # prepares the samples, trains none
    files = [sample_file(run, "atrium", name) for name in run.ids]
    timed = partial(_own_speed, work, config, files, iterations=iterations)
    found: dict[str, Callable[[], dict[str, Any]]] = {"lascarlib": partial(timed, compiled=False)}
    if choose_device() != "cpu":
        found["lascarlib, compiled"] = partial(timed, compiled=True)
    peer = Peer(
        work / "nnunet", device=choose_device(), threads=1, workers=PEER_WORKERS, compiled=True
    )
    known = version(peer)
    if known is not None:
        found[known] = partial(
            _nnunet_speed, peer, dataset, literals, iterations=iterations, small=small
        )
    return found


def _speed_row(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "training": name,
        "patch, voxels": row["patch"],
        "batch": row["batch"],
        "million weights": row["parameters"] / 1e6,
        "s an iteration": row["seconds_an_iteration"],
        "250 iterations, min": 250 * row["seconds_an_iteration"] / 60,
        "peak MB": row["peak_mb"],
    }


def _own_speed(
    work: Path, config: Config, files: list[Path], *, iterations: int, compiled: bool
) -> dict[str, Any]:
    stage = dataclasses.replace(config.atrium, compiled=compiled)
    timed = dataclasses.replace(config, atrium=stage)
    found = time_in_a_process(work, timed, files, iterations=iterations)
    patch = " x ".join(map(str, stage.patch_voxels))
    return {"patch": patch, "batch": stage.batch_size, **found}


def _nnunet_speed(
    peer: Peer, dataset: Dataset, literals: dict[str, Any], *, iterations: int, small: bool
) -> dict[str, Any]:
    peer.folder.mkdir(parents=True, exist_ok=True)
    convert_cases(peer, dataset)
    changed = {}
    if small:
        sizes = literals["patch_voxels"], literals["features"]
        changed = network_overrides(*sizes, batch_size=literals["batch_size"])
    plan = plan_and_preprocess(peer, spacing_mm=literals["spacing_mm"], overrides=changed)
    found = train_nnunet(peer, iterations=iterations)
    found.pop("losses")
    patch = " x ".join(map(str, plan["patch_size"][::-1]))
    return {"patch": patch, "batch": plan["batch_size"], **found}


def compare_losses(
    work: Path, learned: Dataset, held_back: Dataset, literals: dict[str, Any], length: dict
) -> list[dict[str, Any]]:
    """One training a loss, then Dice and distances of every case held back."""
    rows = []
    for name, loss in LOSSES.items():
        config = config_of({**literals, "loss": loss}, **length)
        run = start_run(work / loss, config, learned, resume=True)
        train(run, learned)
        predictor = load_predictor(run)
        record = run.folder / "scores.json"
        scores: dict[str, Any] = read_json(record) if record.exists() else {}
        for case in held_back:
            if case.id not in scores:
                found = score_case(case, predictor(case).atrium, score_scar=False)
                scores[case.id] = [found.atrium_dice, found.atrium_asd_mm, found.atrium_hd_mm]
                write_json(record, scores)
        dices, distances, farthest = (
            np.array(column) for column in zip(*scores.values(), strict=True)
        )
        rows.append(
            {
                "loss": f"Dice and {name}",
                "cases": len(dices),
                "Dice": f"{dices.mean():.4f} ± {dices.std():.4f}",
                "least": f"{dices.min():.4f}",
                "ASD, mm": f"{distances.mean():.3f}",
                "HD, mm": f"{farthest.mean():.2f}",
            }
        )
    return rows


def main() -> None:
    """Run both parts and write their tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", default="phantom:cases=80,seed=1", help="labelled cases")
    parser.add_argument("--split", type=int, default=64, help="so many cases are learned from")
    parser.add_argument(
        "--work", type=as_folder, default=Path("runs/gpu"), help="kept to go on with"
    )
    parser.add_argument("--iterations", type=int, default=1000, help="timed, of each contestant")
    parser.add_argument("--minutes", type=float, default=60.0, help="of training, for each loss")
    parser.add_argument("--small", action="store_true", help="a tiny network, to try the script")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the tables")
    options = parser.parse_args()
    if options.small:
        options.data, options.split, options.iterations = "phantom:cases=3,seed=1", 2, 3
        options.work = options.out / "work"
    elif not torch.cuda.is_available():
        raise LascarError("no GPU here, and it takes one; --small tries the script on a processor")
    cases = open_dataset(options.data)
    cases = dataclasses.replace(cases, without_scar=cases.ids)  # the LA alone
    learned, held_back = cases[: options.split], cases[options.split :]
    literals = {**SMALL, "batch_size": 2} if options.small else planned_literals(learned)
    length = {"atrium.iterations": 3} if options.small else {"budget_minutes": options.minutes}
    notes = [_device(), f"Learned from {len(learned)} cases, {options.data.rpartition('/')[2]}."]
    print(notes[0], file=sys.stderr)
    options.work.mkdir(parents=True, exist_ok=True)
    speed = compare_speed(
        options.work, learned, literals, iterations=options.iterations, small=options.small
    )
    told = "Seconds are the median over iterations, loading and augmentation included; the memory "
    told += "is what PyTorch reserved on the GPU, on a CPU the main process. All learn Dice and "
    told += f"cross-entropy; nnU-Net has {PEER_WORKERS} processes that augment, and its own "
    told += "precision and layout."
    write_table(options.out / "gpu.md", speed, title="Training speed", notes=[*notes, told])
    table = compare_losses(options.work, learned, held_back, literals, length)
    write_table(options.out / "gpu_losses.md", table, title="TopK or cross-entropy", notes=notes)


def _device() -> str:
    if torch.cuda.is_available():
        name = torch.cuda.get_device_name()
        return f"On {name}; lascarlib in {choose_precision('auto')}, channels last."
    return "On a CPU, to try the script: this says nothing of a GPU."


if __name__ == "__main__":
    run_script(main)

"""Train LearnGC: both networks at once, resumable to the same bits, its cost on record."""

import math
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from tqdm import tqdm

from lascarlib.baselines.learngc.batches import Batch, load_surface, make_batch, store_surface
from lascarlib.baselines.learngc.config import LearnGCConfig
from lascarlib.baselines.learngc.folder import (
    LearnGCRun,
    start_learngc,
    surface_folder,
)
from lascarlib.baselines.learngc.network import LearnGCNet
from lascarlib.baselines.learngc.surface import Surface, make_surface
from lascarlib.datasets import Dataset
from lascarlib.errors import DivergedError, LascarError
from lascarlib.io import write_csv
from lascarlib.training.checkpoint import (
    load_checkpoint,
    save_checkpoint,
    save_weights,
    write_json,
)
from lascarlib.training.device import choose_device
from lascarlib.training.interrupts import interrupts_held


@dataclass
class _State:
    """What changes besides tensors; kept in the checkpoint."""

    iteration: int = 0
    elapsed_s: float = 0.0
    losses: list[tuple[float, float]] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)


def train_learngc(
    folder: str | Path, dataset: Dataset, config: LearnGCConfig, *, resume: bool = False
) -> LearnGCRun:
    """Train T-net and N-net on the manual LA and scar of every case.

    Args:
        folder: of the training; new or empty unless `resume`. It gets run.json,
            weights.safetensors, log.csv, cost.json (seconds, iterations, patches, parameters,
            device), and cache/ with the surfaces.
        dataset: every case with LA and scar labels.
        config: of the training.
        resume: go on where an earlier training with the same config and data stopped; one that is
            complete is left as it is.

    Returns:
        The run.

    Raises:
        LascarError: labels are missing, or in every case the LA is empty; the folder is in use and
            `resume` is not set, or holds another training; or the loss stops being finite.

    Source: Li et al. (2020), LearnGC. It publishes no code; what the paper leaves open is said in
    `LearnGCConfig`, `make_batch` and `LearnGCNet`.
    """
    run = start_learngc(folder, dataset, config, resume=resume)
    if not (run.folder / "weights.safetensors").exists():
        _train(run, _prepare(run, dataset))
    return run


def _prepare(run: LearnGCRun, dataset: Dataset) -> list[Surface]:
    for name in tqdm(dataset.ids, desc="meshing", unit="case", delay=1):
        target = surface_folder(run, name)
        if (target / "graph.npz").exists():
            continue
        case = dataset.load(name)
        if case.atrium is None or not case.atrium.any():
            print(f"{name}: the LA is empty, left out of the training", file=sys.stderr)
            continue
        store_surface(target, make_surface(case, case.atrium, run.config))
    folders = [surface_folder(run, name) for name in dataset.ids]
    surfaces = [load_surface(path) for path in folders if (path / "graph.npz").exists()]
    if not surfaces:
        raise LascarError(f"{dataset.source}: no case has an LA to learn from; give others")
    return surfaces


def _train(run: LearnGCRun, surfaces: list[Surface]) -> None:
    config, device = run.config, choose_device()
    torch.manual_seed(config.seed)
    network = LearnGCNet(config).to(device)
    optimizer = torch.optim.AdamW(
        network.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    checkpoint, state = run.folder / "checkpoint.safetensors", _State()
    if checkpoint.exists():
        state = _State(**load_checkpoint(checkpoint, network, [], optimizer))
    started = time.monotonic() - state.elapsed_s
    bar = tqdm(total=1.0, desc="learngc", bar_format="{desc}: {percentage:3.0f}%|{bar}|{postfix}")
    try:
        while (progress := _progress(config, state)) < 1.0:
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * (1.0 - progress)
            losses = _losses(network, make_batch(surfaces, config, state.iteration), device)
            values = (float(losses[0].detach()), float(losses[1].detach()))
            if not math.isfinite(sum(values)):
                raise DivergedError(
                    f"{run.folder}: the loss is {values} at iteration {state.iteration + 1}; start "
                    "a new run with a lower learning_rate"
                )
            optimizer.zero_grad()
            (losses[0] + losses[1]).backward()
            with interrupts_held():  # a checkpoint never holds half a step
                optimizer.step()
                state.iteration += 1
                state.elapsed_s = time.monotonic() - started
                state.losses.append(values)
                bar.update(_progress(config, state) - bar.n)
                if len(state.losses) == config.log_iterations:
                    _end_row(state)
                    save_checkpoint(checkpoint, network, [], optimizer, asdict(state))
    except KeyboardInterrupt:
        save_checkpoint(checkpoint, network, [], optimizer, asdict(state))
        raise
    finally:
        bar.close()
    _finish(run, network, state, device)
    checkpoint.unlink(missing_ok=True)


def _progress(config: LearnGCConfig, state: _State) -> float:
    if config.budget_minutes:
        return min(1.0, state.elapsed_s / (60 * config.budget_minutes))
    return min(1.0, state.iteration / config.iterations)


def _losses(network: LearnGCNet, batch: Batch, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy of T-net and of N-net."""
    scar = network.scar_logit(batch.patches.to(device))
    vectors = network.n_encoder(batch.pairs.to(device).flatten(0, 1)).unflatten(0, (-1, 2))
    differ = network.differ_logit(vectors[:, 0], vectors[:, 1])
    return (
        cross_entropy(scar, batch.scar.to(device)),
        cross_entropy(differ, batch.differ.to(device)),
    )


def _end_row(state: _State) -> None:
    t_loss, n_loss = (math.fsum(column) / len(column) for column in zip(*state.losses, strict=True))
    seconds = round(state.elapsed_s, 3)
    row = {"iteration": state.iteration, "seconds": seconds, "t_loss": t_loss, "n_loss": n_loss}
    state.rows.append(row)
    state.losses = []


def _finish(run: LearnGCRun, network: LearnGCNet, state: _State, device: str) -> None:
    if state.losses:
        _end_row(state)
    write_csv(run.folder / "log.csv", list(state.rows[0]), (row.values() for row in state.rows))
    cost = {
        "seconds": round(state.elapsed_s, 1),
        "iterations": state.iteration,
        "patches": 3 * run.config.batch_size * state.iteration,  # a vertex, and two of a pair
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "device": device,
        "threads": torch.get_num_threads(),
    }
    write_json(run.folder / "cost.json", cost)
    save_weights(run.folder / "weights.safetensors", network)

"""The training loop, in sight from top to bottom."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor
from tqdm import tqdm

from lascarlib.errors import DivergedError
from lascarlib.io import write_csv
from lascarlib.prefetch import prefetch
from lascarlib.training.batches import Batches
from lascarlib.training.checkpoint import load_checkpoint, save_checkpoint, save_weights
from lascarlib.training.config import StageConfig
from lascarlib.training.device import ready
from lascarlib.training.interrupts import interrupts_held
from lascarlib.training.objective import Objective
from lascarlib.training.optimizer import learning_rate, make_optimizer
from lascarlib.training.schedule import Plateau, after_epoch
from lascarlib.training.state import State, restored, waiting_percent


def train_network(
    batches: Batches,
    objective: Objective,
    config: StageConfig,
    *,
    folder: Path,
    seed: int,
    fabric: Fabric,
    budget_s: float | None = None,
    title: str = "train",
) -> torch.nn.Module:
    """Train one network; an interrupted training goes on from its checkpoint.

    Args:
        batches: batch k for any iteration k.
        objective: what it is and minimises.
        config: of the stage.
        folder: gets weights.safetensors, log.csv, and checkpoint.safetensors while training.
        seed: of the initial weights.
        fabric: device and precision, from `lascarlib.training.device`; where it joins several
            processes, each learns from its share of every batch, and the first writes.
        budget_s: train for this many seconds instead of `config.iterations`.
        title: shown beside the progress bar.

    Returns:
        The trained network, averaged weights where the config asks for them, in eval mode.

    Raises:
        LascarError: the folder's checkpoint is of another network.
        DivergedError: the loss stops being finite.
    """
    torch.manual_seed(seed)
    model = ready(objective.make_network())
    optimizer = make_optimizer(model, config)
    wrapped, optimizer = fabric.setup(model, optimizer)
    average = [p.detach().clone() for p in model.parameters()] if config.average_decay else []
    checkpoint = folder / "checkpoint.safetensors"
    save = save_checkpoint if fabric.is_global_zero else _leave_to_the_first
    state = State(0, 0.0, Plateau(), [], [])
    if checkpoint.exists():
        state = restored(load_checkpoint(checkpoint, model, average, optimizer))
    progress_of = _progress(config, budget_s)
    model.train()
    bar = _bar(state, config, budget_s, title)
    bar.disable = bar.disable or not fabric.is_global_zero
    started = time.monotonic() - state.elapsed_s
    try:
        for image, targets in _stream(batches, state, fabric, config, budget_s):
            rate = _set_rate(optimizer, config, state, progress_of(state))
            loss = objective.loss(wrapped(image), targets, state.iteration)
            value = _finite(fabric.all_reduce(loss.detach()), folder, state)
            optimizer.zero_grad()
            fabric.backward(loss)
            fabric.clip_gradients(wrapped, optimizer, max_norm=config.gradient_clip)
            with interrupts_held():  # a checkpoint never holds half a step
                optimizer.step()
                _count(state, value, rate, elapsed_s=fabric.broadcast(time.monotonic() - started))
                _update_average(average, model, config.average_decay, state.iteration)
                _advance(bar, state, budget_s)
                if len(state.epoch_losses) == config.epoch_iterations:
                    _end_epoch(state, config, progress_of(state))
                    save(checkpoint, model, average, optimizer, asdict(state))
            if progress_of(state) >= 1.0:
                break
    except KeyboardInterrupt:
        save(checkpoint, model, average, optimizer, asdict(state))
        raise
    finally:
        bar.close()
    _finish(model, average, config, state)
    if fabric.is_global_zero:
        write_csv(folder / "log.csv", list(state.rows[0]), (row.values() for row in state.rows))
        save_weights(folder / "weights.safetensors", model)
        checkpoint.unlink(missing_ok=True)
    fabric.barrier()
    return model.eval()


def _set_rate(
    optimizer: torch.optim.Optimizer, config: StageConfig, state: State, progress: float
) -> float:
    """Give the optimizer the learning rate of the next iteration, and return it."""
    rate = learning_rate(
        config, iteration=state.iteration, progress=progress, factor=state.plateau.factor
    )
    for group in optimizer.param_groups:
        group["lr"] = rate
    return rate


def _count(state: State, loss: float, rate: float, *, elapsed_s: float) -> None:
    """Note that one more iteration is done."""
    state.iteration += 1
    state.learning_rate = rate
    state.elapsed_s = elapsed_s
    state.epoch_losses.append(loss)


def _leave_to_the_first(*parts: Any) -> None:
    """What other processes do where the first one writes."""


def _finite(loss: Any, folder: Path, state: State) -> float:
    value = float(loss)
    if not math.isfinite(value):
        raise DivergedError(
            f"{folder}: the loss is {value} at iteration {state.iteration + 1}; start a new run "
            "with a lower learning_rate"
        )
    return value


def _progress(config: StageConfig, budget_s: float | None) -> Callable[[State], float]:
    if budget_s is None:
        return lambda state: state.iteration / config.iterations
    return lambda state: state.elapsed_s / budget_s


def _stream(
    batches: Batches, state: State, fabric: Fabric, config: StageConfig, budget_s: float | None
) -> Iterator[tuple[Tensor, Tensor]]:
    """This process's share of every batch; the next one is made while this one is learned."""
    last = config.iterations if budget_s is None else 2**31
    own = slice(fabric.global_rank, None, fabric.world_size)
    asked = perf_counter()
    for image, targets in prefetch(batches.__getitem__, range(state.iteration, last)):
        state.epoch_waited_s += perf_counter() - asked
        image = image[own].to(fabric.device, memory_format=torch.channels_last_3d)
        yield image, targets[own].contiguous().to(fabric.device)
        asked = perf_counter()


def _update_average(
    average: list[Tensor], model: torch.nn.Module, decay: float, iteration: int
) -> None:
    """Exponential moving average of the weights, with a short memory at the start."""
    if average:
        decay = min(decay, (1 + iteration) / (10 + iteration))
        with torch.no_grad():
            torch._foreach_lerp_(average, [p.data for p in model.parameters()], 1 - decay)


def _end_epoch(state: State, config: StageConfig, progress: float) -> None:
    mean = math.fsum(state.epoch_losses) / len(state.epoch_losses)
    state.rows.append(
        {
            "epoch": len(state.rows) + 1,
            "iteration": state.iteration,
            "seconds": round(state.elapsed_s, 3),
            "learning_rate": state.learning_rate,
            "loss": mean,
            "waiting_percent": waiting_percent(state),
        }
    )
    state.epoch_waited_s = 0.0
    state.plateau = after_epoch(
        state.plateau,
        mean,
        progress=progress,
        patience=config.plateau_epochs * config.epoch_iterations / config.iterations,
        divisor=config.plateau_divisor,
    )
    state.epoch_losses = []


def _finish(
    model: torch.nn.Module, average: list[Tensor], config: StageConfig, state: State
) -> None:
    """Close the last epoch and take the averaged weights."""
    if state.epoch_losses:
        _end_epoch(state, config, 1.0)
    for parameter, mean in zip(model.parameters(), average, strict=False):
        parameter.data.copy_(mean)


def _bar(state: State, config: StageConfig, budget_s: float | None, title: str) -> "tqdm[Any]":
    if budget_s is None:
        return tqdm(total=config.iterations, initial=state.iteration, desc=title, unit="it")
    return tqdm(
        total=round(budget_s),
        initial=min(round(budget_s), round(state.elapsed_s)),
        desc=title,
        unit="s",
        bar_format="{desc}: {percentage:3.0f}%|{bar}| {n:.0f} s, {remaining} left{postfix}",
    )


def _advance(bar: "tqdm[Any]", state: State, budget_s: float | None) -> None:
    recent = state.epoch_losses[-20:]
    loss, waiting = math.fsum(recent) / len(recent), waiting_percent(state)
    bar.set_postfix(loss=f"{loss:.3f}", waiting=f"{waiting:.0f}%", refresh=False)
    target = state.iteration if budget_s is None else min(budget_s, state.elapsed_s)
    bar.update(target - bar.n)

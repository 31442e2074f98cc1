"""The training loop, in sight from top to bottom."""

import math
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lightning_fabric import Fabric
from torch import nn

from lascarlib.errors import DivergedError, LascarError
from lascarlib.io import write_csv
from lascarlib.memory import memory_kept
from lascarlib.training.bar import advance, make_bar
from lascarlib.training.batches import Batches
from lascarlib.training.checkpoint import load_checkpoint, save_checkpoint, save_weights
from lascarlib.training.config import StageConfig
from lascarlib.training.interrupts import interrupts_held
from lascarlib.training.learner import Learner, make_learner, set_rate, take_average, update_average
from lascarlib.training.look import look_back
from lascarlib.training.optimizer import learning_rate
from lascarlib.training.schedule import Plateau, after_epoch
from lascarlib.training.state import State, rescaled, restored, waiting_percent
from lascarlib.training.stream import stream
from lascarlib.training.task import Task
from lascarlib.training.watching import Progress, Watcher, tell

CHECKPOINT = "checkpoint.safetensors"


@memory_kept()
def train_network(
    batches: Batches, task: Task, *, fabric: Fabric, watchers: Sequence[Watcher] = ()
) -> nn.Module:
    """Train one network; an interrupted training goes on from its checkpoint.

    Args:
        batches: batch k for any iteration k, or this process's share of it.
        task: what is trained, for how long, and the folder it is kept in.
        fabric: device and precision, from `lascarlib.training.device`; where it joins several
            processes, each learns from its own batches, and the first writes.
        watchers: are told after every epoch.

    Returns:
        The trained network, averaged weights where the config asks for them, in eval mode.

    Raises:
        LascarError: the folder's checkpoint is of another network; or the batches are not this
            process's share.
        DivergedError: the loss stops being finite.
    """
    config, objective = task.config, task.objective
    if len(batches.items) * fabric.world_size != batches.plan.batch_size:
        raise LascarError(
            f"{task.folder}: {len(batches.items)} of {batches.plan.batch_size} patches for each of "
            f"{fabric.world_size} processes; give Batches the process's share"
        )
    learner = make_learner(objective, config, seed=task.seed, fabric=fabric)
    state = _resumed(learner, task)
    bar = make_bar(task, state, silent=not fabric.is_global_zero)
    started = time.monotonic() - state.elapsed_s
    try:
        look_back(learner, task, state, fabric)  # where an interrupt prevented it
        iterations = range(state.iteration, task.last_iteration)
        for image, targets, waited_s in stream(batches, iterations, fabric.device):
            state.epoch_waited_s += waited_s
            rate = _rate(task, state)
            set_rate(learner, rate)
            loss = objective.loss(learner.wrapped(image), targets, state.iteration)
            value = _finite(fabric.all_reduce(loss.detach()), task, state)
            learner.optimizer.zero_grad()
            fabric.backward(loss)
            fabric.clip_gradients(learner.wrapped, learner.optimizer, max_norm=config.gradient_clip)
            with interrupts_held():  # a checkpoint never holds half a step
                learner.optimizer.step()
                elapsed_s = fabric.broadcast(time.monotonic() - started)
                _count(state, task, value, rate, elapsed_s=elapsed_s)
                update_average(learner, decay=config.average_decay, iteration=state.iteration)
                advance(bar, task, state)
                if epoch_ends := len(state.epoch_losses) == config.epoch_iterations:
                    _end_epoch(state, config, state.progress)
                    _save(learner, task, state, fabric)
            if epoch_ends:
                look_back(learner, task, state, fabric)
                _tell(watchers, task, state, fabric, done=False)
            if state.progress >= 1.0:
                break
        if state.epoch_losses:
            _end_epoch(state, config, 1.0)
        look_back(learner, task, state, fabric)
    except KeyboardInterrupt:
        with interrupts_held():  # a second Ctrl-C waits for the checkpoint
            _save(learner, task, state, fabric)
        raise
    finally:
        bar.close()
    _finish(learner, task, state, fabric)
    _tell(watchers, task, state, fabric, done=True)
    return learner.model.eval()


def _resumed(learner: Learner, task: Task) -> State:
    """Where the folder's checkpoint left off; the beginning where there is none."""
    path = task.folder / CHECKPOINT
    if not path.exists():
        return State(0, 0.0, Plateau(), [], [])
    state = restored(load_checkpoint(path, learner.model, learner.average, learner.optimizer))
    return rescaled(state, progress=task.progress(state))


def _save(learner: Learner, task: Task, state: State, fabric: Fabric) -> None:
    """Write the checkpoint and the log so far; other processes leave that to the first."""
    if fabric.is_global_zero:
        path = task.folder / CHECKPOINT
        save_checkpoint(path, learner.model, learner.average, learner.optimizer, asdict(state))
        if state.rows:
            _write_log(task, state)


def _write_log(task: Task, state: State) -> None:
    """A row for each epoch; blank where it has not looked at the cases held back."""
    columns = list(dict.fromkeys(name for row in state.rows for name in row))
    rows = ([row.get(name, math.nan) for name in columns] for row in state.rows)
    write_csv(task.folder / "log.csv", columns, rows)


def _rate(task: Task, state: State) -> float:
    """The learning rate of the next iteration."""
    progress, factor = task.progress(state), state.plateau.factor
    return learning_rate(task.config, iteration=state.iteration, progress=progress, factor=factor)


def _count(state: State, task: Task, loss: float, rate: float, *, elapsed_s: float) -> None:
    """Note that one more iteration is done."""
    state.iteration += 1
    state.learning_rate = rate
    state.elapsed_s = elapsed_s
    state.progress = task.progress(state)
    state.epoch_losses.append(loss)


def _finite(loss: Any, task: Task, state: State) -> float:
    value = float(loss)
    if not math.isfinite(value):
        raise DivergedError(
            f"{task.folder}: the loss is {value} at iteration {state.iteration + 1}; start a new "
            "run with a lower learning_rate"
        )
    return value


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


def _tell(
    watchers: Sequence[Watcher], task: Task, state: State, fabric: Fabric, *, done: bool
) -> None:
    if fabric.is_global_zero:
        tell(watchers, Progress(task.name, task.folder, tuple(state.rows), done))


def _finish(learner: Learner, task: Task, state: State, fabric: Fabric) -> None:
    """Take the averaged weights and write them and the log in place of the checkpoint."""
    take_average(learner)
    if fabric.is_global_zero:
        _write_log(task, state)
        save_weights(task.folder / "weights.safetensors", learner.model)
        (task.folder / CHECKPOINT).unlink(missing_ok=True)
    fabric.barrier()

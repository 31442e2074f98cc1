"""The steps that `gpu.py` times: run in a process of its own, so that its memory is its own.

`gpu.py` starts it: `python gpu_side.py REQUEST`, a file with config, samples and options; the
answer is written beside it.
"""

import statistics
import sys
import time
from pathlib import Path

import torch
from table import most_memory_mb

from lascarlib.memory import memory_kept
from lascarlib.training import Config
from lascarlib.training.batches import Batches
from lascarlib.training.checkpoint import read_json, write_json
from lascarlib.training.device import choose_precision, make_fabric
from lascarlib.training.learner import make_learner
from lascarlib.training.objective import make_objective
from lascarlib.training.settings import from_json
from lascarlib.training.stage import batch_plan
from lascarlib.training.stream import stream

WARM_UP = 10


@memory_kept()
def time_steps(config: Config, files: list[Path], *, iterations: int) -> dict:
    """Train some iterations as the loop does, data path included; seconds each, and peak MB."""
    stage, objective = config.atrium, make_objective(config, "atrium")
    fabric = make_fabric(choose_precision("auto"))
    plan = batch_plan(stage, seed=0)
    batches = Batches(files, plan, device=fabric.device)
    learner = make_learner(objective, stage, seed=0, fabric=fabric)
    wrapped, optimizer = learner.wrapped, learner.optimizer
    seconds, begun = [], time.perf_counter()
    for step, (image, target, _) in enumerate(stream(batches, range(iterations), fabric.device)):
        loss = objective.loss(wrapped(image), target, step)
        optimizer.zero_grad()
        fabric.backward(loss)
        fabric.clip_gradients(wrapped, optimizer, max_norm=stage.gradient_clip)
        optimizer.step()
        float(loss.detach())  # waits for the device, as nnU-Net's step does
        seconds.append(time.perf_counter() - begun)
        begun = time.perf_counter()
    return {
        "seconds_an_iteration": statistics.median(seconds[WARM_UP:] or seconds),
        "peak_mb": _peak_mb(),
        "parameters": sum(parameter.numel() for parameter in learner.model.parameters()),
    }


def _peak_mb() -> float:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved() / 1e6
    return most_memory_mb()


def answer(request: Path) -> None:
    """Time what the request asks for."""
    words = read_json(request)
    config = from_json(Config, words["config"])
    found = time_steps(config, [Path(file) for file in words["files"]], **words["options"])
    write_json(request.with_suffix(".answer.json"), found)


if __name__ == "__main__":
    answer(Path(sys.argv[1]))

"""What does the papers' full protocol cost? Counted operations, data sheets, BF's own hours."""

import argparse
import dataclasses
import datetime
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import torch
from table import RESULTS, as_folder, markdown, origin, run_script
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from lascarlib.io import write_atomically
from lascarlib.memory import memory_kept
from lascarlib.training import make_config
from lascarlib.training.checkpoint import read_json, write_json
from lascarlib.training.config import Config
from lascarlib.training.device import choose_precision, make_fabric, ready
from lascarlib.training.objective import IN_CHANNELS, make_objective
from lascarlib.training.optimizer import make_optimizer
from lascarlib.training.planned import plan_stage

PAGE = Path(__file__).parents[1] / "book" / "costs.md"
RECORD = RESULTS / "costs.json"
TEXT = Path(__file__).with_name("costs.md")

# Zhang et al. (2022), section 3: Task 1 of LAScarQS, 60 cases, images of two sizes (shares are
# not given: half and half), five folds on five GPUs, a batch size of 2, 250 iterations an epoch.
SHAPES = [[44, 576, 576]] * 30 + [[44, 640, 640]] * 30
SPACING = [2.5, 0.625, 0.625]
EPOCHS = {"atrium": 500, "scar": 130}
HOURS = {"atrium": 9.5, "scar": 2.5}
FOLDS, EPOCH_ITERATIONS = 5, 250


@dataclass(frozen=True)
class Processor:
    """A GPU by its data sheet.

    Args:
        name: as it is sold.
        peak: operations a second in bfloat16, accumulated in float32, without sparsity; in float32
            where it has no bfloat16.
        memory_gb: of the card.
        source: of the numbers.
    """

    name: str
    peak: float
    memory_gb: int
    source: str


PROCESSORS = (
    Processor("T4", 8.1e12, 16, "NVIDIA T4 data sheet, 2019"),
    Processor("RTX 3090", 71e12, 24, "NVIDIA Ampere GA102 white paper, 2020"),
    Processor("RTX 4090", 165.2e12, 24, "NVIDIA Ada architecture white paper, 2022"),
    Processor("A100", 312e12, 80, "NVIDIA A100 data sheet, 2021"),
    Processor("H100 SXM", 989.4e12, 80, "NVIDIA H100 architecture white paper, 2022"),
)
BF_GPU = PROCESSORS[1]


def planned_config() -> Config:
    """BF's networks as nnU-Net's rules plan them for the training data that BF names."""
    found = {
        "shapes_after_crop": SHAPES,
        "spacings": [SPACING] * len(SHAPES),
        "median_relative_size_after_cropping": 1.0,
    }
    config = make_config("gpu", seed=0)
    stages = {}
    for stage in EPOCHS:
        made = plan_stage(config.stage(stage), found, stage=stage)
        stages[stage] = dataclasses.replace(made, plan="fixed")
    return dataclasses.replace(config, **stages)


def iteration_operations(config: Config, stage: str) -> int:
    """Multiplications and additions of one training iteration, forward and backward.

    Counted by PyTorch on tensors without storage; convolutions are counted, nothing else.
    """
    settings = config.stage(stage)
    with torch.device("meta"):
        network = make_objective(config, stage).make_network().train()
        image = torch.zeros(settings.batch_size, IN_CHANNELS.get(stage, 1), *settings.patch_voxels)
    with FlopCounterMode(display=False) as counter:
        sum(part.sum() for part in _tensors(network(image))).backward()
    return int(counter.get_total_flops())


def _tensors(outputs: Any) -> Iterator[Tensor]:
    if isinstance(outputs, Tensor):
        yield outputs
    else:
        for part in outputs:
            yield from _tensors(part)


@memory_kept()
def processor_seconds(config: Config, stage: str, *, iterations: int) -> float:
    """Processor time of a training step on one core: the least of some, after one to warm up."""
    settings, objective = config.stage(stage), make_objective(config, stage)
    torch.set_num_threads(1)
    fabric = make_fabric(choose_precision("auto"))
    model = ready(objective.make_network()).train()
    wrapped, optimizer = fabric.setup(model, make_optimizer(model, settings))
    shape = (settings.batch_size, IN_CHANNELS.get(stage, 1), *settings.patch_voxels)
    image = torch.randn(shape).to(memory_format=torch.channels_last_3d)
    target = (torch.rand((shape[0], objective.n_targets, *shape[2:])) > 0.9).float()
    times = []
    for step in range(iterations + 1):
        begun = time.process_time()
        loss = objective.loss(wrapped(image), target, step)
        optimizer.zero_grad()
        fabric.backward(loss)
        fabric.clip_gradients(wrapped, optimizer, max_norm=settings.gradient_clip)
        optimizer.step()
        times.append(time.process_time() - begun)
    return min(times[1:])


def measure(*, iterations: int) -> dict[str, Any]:
    """What this machine's processor takes for the laptop's networks."""
    rows = []
    for profile in ("smoke", "cpu"):
        config = make_config(profile, seed=0)
        for stage in EPOCHS:
            rows.append(
                {
                    "profile": profile,
                    "stage": stage,
                    "seconds": round(processor_seconds(config, stage, iterations=iterations), 4),
                }
            )
    told = {str(row["origin"]): str(row[""]) for row in origin()}
    machine = {name: told[name] for name in ("processor", "torch", "commit")}
    return {"rows": rows, "machine": machine, "made": datetime.date.today().isoformat()}


def page(record: dict[str, Any]) -> str:
    """The page of the book: what is counted, what is assumed, and what follows."""
    config = planned_config()
    joint = make_config("gpu", seed=0, settings={"method": "atrialjsqnet"})
    work = {stage: iteration_operations(config, stage) for stage in EPOCHS}
    steps = {stage: epochs * EPOCH_ITERATIONS for stage, epochs in EPOCHS.items()}
    reached = {
        stage: work[stage] * steps[stage] / (3600 * HOURS[stage]) / BF_GPU.peak for stage in EPOCHS
    }
    share = sum(reached.values()) / len(reached)
    networks = [_network_row(f"BF, {stage}", config, stage, work[stage]) for stage in EPOCHS]
    jsq = iteration_operations(joint, "joint")
    networks.append(_network_row("AtrialJSQnet", joint, "joint", jsq))
    fold = sum(work[stage] * steps[stage] for stage in EPOCHS)
    hours = []
    for gpu in PROCESSORS:
        rate = 3600 * gpu.peak * share
        hours.append(
            {
                "GPU": gpu.name,
                "peak, TFLOP/s": f"{gpu.peak / 1e12:g}",
                "memory, GB": str(gpu.memory_gb),
                "BF, one fold, h": f"{fold / rate:.1f}",
                "BF, five folds, h": f"{FOLDS * fold / rate:.0f}",
                "AtrialJSQnet, h": f"{jsq * joint.joint.iterations / rate:.2g}",
                "peak from": gpu.source,
            }
        )
    return Template(TEXT.read_text(encoding="utf-8")).substitute(
        networks=markdown(networks).rstrip(),
        hours=markdown(hours).rstrip(),
        laptop=markdown([_laptop_row(row) for row in record["rows"]]).rstrip(),
        atrium=f"{100 * reached['atrium']:.0f} %",
        scar=f"{100 * reached['scar']:.0f} %",
        share=f"{100 * share:.0f} %",
        total=f"{FOLDS * sum(HOURS.values()):.0f}",
        jsq_iterations=f"{joint.joint.iterations:,}",
        **record["machine"],
        made=record["made"],
    )


def _network_row(name: str, config: Config, stage: str, operations: int) -> dict[str, object]:
    own = config.stage(stage)
    return {
        "network": name,
        "patch, voxels": " x ".join(map(str, own.patch_voxels)),
        "batch": str(own.batch_size),
        "TFLOP an iteration": f"{operations / 1e12:.2f}",
        "iterations": f"{own.iterations:,}",
        "EFLOP in all": f"{operations * own.iterations / 1e18:.2f}",
    }


def _laptop_row(row: dict[str, Any]) -> dict[str, object]:
    config = make_config(row["profile"], seed=0)
    own = config.stage(row["stage"])
    operations = iteration_operations(config, row["stage"])
    return {
        "profile": row["profile"],
        "network": row["stage"],
        "GFLOP an iteration": f"{operations / 1e9:.1f}",
        "processor s an iteration": f"{row['seconds']:.2f}",
        "GFLOP/s": f"{operations / 1e9 / row['seconds']:.0f}",
        "iterations": f"{own.iterations:,}",
        "processor min, one network": f"{row['seconds'] * own.iterations / 60:.1f}",
    }


def main() -> None:
    """Measure this processor where asked to, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="time this processor anew")
    parser.add_argument("--small", action="store_true", help="one iteration each, no record kept")
    parser.add_argument("--out", type=as_folder, help="folder for the page, instead of the book's")
    options = parser.parse_args()
    if options.small:
        record = measure(iterations=1)
    elif options.measure:
        record = measure(iterations=5)
        write_json(RECORD, record)
    else:
        record = read_json(RECORD)
    target = PAGE if options.out is None else options.out / PAGE.name
    text = page(record)
    write_atomically(target, lambda part: part.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    run_script(main)

"""The weights that a training starts from: what they are, and a copy of them in its folder."""

import dataclasses
import hashlib
import shutil
from pathlib import Path
from typing import Any

from torch import nn

from lascarlib.errors import LascarError
from lascarlib.io import write_atomically
from lascarlib.training.checkpoint import load_weights, read_json
from lascarlib.training.lineage import learned_from
from lascarlib.training.objective import Objective
from lascarlib.training.start import Start


def start_provenance(start: Start, stages: tuple[str, ...]) -> dict[str, Any]:
    """Which weights a training starts from, of JSON types.

    Args:
        start: where from.
        stages: that will be trained.

    Returns:
        "run", "fold", "stages" and "commit" of that training, "sha256" of the weights that are
        taken, and "learned_from", every data set that is behind them.
    """
    stored = read_json(start.record.folder / "run.json")
    sums = start_sums(start)
    return {
        "run": start.name,
        "fold": start.fold,
        "stages": list(start.stages),
        "commit": stored["provenance"]["commit"],
        "sha256": {stage: sums[stage] for stage in stages if stage in sums},
        "learned_from": learned_from(start.record.folder),
    }


def start_sums(start: Start) -> dict[str, str]:
    """SHA-256 of the weights of each stage, in hexadecimal digits.

    Args:
        start: where they lie.

    Example:
        >>> from lascarlib.training.start import open_start
        >>> sorted(start_sums(open_start("pretrained:phantom")))
        ['atrium', 'scar']
    """
    return {stage: _sha256(start.weights(stage)) for stage in start.stages}


def keep_start(folder: Path, start: Start, stages: tuple[str, ...]) -> None:
    """Copy the starting weights into a run's folder, so that it can go on without the other run."""
    for stage in stages:
        target = _kept(folder, stage)
        if stage in start.stages and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            source = start.weights(stage)
            write_atomically(target, lambda part, source=source: shutil.copyfile(source, part))  # type: ignore[misc]


def is_kept(folder: Path) -> bool:
    """Whether a run's folder holds all the weights that the run started from.

    Args:
        folder: of a run, or one that is to be made.
    """
    if not (folder / "run.json").exists():
        return False
    start = read_json(folder / "run.json").get("start", {"sha256": {}})
    return all(_kept(folder, stage).exists() for stage in start["sha256"])


def from_start(objective: Objective, folder: Path, stage: str) -> Objective:
    """The objective of a stage whose network begins with the weights that its run started from.

    Args:
        objective: of the stage.
        folder: of the run.
        stage: "atrium", "scar" or "joint".

    Returns:
        The same objective where the run, or this stage of it, begins with random weights.

    Raises:
        LascarError: the weights are not there any more, or others.
    """
    record = read_json(folder / "run.json").get("start", {"sha256": {}})
    if stage not in record["sha256"]:
        return objective
    path = _kept(folder, stage)
    if not path.exists() or _sha256(path) != record["sha256"][stage]:
        raise LascarError(
            f"{path}: not the weights of {record['run']} that this training started from; restore "
            "them or start a new run"
        )

    def make_network() -> nn.Module:
        network = objective.make_network()
        load_weights(path, network)
        return network

    return dataclasses.replace(objective, make_network=make_network)


def _kept(folder: Path, stage: str) -> Path:
    return folder / "start" / f"{stage}.safetensors"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

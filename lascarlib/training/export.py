"""A training as a small folder to give away: 16-bit weights and the record, to predict with."""

import dataclasses
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from lascarlib.errors import LascarError
from lascarlib.io import write_atomically
from lascarlib.pretrained import PREFIX
from lascarlib.training.checkpoint import read_json, write_json
from lascarlib.training.export_card import export_card
from lascarlib.training.run import Run, open_run


def export_run(run: Run, folder: Path, *, fold: str | None = None) -> int:
    """Write what predicting needs of a training: weights as 16-bit floats, and its record.

    A 16-bit float keeps 11 significant bits of a weight: predictions change in fewer than one voxel
    of a thousand. The folder is a RUN again, to predict with, not to go on training.

    Args:
        run: with every network trained that is wanted; those that lack are named on stderr.
        folder: gets run.json with the weights' checksums, card.md which says what they learned
            from, and weights.safetensors and log.csv for each <stage>/<fold>; new or empty, and
            left so where anything is refused.
        fold: whose networks are written; those of every trained fold where None.

    Returns:
        Bytes of all weights.

    Raises:
        LascarError: the folder is in use, the first stage is not trained, or not on that fold, or a
            weight is too large for 16 bits.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LascarError(f"{folder}: not empty; give a new folder")
    networks = _networks(run, fold)
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=target.parent) as part:
        made = Path(part) / target.name
        size = _write(run, made, networks)
        if target.exists():
            target.rmdir()
        made.rename(target)
    return size


def _write(run: Run, folder: Path, networks: list[str]) -> int:
    """Write the networks, each <stage>/<fold>, with record and card; returns bytes of weights."""
    size, sums = 0, {}
    for place in networks:
        source, target = (one / place for one in (run.folder, folder))
        size += _write_half(source / "weights.safetensors", target / "weights.safetensors")
        shutil.copyfile(source / "log.csv", target / "log.csv")
        bits = (target / "weights.safetensors").read_bytes()
        sums[place] = hashlib.sha256(bits).hexdigest()
    record = read_json(run.folder / "run.json")
    record["provenance"].pop("platform", None)
    if "start" in record:
        record["config"]["start"] = record["start"]["run"] = _name(record["config"]["start"])
    record["sha256"] = sums
    write_json(folder / "run.json", record)
    if (run.folder / "uncertainty.json").exists():
        shutil.copyfile(run.folder / "uncertainty.json", folder / "uncertainty.json")
    exported = open_run(folder)
    card = export_card(exported, made_as=dataclasses.replace(exported, folder=run.folder))
    write_atomically(folder / "card.md", lambda part: part.write_text(card, encoding="utf-8"))
    return size


def _networks(run: Run, fold: str | None) -> list[str]:
    """The networks that are written, each as <stage>/<fold>; those that lack are said."""
    trained = run.trained_folds(run.stages[0])
    if not trained:
        raise LascarError(f"{run.folder}: no trained network in it; finish the training first")
    if fold is not None and fold not in trained:
        raise LascarError(
            f"{run.folder}[{fold}]: holds the networks of {', '.join(trained)}; export one of "
            f"them, as in {run.folder}[{trained[0]}], or all, without brackets"
        )
    found = {f"{stage}/{name}" for stage in run.stages for name in run.trained_folds(stage)}
    names = [fold] if fold else sorted({Path(place).name for place in found})
    wanted = [f"{stage}/{name}" for stage in run.stages for name in names]
    if missing := [place for place in wanted if place not in found]:
        print(f"{run.folder}: not trained, so left out: {', '.join(missing)}", file=sys.stderr)
    return [place for place in wanted if place in found]


def _name(start: str) -> str:
    """What a training started from, without the folders above it."""
    return start if start.startswith(PREFIX) else Path(start).name


def _write_half(source: Path, target: Path) -> int:
    halves = {}
    for name, tensor in load_file(source).items():
        halves[name] = tensor.to(torch.float16) if tensor.is_floating_point() else tensor
        if not torch.isfinite(halves[name]).all():
            raise LascarError(f"{source}: {name} is too large for 16 bits; train it again")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, lambda part: save_file(halves, part))
    return target.stat().st_size

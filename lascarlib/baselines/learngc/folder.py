"""The folder of a LearnGC training: what it was made from, and its weights."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from lascarlib.baselines.learngc.config import LearnGCConfig
from lascarlib.baselines.learngc.network import LearnGCNet
from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.provenance import provenance
from lascarlib.training.checkpoint import load_weights, read_json, write_json
from lascarlib.training.settings import from_json, to_json


@dataclass(frozen=True)
class LearnGCRun:
    """A training of LearnGC and its folder.

    Args:
        folder: of the training, see `train_learngc`.
        config: of the training.
        source: the data it was trained on, as it was given.
        ids: case ids of that data.
        fingerprint: of that data.
    """

    folder: Path
    config: LearnGCConfig
    source: str
    ids: tuple[str, ...]
    fingerprint: str


def start_learngc(
    folder: str | Path, dataset: Dataset, config: LearnGCConfig, *, resume: bool
) -> LearnGCRun:
    """Make the folder of a new training, or open an existing one to go on in it.

    Raises:
        LascarError: a label is missing, the folder is in use, or it holds another training.
    """
    if not (dataset.has_atrium and dataset.has_scar):
        raise LascarError(
            f"{dataset.source}: LearnGC learns from LA and scar labels; give cases that have both"
        )
    folder = Path(folder)
    run = LearnGCRun(folder, config, dataset.source, dataset.ids, dataset.fingerprint)
    if (folder / "run.json").exists():
        if not resume:
            raise LascarError(f"{folder}: holds a training already; give --resume or a new folder")
        _check_same(open_learngc(folder), run)
        return run
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LascarError(f"{folder}: not empty and no training; give a new folder")
    record = {
        "config": to_json(config),
        "source": run.source,
        "ids": list(run.ids),
        "fingerprint": run.fingerprint,
        "provenance": provenance(),
    }
    write_json(folder / "run.json", record)
    return run


def is_learngc(folder: Path) -> bool:
    """Whether a folder holds a training of LearnGC, and not of another method or none."""
    path = folder / "run.json"
    if not path.exists():
        return False
    record = read_json(path)
    config = record.get("config") if isinstance(record, dict) else None
    return isinstance(config, dict) and config.get("method") == "learngc"


def open_learngc(folder: str | Path) -> LearnGCRun:
    """Open the folder of a training.

    Raises:
        LascarError: it is no such folder, or its run.json is damaged.
    """
    path = Path(folder) / "run.json"
    stored = read_json(path)
    try:
        return LearnGCRun(
            Path(folder),
            from_json(LearnGCConfig, stored["config"]),
            stored["source"],
            tuple(stored["ids"]),
            stored["fingerprint"],
        )
    except (KeyError, TypeError) as error:
        raise LascarError(f"{path}: not a training's record ({error}); restore it") from error


def load_learngc_weights(run: LearnGCRun) -> LearnGCNet:
    """The trained networks, in eval mode.

    Raises:
        LascarError: the training is not complete, or its weights are damaged.
    """
    network = LearnGCNet(run.config)
    load_weights(run.folder / "weights.safetensors", network)
    return network.eval()


def surface_folder(run: LearnGCRun, case_id: str) -> Path:
    """Where a case's surface is stored."""
    return run.folder / "cache" / case_id


def _check_same(old: LearnGCRun, new: LearnGCRun) -> None:
    if (old.fingerprint, old.ids) != (new.fingerprint, new.ids):
        raise LascarError(
            f"{old.folder}: was trained on {old.source} with other cases; resume with the same data"
        )
    names = [field.name for field in dataclasses.fields(old.config)]
    changed = [n for n in names if getattr(old.config, n) != getattr(new.config, n)]
    if changed:
        raise LascarError(
            f"{old.folder}: was started with another {', '.join(changed)}; resume with the same "
            "settings or give a new folder"
        )

"""The folder of a LearnGC training: what it was made from, and its weights."""

from dataclasses import dataclass
from pathlib import Path

from lascarlib.baselines.learngc.config import LearnGCConfig
from lascarlib.baselines.learngc.network import LearnGCNet
from lascarlib.datasets import Dataset, check_labelled
from lascarlib.training.checkpoint import load_weights, read_json
from lascarlib.training.record import Record, make_record, open_record, start_record


@dataclass(frozen=True)
class LearnGCRun(Record[LearnGCConfig]):
    """A training of LearnGC and its folder, see `train_learngc`."""


def start_learngc(
    folder: str | Path, dataset: Dataset, config: LearnGCConfig, *, resume: bool
) -> LearnGCRun:
    """Make the folder of a new training, or open an existing one to go on in it.

    Raises:
        LascarError: a label is missing, the folder is in use, or it holds another training.
    """
    check_labelled(dataset, label="LA", purpose="LearnGC")
    check_labelled(dataset, label="scar", purpose="LearnGC")
    run = make_record(LearnGCRun, folder, config, dataset)
    start_record(run, resume=resume, is_trained=(run.folder / "weights.safetensors").exists())
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
    return open_record(LearnGCRun, LearnGCConfig, folder)


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

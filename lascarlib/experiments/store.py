"""One store of trained runs, keyed by what they are made from, shared by every notebook."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from lascarlib.datasets import Dataset
from lascarlib.provenance import hash_files, versions
from lascarlib.training.config import Config
from lascarlib.training.run import Run, start_run
from lascarlib.training.settings import to_json
from lascarlib.training.start import open_start
from lascarlib.training.starting_weights import start_sums

STORE_VARIABLE = "LASCAR_STORE"
"""Environment variable that names the store's folder."""

_NOT_IN_KEY = (
    "cli",
    "book",
    "experiments",
    "viz",
    "evaluation",
    "report",
    "submission.py",
    "scheduling",
    "lock.py",
    "interruption.py",
)
"""Parts of the library that cannot change a trained network."""


def store_folder() -> Path:
    """Folder of the store: LASCAR_STORE, else .cache/lascarlib in the home directory."""
    named = os.environ.get(STORE_VARIABLE)
    return Path(named) if named else Path.home() / ".cache" / "lascarlib"


def stored_run(config: Config, dataset: Dataset, *, averages_folds: bool = False) -> Run:
    """The run of an experiment in the store: made where it is new, found again where it is not.

    Training functions skip what is there already.

    Args:
        config: of the experiment.
        dataset: to train on.
        averages_folds: whether its networks are those of all folds and never one of all cases, as
            rows of a table need it; such a run has a folder of its own.

    Returns:
        The run; its folder holds whatever has been trained so far.

    Raises:
        LascarError: a case has no LA label.
    """
    folder = stored_folder(config, dataset, averages_folds=averages_folds)
    return start_run(folder, config, dataset, resume=True)


def stored_folder(config: Any, dataset: Dataset, *, averages_folds: bool = False) -> Path:
    """Where the store keeps a training: a folder that may not be there yet.

    Its name covers the config, the weights it starts from, the data, the library's sources and the
    versions beneath it, so a training is never reused for something else.

    Args:
        config: the frozen config of any method.
        dataset: to train on.
        averages_folds: see `stored_run`.

    Returns:
        The folder, for `lascarlib.training.start_run` or
        `lascarlib.baselines.learngc.train_learngc` with `resume=True`.
    """
    parts = {
        "config": to_json(config),
        "start": start_sums(open_start(config.start)) if getattr(config, "start", "") else {},
        "data": dataset.fingerprint,
        "versions": versions(),
        "sources": _sources(),
    }
    if averages_folds:
        parts["networks"] = "folds"
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]
    return store_folder() / "runs" / key


def _sources() -> str:
    package = Path(__file__).parent.parent
    files = sorted(package.rglob("*.py"))
    counting = (file for file in files if file.relative_to(package).parts[0] not in _NOT_IN_KEY)
    return hash_files(counting, root=package)

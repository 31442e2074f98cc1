"""The cache of preprocessed cases in the folder of a training: prepared once, memory-mapped since.

It lies in the folder, not in one place for all: whoever sees the folder, on any machine, can train,
and what is removed with it is all there was.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

import lascarlib
from lascarlib.preprocess import Sample
from lascarlib.provenance import hash_files
from lascarlib.training.batches import store_sample
from lascarlib.training.record import BUDGET
from lascarlib.training.run import Run
from lascarlib.training.settings import to_json


def sample_file(run: Run, kind: str, case_id: str) -> Path:
    """Where a preprocessed case lies: cache/<kind>/<key>/<case>.npy in the run's folder.

    The key covers the data's fingerprint, the run's config and the library's sources: what another
    version has left there is not found.

    Args:
        run: of the experiment.
        kind: a stage, or "scar-manual", "scar-out-of-fold".
        case_id: one of the run's.

    Returns:
        The file, which may not be there yet; see `lascarlib.training.batches.store_sample`.
    """
    return run.folder / "cache" / kind / _key(run) / f"{case_id}.npy"


def store_samples(run: Run, kind: str, samples: Iterable[Sample]) -> None:
    """Write the preprocessed cases of a kind, one at a time, and remove what lies there otherwise.

    Args:
        run: of the experiment.
        kind: see `sample_file`.
        samples: each with a label.
    """
    folder = run.folder / "cache" / kind / _key(run)
    for each in folder.parent.glob("*"):
        if not each.is_dir():
            each.unlink()
        elif each != folder:
            shutil.rmtree(each)
    for sample in samples:
        store_sample(sample, folder)


def is_stored(run: Run, kind: str, case_id: str) -> bool:
    """Whether a preprocessed case is there, and as long as it says; see `sample_file`."""
    try:
        np.load(sample_file(run, kind, case_id), mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return False
    return True


def prepared_otherwise(run: Run, kind: str) -> bool:
    """Whether the folder has cases of this kind for other data, settings or sources alone."""
    folder = run.folder / "cache" / kind
    return folder.is_dir() and not (folder / _key(run)).is_dir()


def _key(run: Run) -> str:
    settings = {name: value for name, value in to_json(run.config).items() if name != BUDGET}
    parts = [run.fingerprint, settings, _sources()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


@cache
def _sources() -> str:
    package = Path(lascarlib.__file__).parent
    return hash_files(sorted(package.rglob("*.py")), root=package)

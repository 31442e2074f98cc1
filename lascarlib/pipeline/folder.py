"""Predict a folder of cases: the next is read and the last written while one is segmented."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from lascarlib.case import Case
from lascarlib.datasets import Dataset, write_prediction
from lascarlib.datasets.predictions import ATRIUM_FILE, SCAR_FILE
from lascarlib.errors import LascarError
from lascarlib.io import write_volume
from lascarlib.pipeline.predict import Prediction, Predictor
from lascarlib.prefetch import prefetch
from lascarlib.pretrained import run_name
from lascarlib.provenance import provenance
from lascarlib.training.checkpoint import read_json, write_json

RECORD_FILE = "prediction.json"
"""What a folder of predictions was made with, and which cases are complete in it."""


def predict_folder(
    predictor: Predictor, dataset: Dataset, folder: Path, *, probabilities: bool, done: list[str]
) -> Iterator[Prediction]:
    """Predict and write the cases that are not done; in memory there are three at a time.

    A case counts as done once all its files are written: the record in prediction.json then names
    it. An interrupted prediction thus goes on where it was.

    Args:
        predictor: from `lascarlib.pipeline.load_predictor`.
        dataset: cases, their labels are not looked at.
        folder: gets <case>/LA_predict.nii.gz and so on, and prediction.json.
        probabilities: whether the probability maps are written too.
        done: ids of the cases to leave as they are, from `predicted_already`.

    Returns:
        The predictions, each while it is written.

    Raises:
        LascarError: a case cannot be used.
    """
    record = _record(predictor, dataset, probabilities=probabilities)
    finished = [name for name in dataset.ids if name in set(done)]

    def write(case: Case, found: Prediction) -> None:
        write_prediction(folder, case, found.atrium, found.scar)
        if probabilities:
            _write_probabilities(folder / case.id, case, found)
        finished.append(case.id)
        note()

    def note() -> None:
        write_json(folder / RECORD_FILE, record | {"cases": finished, "provenance": provenance()})

    wanted = [name for name in dataset.ids if name not in set(done)]
    with ThreadPoolExecutor(1, thread_name_prefix="write") as writer:
        writing: Future[None] | None = None
        for case in prefetch(dataset.load, wanted):
            found = predictor(case)
            if writing is not None:
                writing.result()
            writing = writer.submit(write, case, found)
            yield found
        if writing is not None:
            writing.result()


def predicted_already(
    predictor: Predictor, dataset: Dataset, folder: Path, *, probabilities: bool
) -> list[str]:
    """The cases that an earlier, interrupted prediction has completed in a folder.

    Args:
        predictor: that is to go on.
        dataset: the same cases again.
        folder: of the earlier prediction; it need not exist.
        probabilities: whether the probability maps are written too.

    Returns:
        Their ids; none where nothing was predicted. A case whose LA has no boundary, and therefore
        no scar, is never among them.

    Raises:
        LascarError: the folder holds predictions of other networks, cases or settings.
    """
    if not (folder / RECORD_FILE).exists():
        return []
    earlier = {"two_pass": False} | read_json(folder / RECORD_FILE)
    record = _record(predictor, dataset, probabilities=probabilities)
    changed = [name for name, value in _as_json(record).items() if earlier.get(name) != value]
    if changed:
        raise LascarError(
            f"{folder}: was predicted with another {', '.join(changed)}; predict as before or give "
            "a new folder"
        )
    files = [ATRIUM_FILE, *([SCAR_FILE] if predictor.finds_scar else [])]
    files += ["LA_probability.nii.gz"] if probabilities else []
    return [
        name
        for name in earlier.get("cases", [])
        if all((folder / name / file).exists() for file in files)
    ]


def _record(predictor: Predictor, dataset: Dataset, *, probabilities: bool) -> dict[str, Any]:
    run = predictor.run
    networks = {stage: run.trained_folds(stage) for stage in run.stages}
    return {
        "run": run_name(run.folder),
        "method": run.config.method,
        "seed": run.config.seed,
        "trained_on": run.fingerprint,
        "networks": networks,
        "weights": {stage: _digest(predictor, stage, names) for stage, names in networks.items()},
        "probabilities": probabilities,
        "two_pass": predictor.two_pass,
        "source": dataset.source,
        "fingerprint": dataset.fingerprint,
    }


def _digest(predictor: Predictor, stage: str, folds: tuple[str, ...]) -> str:
    """Sixteen hexadecimal digits that stand for the weights of a stage."""
    whole = hashlib.sha256()
    for fold in folds:
        whole.update((predictor.run.fold_folder(stage, fold) / "weights.safetensors").read_bytes())
    return whole.hexdigest()[:16]


def _as_json(record: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(record)))


def _write_probabilities(folder: Path, case: Case, found: Prediction) -> None:
    maps = {
        "LA": found.atrium_probability,
        "normal": found.normal_probability,
        "scar": found.scar_probability,
    }
    for name, probability in maps.items():
        if probability is not None:
            write_volume(folder / f"{name}_probability.nii.gz", probability, case.affine)

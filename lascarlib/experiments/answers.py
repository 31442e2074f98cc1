"""What a row of a table says about a case: networks trained or found again, then applied."""

import csv
import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lascarlib.baselines import quantify
from lascarlib.baselines.learngc import load_learngc, train_learngc
from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.experiments.declaration import Classical, LearnGC, Network, Observer, Row
from lascarlib.experiments.recall import Recall
from lascarlib.experiments.sizes import learngc_config, network_config
from lascarlib.experiments.store import stored_folder, stored_run
from lascarlib.phantom.observer import second_observer
from lascarlib.pipeline import (
    Prediction,
    Predictor,
    fit_uncertainty,
    load_population,
    threshold_atrium,
    train_atrium,
    train_scar,
    train_spatial,
)
from lascarlib.training import ALL, Run, with_settings
from lascarlib.training.checkpoint import read_json
from lascarlib.training.methods import is_spatial
from lascarlib.training.stage import load_networks


@dataclass(frozen=True, eq=False)
class Answer:
    """What a row says about one case.

    Args:
        atrium: bool (x, y, z), None where the row finds no LA of its own.
        scar: likewise, None where it finds no scar.
        numbers: further metrics: "uncertainty_sd", how many SD above the UAM's mean the case lies,
            and "outlier", 1 where its threshold was lowered, else 0.
        failed: whether there is no answer because the training failed; every structure then counts
            as missed.
    """

    atrium: np.ndarray | None
    scar: np.ndarray | None
    numbers: Mapping[str, float] = field(default_factory=dict)
    failed: bool = False


@dataclass(frozen=True)
class Answerer:
    """A row ready to be asked.

    Args:
        answer: of a case.
        minutes: of training behind it, whenever it was.
        fold: "all" or "folds".
    """

    answer: Callable[[Case], Answer]
    minutes: float = 0.0
    fold: str = ALL


def make_answerer(
    row: Row, train: Dataset | None, *, profile: str, seed: int, recall: Recall | None = None
) -> Answerer:
    """Train what a row needs, or find it in the store.

    Args:
        row: of an experiment, one that predicts.
        train: what it learns from; None where it learns nothing.
        profile: "smoke", "cpu" or "gpu".
        seed: of the training, or of the observer.
        recall: what was predicted before, for rows that share networks.

    Raises:
        LascarError: the row predicts nothing, or needs data to learn from.
        DivergedError: the loss of a training stops being finite.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> case = phantom_case(0, seed=1, config=COARSE)
        >>> observer = make_answerer(Row("observer", Observer()), None, profile="smoke", seed=0)
        >>> found = observer.answer(case)
        >>> bool((found.atrium != case.atrium).any()), observer.minutes
        (True, 0.0)
    """
    made, recall = row.made, recall or Recall()
    if isinstance(made, Observer):
        return Answerer(lambda case: _redrawn(case, seed=seed + 1))
    if isinstance(made, Classical) and made.atrium is None:
        return Answerer(lambda case: _quantified(made.method, case, case.atrium))
    if train is None:
        raise LascarError(f"{row.name}: nothing to learn from; declare its cohort")
    if isinstance(made, Network):
        return _of_network(made, train, profile=profile, seed=seed, recall=recall)
    if isinstance(made, Classical) and made.atrium is not None:
        inner = _of_network(made.atrium, train, profile=profile, seed=seed, recall=recall)

        def on_predicted(case: Case) -> Answer:
            return _quantified(made.method, case, inner.answer(case).atrium)

        return dataclasses.replace(inner, answer=on_predicted)
    if isinstance(made, LearnGC):
        return _of_learngc(train, profile=profile, seed=seed)
    raise LascarError(f"{row.name}: predicts nothing; choose another row")


def train_stages(network: Network, dataset: Dataset, *, profile: str, seed: int) -> Run:
    """Train the networks of a row in the store; what is there already is not trained again.

    Args:
        network: of the row.
        dataset: to learn from.
        profile: "smoke", "cpu" or "gpu".
        seed: of the training.

    Returns:
        The run, whose folder other rows may share.

    Raises:
        DivergedError: the loss of a training stops being finite.
    """
    config = network_config(network, profile=profile, seed=seed)
    run = stored_run(config, dataset, averages_folds=network.folds)
    folds = tuple(f"fold_{k}" for k in range(run.config.folds)) if network.folds else (ALL,)
    for stage in _stages(network, run):
        if is_spatial(network.method):
            train_spatial(run, dataset, stage=stage, folds=folds)
        elif stage == "atrium":
            train_atrium(run, dataset, folds=folds)
            if network.folds:
                fit_uncertainty(run, dataset)
        else:
            maps = run.config.scar_maps if network.folds else "manual"
            train_scar(run, dataset, folds=(ALL,), maps=maps)
    return run


def _of_network(
    network: Network, train: Dataset, *, profile: str, seed: int, recall: Recall
) -> Answerer:
    run = train_stages(network, train, profile=profile, seed=seed)
    stages = _stages(network, run)
    read = dataclasses.replace(run, config=with_settings(run.config, network.reading))
    population = load_population(run)
    predict = Predictor(read, {stage: load_networks(run, stage) for stage in stages}, population)
    rest = "" if stages == ("atrium",) else json.dumps(dict(network.reading), sort_keys=True)

    def answer(case: Case) -> Answer:
        image = hashlib.sha256(case.image.tobytes()).hexdigest()
        key = (run.folder.name, *stages, rest, case.id, image)
        found = recall(key, lambda: predict(case))
        if stages == ("atrium",):
            found = _read_again(found, predict)
        numbers = {}
        if population is not None:
            above = (found.uncertainty - population.mean) / population.sd
            numbers = {"uncertainty_sd": above, "outlier": float(bool(found.is_outlier))}
        return Answer(found.atrium, found.scar, numbers)

    return Answerer(answer, _minutes(run, stages), "folds" if network.folds else ALL)


def _read_again(found: Prediction, predict: Predictor) -> Prediction:
    """The LA of a probability by a row's own thresholds."""
    atrium, uncertainty, outlier = threshold_atrium(
        predict.run, found.atrium_probability, predict.population
    )
    return dataclasses.replace(found, atrium=atrium, uncertainty=uncertainty, is_outlier=outlier)


def _of_learngc(train: Dataset, *, profile: str, seed: int) -> Answerer:
    config = learngc_config(profile=profile, seed=seed)
    run = train_learngc(stored_folder(config, train), train, config, resume=True)
    learngc = load_learngc(run.folder)
    minutes = read_json(run.folder / "cost.json")["seconds"] / 60

    def answer(case: Case) -> Answer:
        assert case.atrium is not None
        return Answer(None, learngc(case, case.atrium).scar)

    return Answerer(answer, minutes)


def _stages(network: Network, run: Run) -> tuple[str, ...]:
    return tuple(stage for stage in run.stages if not network.stages or stage in network.stages)


def _quantified(method: str, case: Case, atrium: np.ndarray | None) -> Answer:
    assert atrium is not None
    return Answer(None, quantify(method, case, atrium).scar)


def _redrawn(case: Case, *, seed: int) -> Answer:
    drawn = second_observer(case, seed=seed)
    return Answer(drawn.atrium, drawn.scar)


def _minutes(run: Run, stages: tuple[str, ...]) -> float:
    """Minutes of training of some stages, from their logs."""
    logs = [
        run.fold_folder(stage, fold) / "log.csv"
        for stage in stages
        for fold in run.trained_folds(stage)
    ]
    return sum(_last_second(log) for log in logs) / 60


def _last_second(log: Path) -> float:
    with log.open(newline="", encoding="utf-8") as file:
        return float(list(csv.DictReader(file))[-1]["seconds"])

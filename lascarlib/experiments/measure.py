"""One training of one row, scored case by case: the unit that can be interrupted and resumed."""

import dataclasses
import datetime
import sys
import time
from collections.abc import Callable, Iterable

import torch
from tqdm import tqdm

from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.errors import DivergedError
from lascarlib.evaluation import CaseScore, score_case
from lascarlib.experiments.answers import Answer, Answerer, make_answerer
from lascarlib.experiments.cohorts import open_cohort
from lascarlib.experiments.declaration import (
    Classical,
    Experiment,
    LearnGC,
    Network,
    Row,
    Scan,
)
from lascarlib.experiments.keys import config_hash, declaration_hash
from lascarlib.experiments.recall import Recall
from lascarlib.experiments.records import Record
from lascarlib.geometry.boundary import boundary_band
from lascarlib.geometry.orientation import to_lps
from lascarlib.geometry.surface import surface_voxels
from lascarlib.provenance import commit, versions
from lascarlib.training.device import choose_device

Numbers = dict[str, dict[str, float]]
"""Case id to metric to number."""


def measure(
    experiment: Experiment,
    row: Row,
    *,
    profile: str,
    domain: str,
    seed: int,
    recall: Recall | None = None,
    see: Callable[[Case, Answer], None] | None = None,
) -> list[Record]:
    """Train a row, or find it trained, and score every case of its test cohort.

    Args:
        experiment: whose row it is.
        row: one that can be run.
        profile: "smoke", "cpu" or "gpu".
        domain: of the data.
        seed: of the training.
        recall: what was predicted before, for rows that share networks.
        see: gets every case with the row's answer.

    Returns:
        One record for each case and metric.

    Raises:
        LascarError: the row cannot be run on this data.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> table = EXPERIMENTS["jsq-table-1"]
        >>> found = measure(table, table.rows[-1], profile="smoke", domain="phantom", seed=0)
        >>> found[0].metric, found[0].value  # KCL: the coarse phantom scaled by 1.3 / 1.25
        ('spacing_x_mm', 1.3)
    """
    train, test = cohorts_of(experiment, row, profile=profile, domain=domain)
    answerer = _answerer(row, train, profile=profile, seed=seed, recall=recall)
    cases = tqdm(test, total=len(test), desc="scoring", unit="case", leave=False)
    numbers = {}
    for case in cases:
        answer = answerer.answer(case)
        numbers[case.id] = _numbers(row, case, answer)
        if see is not None:
            see(case, answer)
    if isinstance(row.made, Network):
        numbers = without_worst(numbers, row.made.without_worst)
    blank = dataclasses.replace(
        _blank(experiment, row, profile=profile, domain=domain, seed=seed),
        fold=answerer.fold,
        data=fingerprint_of(train, test),
        minutes=round(answerer.minutes, 2),
    )
    return [
        dataclasses.replace(blank, metric=metric, case=case, value=round(values[metric], 5))
        for case, values in numbers.items()
        for metric in experiment.metrics
        if metric in values
    ]


def cohorts_of(
    experiment: Experiment, row: Row, *, profile: str, domain: str
) -> tuple[Dataset | None, Dataset]:
    """The cases a row learns from, None where it does not learn, and those it is scored on.

    Raises:
        LascarError: they are not here.
    """
    learned, scored = (
        experiment.sources(names, profile=profile, domain=domain) for names in (row.train, row.test)
    )
    return open_cohort(learned) if row.learns else None, open_cohort(scored)


def fingerprint_of(train: Dataset | None, test: Dataset) -> str:
    """What its records keep of a row's data."""
    return " ".join(part.fingerprint for part in (train, test) if part is not None)


def _blank(experiment: Experiment, row: Row, *, profile: str, domain: str, seed: int) -> Record:
    """A record of a row without a number: what is declared, and by what it is being made."""
    found = versions()
    return Record(
        experiment=experiment.name,
        row=row.name,
        domain=domain,
        profile=profile,
        metric="",
        case="",
        value=0.0,
        seed=seed,
        declaration=declaration_hash(experiment, row, profile=profile, domain=domain),
        config=config_hash(row, profile=profile, seed=seed),
        commit=commit(),
        made=datetime.date.today().isoformat(),
        versions=", ".join(f"{name} {found[name]}" for name in ("python", "torch", "numpy")),
        device=torch.cuda.get_device_name() if choose_device() == "cuda" else "cpu",
    )


def _answerer(
    row: Row, train: Dataset | None, *, profile: str, seed: int, recall: Recall | None
) -> Answerer:
    """What answers for a row; a training that diverges is a result, that of missing every case."""
    if isinstance(row.made, Scan):
        return Answerer(lambda case: Answer(None, None))
    started = time.monotonic()
    try:
        return make_answerer(row, train, profile=profile, seed=seed, recall=recall)
    except DivergedError as error:
        print(f"{row.name} diverged, and misses every case: {error}", file=sys.stderr)
        minutes = max(0.01, (time.monotonic() - started) / 60)  # above 0: it was a training
        return Answerer(lambda case: Answer(None, None, failed=True), minutes=minutes)


def without_worst(numbers: Numbers, count: int) -> Numbers:
    """Leave out the cases of the lowest surface Dice of the scar.

    Args:
        numbers: of every case.
        count: how many to leave out; 0 keeps all.

    Returns:
        The others, in their order.

    Example:
        >>> scores = {"a": 0.5, "b": 0.2, "c": 0.6}
        >>> list(without_worst({k: {"scar_surface_dice": v} for k, v in scores.items()}, 1))
        ['a', 'c']
    """
    worst = sorted(numbers, key=lambda case: numbers[case].get("scar_surface_dice", 0.0))[:count]
    return {case: values for case, values in numbers.items() if case not in worst}


def _numbers(row: Row, case: Case, answer: Answer) -> dict[str, float]:
    """Every metric of one case."""
    if isinstance(row.made, Scan):
        return _of_scan(case)
    reference = case
    own_surface = isinstance(row.made, Network) and row.made.surface == "automatic"
    if own_surface and answer.atrium is not None and answer.atrium.any():
        reference = dataclasses.replace(case, atrium=answer.atrium)
    finds_scar = answer.failed or answer.scar is not None
    score = score_case(reference, answer.atrium, answer.scar, score_scar=finds_scar)
    of_atrium = not isinstance(row.made, Classical | LearnGC) and reference is case
    return {**_scored(score, of_atrium=of_atrium), **answer.numbers}


def _of_scan(case: Case) -> dict[str, float]:
    """Spacing, and the shares of the scar in BF's band and on the LA's outermost voxels."""
    found = dict(
        zip(("spacing_x_mm", "spacing_y_mm", "spacing_z_mm"), case.spacing_mm, strict=True)
    )
    if case.atrium is None or case.scar is None or not case.scar.any():
        return found
    atrium, scar = to_lps(case.atrium, case.affine), to_lps(case.scar, case.affine)
    found["scar_in_band"] = float(boundary_band(atrium)[scar].mean())
    found["scar_on_surface"] = float(surface_voxels(atrium)[scar].mean())
    return found


def _scored(score: CaseScore, *, of_atrium: bool) -> dict[str, float]:
    names: Iterable[str] = (field.name for field in dataclasses.fields(score))
    found = {name: getattr(score, name) for name in names}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and (of_atrium or not name.startswith("atrium_"))
    }

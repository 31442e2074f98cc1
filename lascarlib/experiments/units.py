"""Run experiments training by training, here or elsewhere; what is stored is not run again."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.experiments.answers import Answer
from lascarlib.experiments.cohorts import is_here
from lascarlib.experiments.declaration import Experiment, Observer, Row
from lascarlib.experiments.measure import measure
from lascarlib.experiments.pictures import (
    DOMAIN,
    make_picture,
    picture_file,
    write_picture,
)
from lascarlib.experiments.recall import Recall
from lascarlib.experiments.records import (
    is_current,
    read_records,
    record_file,
    results_folder,
    write_records,
)
from lascarlib.experiments.tables import EXPERIMENTS
from lascarlib.lock import lock
from lascarlib.scheduling import HERE, Pool, Task, run_all

SEEDS = {"smoke": (0,), "cpu": (0, 1, 2), "gpu": (0, 1, 2)}
"""Profile to the seeds that every row that learns is trained with."""


@dataclass(frozen=True)
class Unit:
    """What is run, stored and resumed as one: a row on some data with a seed."""

    experiment: Experiment
    row: Row
    profile: str
    domain: str
    seed: int

    def __str__(self) -> str:
        return f"{self.experiment.name} | {self.row.name} | {self.domain} | seed {self.seed}"

    def file(self, root: Path) -> Path:
        """Where its records lie."""
        return record_file(
            root,
            profile=self.profile,
            experiment=self.experiment.name,
            domain=self.domain,
            row=self.row.name,
            seed=self.seed,
        )


def list_units(
    experiments: Iterable[Experiment],
    *,
    profile: str,
    rows: Sequence[str] = (),
    seeds: Sequence[int] = (),
    domains: Sequence[str] = (),
) -> list[Unit]:
    """Everything that can be run here, in the order of tables, seeds and rows.

    Data that is not here is left out. A row that draws
    nothing at random has one seed.

    Args:
        experiments: of `lascarlib.experiments.EXPERIMENTS`.
        profile: "smoke", "cpu" or "gpu".
        rows: names; all where empty.
        seeds: those of the profile where empty.
        domains: of the data; all where empty.

    Returns:
        The units: for each experiment every row with the first seed, then with the next.

    Raises:
        LascarError: unknown profile, row or domain, or a seed below 0.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> table = EXPERIMENTS["bf-table-1"]
        >>> [str(unit) for unit in list_units([table], profile="smoke", rows=["K = 10"])]
        ['bf-table-1 | K = 10 | phantom | seed 0']
    """
    if profile not in SEEDS:
        raise LascarError(f"unknown profile {profile!r}; known are {', '.join(SEEDS)}")
    if any(seed < 0 for seed in seeds):
        raise LascarError("a seed is below 0; give 0 or more")
    experiments = list(experiments)
    _check_known("row", rows, {row.name for table in experiments for row in table.rows})
    known = {domain for table in experiments for domain in table.data[profile]}
    _check_known("domain of this profile", domains, known)
    units: list[Unit] = []
    for experiment in experiments:
        for domain in experiment.data[profile]:
            if domains and domain not in domains:
                continue
            for seed in seeds or SEEDS[profile]:
                for row in experiment.rows:
                    if (not rows or row.name in rows) and _runs(experiment, row, profile, domain):
                        drawn = row.learns or isinstance(row.made, Observer)
                        unit_seed = seed if drawn else 0
                        unit = Unit(experiment, row, profile, domain, unit_seed)
                        units += [] if unit in units else [unit]
    return units


def reproduce(
    units: Sequence[Unit],
    *,
    root: Path | None = None,
    say: Callable[[str], None] = print,
    pool: Pool = HERE,
) -> None:
    """Run units and write the records of each as soon as it is done, once.

    An interruption loses at most the unit that was running, and of that no finished training.

    Args:
        units: from `list_units`.
        root: folder of the records; `results` in the store where None.
        say: gets one line for each unit.
        pool: who runs them; elsewhere what a unit prints goes to <root>/logs.

    Raises:
        LascarError: a unit fails; those that were done are stored. Or another process cannot find
            its experiment.
    """
    root = results_folder() if root is None else root
    if not pool.is_here:
        _reproduce_elsewhere(units, root.absolute(), say=say, pool=pool)
        return
    recall = Recall()
    for number, unit in enumerate(units, start=1):
        head = f"[{number}/{len(units)}] {unit}"
        if is_done(unit, root):
            say(f"{head}: stored")
            continue
        started = time.monotonic()
        _run(unit, root, recall)
        say(f"{head}: done in {(time.monotonic() - started) / 60:.1f} min")


def run_unit(*, experiment: str, row: str, profile: str, domain: str, seed: int, root: str) -> None:
    """Run one unit of the library's experiments, unless its records are stored: its task elsewhere.

    Arguments are the fields of `Unit`, experiment and row by name, and the folder of the records.

    Raises:
        LascarError: it fails.
    """
    table = EXPERIMENTS[experiment]
    unit = Unit(table, table.row(row), profile, domain, seed)
    _run(unit, Path(root), Recall())


def _reproduce_elsewhere(
    units: Sequence[Unit], root: Path, *, say: Callable[[str], None], pool: Pool
) -> None:
    tasks = []
    for unit in units:
        if EXPERIMENTS.get(unit.experiment.name) is not unit.experiment:
            raise LascarError(
                f"{unit.experiment.name}: another process cannot find this experiment; run it "
                "without workers"
            )
        if is_done(unit, root):
            say(f"{unit}: stored")
            continue
        arguments = {
            "experiment": unit.experiment.name,
            "row": unit.row.name,
            "profile": unit.profile,
            "domain": unit.domain,
            "seed": unit.seed,
            "root": str(root),
        }
        log = root / "logs" / unit.experiment.name / f"{unit.file(root).stem}.log"
        tasks.append(Task(str(unit), run_unit, arguments, log=log))
    run_all(tasks, pool=pool, say=say)


def _run(unit: Unit, root: Path, recall: Recall) -> None:
    """Make a unit's records, unless they are there: another process may have made them."""
    with lock(unit.file(root).with_suffix(".lock"), what=str(unit)):
        if is_done(unit, root):
            return
        records = measure(
            unit.experiment,
            unit.row,
            profile=unit.profile,
            domain=unit.domain,
            seed=unit.seed,
            recall=recall,
            see=_picture_of(unit, root),
        )
        write_records(unit.file(root), records)


def _picture_of(unit: Unit, root: Path) -> Callable[[Case, Answer], None] | None:
    """What keeps the answer about the experiment's pictured case, where there is one to keep."""
    experiment, row = unit.experiment, unit.row.name
    if unit.domain != DOMAIN or not experiment.pictured:
        return None
    which: dict[str, Any] = {"profile": unit.profile, "seed": unit.seed}

    def see(case: Case, answer: Answer) -> None:
        if case.id == experiment.pictured:
            picture = make_picture(experiment, row, answer=answer, **which)
            write_picture(picture_file(root, experiment, row, **which), picture)

    return see


def is_done(unit: Unit, root: Path) -> bool:
    """Whether a unit's records are stored and still belong to its declaration."""
    path = unit.file(root)
    if not path.exists():
        return False
    records = read_records(path)
    return bool(records) and is_current(unit.experiment, records[0])


def _runs(experiment: Experiment, row: Row, profile: str, domain: str) -> bool:
    learned, scored = (
        experiment.sources(names, profile=profile, domain=domain) for names in (row.train, row.test)
    )
    return is_here(scored) and (not row.learns or is_here(learned))


def _check_known(what: str, names: Sequence[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise LascarError(f"unknown {what} {name!r}; known are {', '.join(sorted(known))}")

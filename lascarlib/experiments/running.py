"""Run experiments training by training, here or elsewhere; what is stored is not run again."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.experiments.answers import Answer
from lascarlib.experiments.measure import measure
from lascarlib.experiments.pictures import (
    DOMAIN,
    make_picture,
    picture_file,
    write_picture,
)
from lascarlib.experiments.recall import Recall
from lascarlib.experiments.records import results_folder, write_records
from lascarlib.experiments.tables import EXPERIMENTS
from lascarlib.experiments.units import Unit, is_done
from lascarlib.lock import lock
from lascarlib.scheduling import HERE, Pool, Task, run_all


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

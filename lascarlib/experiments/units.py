"""What is run, stored and resumed as one: a row of a table, on some data, with a seed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lascarlib.errors import LascarError
from lascarlib.experiments.cohorts import is_here
from lascarlib.experiments.declaration import Experiment, Network, Observer, Row
from lascarlib.experiments.measure import cohorts_of, fingerprint_of
from lascarlib.experiments.records import PUBLISHED, is_current, read_records, record_file

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
    _check_known("domain of these experiments", domains, known)
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


def minutes_shipped(units: Iterable[Unit]) -> float:
    """Minutes of training that units took when the records that come with the library were made.

    A training that several rows share counts once.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> minutes_shipped(list_units([EXPERIMENTS["bf-table-1"]], profile="smoke"))
        0.0
    """
    trainings: dict[tuple[str, str], float] = {}
    for unit in units:
        records = read_records(path) if (path := unit.file(PUBLISHED)).exists() else []
        if records and is_current(unit.experiment, records[0]):
            key = records[0].config, records[0].data.split(" ")[0]
            trainings[key] = max(records[0].minutes, trainings.get(key, 0.0))
    return sum(trainings.values(), 0.0)


def is_done(unit: Unit, root: Path) -> bool:
    """Whether a unit's records are stored, whole, and of its declaration and data of today."""
    path = unit.file(root)
    if not path.exists():
        return False
    records = read_records(path)
    if not records or not is_current(unit.experiment, records[0]):
        return False
    train, test = cohorts_of(unit.experiment, unit.row, profile=unit.profile, domain=unit.domain)
    made = unit.row.made
    left_out = made.without_worst if isinstance(made, Network) else 0
    whole = len({record.case for record in records}) == len(test) - left_out
    return whole and records[0].data == fingerprint_of(train, test)


def _runs(experiment: Experiment, row: Row, profile: str, domain: str) -> bool:
    learned, scored = (
        experiment.sources(names, profile=profile, domain=domain) for names in (row.train, row.test)
    )
    return is_here(scored) and (not row.learns or is_here(learned))


def _check_known(what: str, names: Sequence[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise LascarError(f"unknown {what} {name!r}; known are {', '.join(sorted(known))}")

"""Results as tidy records: one number a line, one training a file, whole or absent."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from math import inf
from pathlib import Path

from lascarlib.errors import LascarError
from lascarlib.experiments.declaration import Experiment
from lascarlib.experiments.keys import config_hash, declaration_hash
from lascarlib.experiments.store import store_folder
from lascarlib.io import write_atomically

PUBLISHED = Path(__file__).parent / "results"
"""The records that come with the library: numbers of full runs of the cpu profile."""


@dataclass(frozen=True)
class Record:
    """One number and all that it depends on.

    Args:
        experiment: its name.
        row: its name.
        domain: of the data, "phantom" or "utah2018".
        profile: "smoke", "cpu" or "gpu".
        metric: what was measured.
        case: id of the case.
        value: of the metric; infinite where a structure was missed (null in the file).
        seed: of the training, or of the observer.
        fold: "all", or "folds" where the networks of every fold are averaged.
        declaration: see `lascarlib.experiments.keys`.
        config: likewise.
        data: fingerprint of the cohorts learned from and scored.
        commit: of the library.
        made: the day, as 2026-01-31.
        versions: of Python and the packages that can change a number.
        minutes: of training, of every network the row needs, whenever they were trained.
        device: trained on.
    """

    experiment: str
    row: str
    domain: str
    profile: str
    metric: str
    case: str
    value: float
    seed: int
    fold: str = ""
    declaration: str = ""
    config: str = ""
    data: str = ""
    commit: str = ""
    made: str = ""
    versions: str = ""
    minutes: float = 0.0
    device: str = ""


def results_folder() -> Path:
    """Where `lascar reproduce` keeps its records: `results` in the store."""
    return store_folder() / "results"


def record_file(
    root: Path, *, profile: str, experiment: str, domain: str, row: str, seed: int
) -> Path:
    """The file of one training's records.

    Example:
        >>> record_file(Path("r"), profile="cpu", experiment="bf-table-1", domain="phantom",
        ...             row="K = 10", seed=0).as_posix()
        'r/cpu/bf-table-1/phantom_k-10_seed-0.jsonl'
    """
    slug = re.sub(r"[^a-z0-9.]+", "-", row.lower()).strip("-")
    return root / profile / experiment / f"{domain}_{slug}_seed-{seed}.jsonl"


def write_records(path: Path, records: Sequence[Record]) -> None:
    """Write the records of one training, complete or not at all.

    Raises:
        LascarError: a value is no number.
    """
    for record in filter(_is_nan, records):
        raise LascarError(
            f"{record.experiment}, {record.row}: {record.metric} of {record.case} is no number; "
            "leave the case out"
        )
    lines = [json.dumps(_to_json(record), ensure_ascii=False) for record in records]
    text = "".join(line + "\n" for line in lines)
    write_atomically(path, lambda part: part.write_text(text, encoding="utf-8"))


def read_records(path: Path) -> list[Record]:
    """The records of one file.

    Args:
        path: written by `write_records`.

    Returns:
        Those of one training, in their order.

    Raises:
        LascarError: the file is missing, damaged or not whole, or mixes several trainings.

    Example:
        >>> kept = sorted(PUBLISHED.glob("cpu/bf-figure-2/*.jsonl"))[0]
        >>> read_records(kept)[0].experiment
        'bf-figure-2'
    """
    names = [field.name for field in fields(Record)]
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        for row in rows:
            row["value"] = inf if row["value"] is None else float(row["value"])
            row["minutes"] = float(row["minutes"])
        records = [Record(**{name: row[name] for name in names}) for row in rows]
    except OSError as error:
        raise LascarError(f"{path}: cannot be read; run lascar reproduce again") from error
    except (ValueError, KeyError, TypeError) as error:
        raise LascarError(f"{path}: no records of an experiment; delete it") from error
    if len({_training(record) for record in records}) > 1 or any(map(_is_nan, records)):
        raise LascarError(f"{path}: not the records of one training; delete it")
    metrics: dict[str, list[str]] = {}
    for record in records:
        metrics.setdefault(record.case, []).append(record.metric)
    each = {tuple(own) for own in metrics.values()}
    if len(each) > 1 or any(len(set(own)) < len(own) for own in each):
        raise LascarError(f"{path}: a case lacks a metric or has one twice; delete it")
    return records


def _training(record: Record) -> tuple[object, ...]:
    """What all records of one file share."""
    values = asdict(record)
    return tuple(v for name, v in values.items() if name not in ("metric", "case", "value"))


def _is_nan(record: Record) -> bool:
    return record.value != record.value


def stored_records(
    experiment: Experiment, *, profile: str, roots: Iterable[Path] = (PUBLISHED,)
) -> list[Record]:
    """The stored records of an experiment that still belong to its declaration.

    A record counts while row, data and config are declared as they were when it was made; the
    commit it was made with is information. Of a training that lies in several folders the first
    counts. All rows that learn from one cohort, or are scored on one, do so on the same data: that
    of the first record found.

    Args:
        experiment: as it is declared now.
        profile: "smoke", "cpu" or "gpu".
        roots: folders to look into, the first one first.

    Returns:
        The records, in the order of the rows, of domains and seeds.

    Raises:
        LascarError: a file is damaged.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> stored_records(EXPERIMENTS["bf-table-1"], profile="smoke")  # none comes with the book
        []
    """
    found: dict[tuple[str, str, int], list[Record]] = {}
    data: dict[tuple[str, ...], str] = {}
    for root in roots:
        for path in sorted((root / profile / experiment.name).glob("*.jsonl")):
            records = read_records(path)
            if records and is_current(experiment, records[0]):
                first = records[0]
                parts = _cohorts(experiment, first)
                if all(data.setdefault(name, part) == part for name, part in parts.items()):
                    found.setdefault((first.row, first.domain, first.seed), records)
    order = {row.name: number for number, row in enumerate(experiment.rows)}
    keys = sorted(found, key=lambda key: (order[key[0]], key[1], key[2]))
    return [record for key in keys for record in found[key]]


def _cohorts(experiment: Experiment, record: Record) -> dict[tuple[str, ...], str]:
    """Domain and names of the cohorts that a record is of, with their fingerprints."""
    row, parts = experiment.row(record.row), record.data.split(" ")
    found = {(record.domain, *row.test): parts[-1]}
    return found | ({(record.domain, *row.train): parts[0]} if row.learns else {})


def is_current(experiment: Experiment, record: Record) -> bool:
    """Whether a record still belongs to what is declared."""
    names = [row.name for row in experiment.rows]
    if record.row not in names or record.domain not in experiment.data.get(record.profile, {}):
        return False
    row = experiment.row(record.row)
    declared = declaration_hash(experiment, row, profile=record.profile, domain=record.domain)
    config = config_hash(row, profile=record.profile, seed=record.seed)
    return (record.declaration, record.config) == (declared, config)


def _to_json(record: Record) -> dict[str, object]:
    values = asdict(record)
    return values | {"value": None if record.value == inf else record.value}

"""Dice against minutes on real hearts: trainings of equal length, ours beside other tools'."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from lascarlib.errors import LascarError
from lascarlib.io import write_atomically

TRIALS = Path(__file__).with_name("trials.jsonl")
"""What `benchmarks/minutes.py` measured on Utah 2018, a line a training: scores, no images."""


@dataclass(frozen=True)
class Trial:
    """One training of a given length, and how well it found the LA of cases it had not seen.

    Args:
        contestant: the tool that was trained.
        minutes: of training, on the clock; preprocessing and prediction are not counted.
        seed: of the training; another tool may leave other things to chance.
        threads: of the processor that it was given.
        iterations: that it came to in these minutes.
        training: data set it learned from: number of cases and fingerprint.
        network: that was trained: its grid, patch, features and batch.
        settings: of lascarlib's profile that were changed, name to value.
        dice: case to Dice of the LA on the case's own grid, 0 to 1.
        load: of the machine in the training's last minute, its own work included: how many
            processes ran or waited to run, on average.
        processor: that it ran on, and its cores.
        versions: of Python, torch and the tool, where that is another.
        commit: of this library.
        made: the day, as 2026-01-31.
        command: that made it.
    """

    contestant: str
    minutes: float
    seed: int
    threads: int
    iterations: int
    training: str
    network: str
    settings: Mapping[str, Any]
    dice: Mapping[str, float]
    load: float
    processor: str
    versions: str
    commit: str
    made: str
    command: str


def read_trials(path: Path = TRIALS) -> list[Trial]:
    """The trainings of a file, in the order they were made.

    Args:
        path: written by `add_trial`.

    Returns:
        One record each; none where there is no such file.

    Raises:
        LascarError: the file is damaged.

    Example:
        >>> read_trials(Path("nothing.jsonl"))
        []
    """
    if not path.exists():
        return []
    names = {field.name for field in fields(Trial)}
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for row in rows:
            _check(row, names)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise LascarError(f"{path}: no record of trainings; restore or delete it") from error
    return [Trial(**row) for row in rows]


def _check(row: Mapping[str, Any], names: set[str]) -> None:
    """Raise where a row is no record: its columns, and the numbers that are reckoned with."""
    if set(row) != names or not row["dice"]:
        raise ValueError("other columns, or no case")
    if not all(0 <= value <= 1 for value in row["dice"].values()):
        raise ValueError("a Dice out of range")
    if not (row["minutes"] > 0 and row["iterations"] >= 0):
        raise ValueError("no length")


def add_trial(trial: Trial, path: Path = TRIALS) -> None:
    """Add a training to a file, which is rewritten whole or left as it was.

    Args:
        trial: its record.
        path: made where it does not exist.

    Raises:
        LascarError: the file is damaged.
    """
    lines = [json.dumps(asdict(each), ensure_ascii=False) for each in (*read_trials(path), trial)]
    text = "".join(line + "\n" for line in lines)
    write_atomically(path, lambda part: part.write_text(text, encoding="utf-8"))

"""Watching a training: what is told at the end of every epoch, and to whom."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lascarlib.training.state import Row


@dataclass(frozen=True)
class Progress:
    """How far the training of one network is.

    Args:
        name: of the network, such as "atrium fold_0".
        folder: of its weights and log.
        rows: of its log, one for every finished epoch, those of earlier sittings too: "iteration",
            "seconds", "loss", "validation_dice" and so on.
        done: whether the training is complete.
    """

    name: str
    folder: Path
    rows: Sequence[Row]
    done: bool


Watcher = Callable[[Progress], None]
"""Is told in the first process of a training, after every epoch, and once at the end."""


def tell(watchers: Iterable[Watcher], progress: Progress) -> None:
    """Tell every watcher how far a training is."""
    for watcher in watchers:
        watcher(progress)


def read_rows(path: Path) -> list[Row]:
    r"""The rows of a log.csv as numbers.

    Args:
        path: of a file that a training has written.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "log.csv"
        >>> _ = path.write_text("epoch,loss,validation_dice\n1,0.9,nan\n")
        >>> read_rows(path)
        [{'epoch': 1.0, 'loss': 0.9, 'validation_dice': nan}]
    """
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: float(text) for name, text in row.items()} for row in csv.DictReader(file)]

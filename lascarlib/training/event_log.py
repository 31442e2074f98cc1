"""A training's log as TensorBoard reads it: `tensorboard --logdir RUN` beside the progress bar."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import isnan
from pathlib import Path
from typing import Any

from lascarlib.training.state import Row
from lascarlib.training.watching import Progress

NOT_DRAWN = ("epoch", "iteration", "seconds")
"""Columns that are no curve: the iteration is the step of the others, the seconds their time."""

PATTERN = "events.out.tfevents.*"


@dataclass(frozen=True)
class _File:
    """The events of one training: where, when its first iteration would have begun, how many."""

    path: Path
    began: float
    n_rows: int


@dataclass(frozen=True)
class EventLog:
    """Writes the rows of every training it is told of into an event file beside its log.csv.

    A sitting begins with a file of its own that repeats the rows of earlier ones, which it
    replaces: a resumed training has one curve, and no step twice.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> row = {"epoch": 1, "iteration": 20, "seconds": 3.0, "loss": 0.5}
        >>> EventLog()(Progress("atrium all", folder, [row], done=True))
        >>> len(list(folder.glob(PATTERN)))
        1
    """

    _files: dict[Path, _File] = field(default_factory=dict)

    def __call__(self, progress: Progress) -> None:
        """Write the rows that are new."""
        rows, folder = progress.rows, progress.folder
        if folder not in self._files:
            elapsed_s = rows[-1]["seconds"] if rows else 0.0
            self._files[folder] = _File(_new_file(folder), time.time() - elapsed_s, 0)
        file = self._files[folder]
        _append(file.path, _events(rows[file.n_rows :], began=file.began))
        self._files[folder] = replace(file, n_rows=len(rows))


def _new_file(folder: Path) -> Path:
    """An empty event file; those of earlier sittings go."""
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in folder.glob(PATTERN):
        earlier.unlink()
    return folder / PATTERN.replace("*", f"{time.time_ns()}")


def _events(rows: Iterable[Row], *, began: float) -> Iterator[Any]:
    """One event for each row: every curve's value, at the time it was reached."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    for row in rows:
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in row.items()
            if name not in NOT_DRAWN and not isnan(value)
        ]
        yield Event(
            wall_time=began + row["seconds"],
            step=int(row["iteration"]),
            summary=Summary(value=values),
        )


def _append(file: Path, events: Iterable[Any]) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    is_new = not file.exists()
    with file.open("ab") as stream:
        writer = RecordWriter(stream)
        if is_new:
            writer.write(
                Event(file_version="brain.Event:2", wall_time=time.time()).SerializeToString()
            )
        for event in events:
            writer.write(event.SerializeToString())

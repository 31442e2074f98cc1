"""What a training was made from, kept as run.json in its folder."""

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Generic, TypeVar

from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.lock import lock
from lascarlib.provenance import provenance
from lascarlib.training.checkpoint import read_json, write_json
from lascarlib.training.settings import differing_settings, from_json, to_json, with_settings

OPTIONS = ("method", "profile", "seed", "start")
"""Settings that a command gives by an option of its own, and that no training changes later."""

BUDGET = "budget_minutes"
"""The one setting that may be another when a training is resumed."""

SHOWN = 5
"""So many settings are named when a training is resumed with others."""

AnyConfig = TypeVar("AnyConfig")
AnyRecord = TypeVar("AnyRecord", bound="Record[Any]")


@dataclass(frozen=True)
class Record(Generic[AnyConfig]):
    """A training's folder, and what it was made from.

    Args:
        folder: of the training.
        config: of the experiment.
        source: the data it was trained on, as it was given.
        ids: case ids of that data.
        fingerprint: of that data.
        has_scar: whether every case of it has a scar label.
    """

    folder: Path
    config: AnyConfig
    source: str
    ids: tuple[str, ...]
    fingerprint: str
    has_scar: bool


def make_record(
    kind: type[AnyRecord], folder: str | Path, config: Any, dataset: Dataset
) -> AnyRecord:
    """The record of a training that is to be started; nothing is written.

    Args:
        kind: `Record` or one derived from it.
        folder: of the training.
        config: of the experiment, every number in it final.
        dataset: to train on.
    """
    data = (dataset.source, dataset.ids, dataset.fingerprint, dataset.has_scar)
    return kind(Path(folder), config, *data)


def start_record(
    record: Record[Any],
    *,
    resume: bool,
    is_trained: bool,
    further: Mapping[str, Any] | None = None,
) -> None:
    """Make the folder of a new training, or check that an existing one is the same.

    One process at a time: where another one makes the folder, that is waited for.

    Args:
        record: of the training; its folder is new or empty unless `resume`.
        resume: go on where an earlier training with the same config and data stopped; another
            time budget becomes that of the folder.
        is_trained: whether nothing is left to train, so that no other budget can be meant.
        further: what else is written into run.json.

    Raises:
        LascarError: the folder is in use and `resume` is not set, or it holds something else, or a
            training with another config or on other data, or one that is complete and had another
            budget.
    """
    own = record.folder.resolve()
    with lock(own.with_name(f".{own.name}.lock"), what=str(record.folder), poll_s=0.1):
        if not (own / "run.json").exists():
            _write_record(record, further or {})
        elif resume:
            _go_on(record, is_trained=is_trained)
        else:
            raise LascarError(
                f"{record.folder}: holds a training already; give --resume or a new folder"
            )


def _go_on(record: Record[Any], *, is_trained: bool) -> None:
    """Check that a folder's training is the same, and give it the time budget asked for."""
    folder = record.folder
    earlier = open_record(type(record), type(record.config), folder)
    _check_same(earlier, record)
    before, now = earlier.config.budget_minutes, record.config.budget_minutes
    if before == now:
        return
    if is_trained:
        raise LascarError(
            f"{folder}: is trained already, with {BUDGET} {before:g}, not {now:g}; leave it out or "
            "give a new folder"
        )
    stored = read_json(folder / "run.json")
    write_json(folder / "run.json", stored | {"config": to_json(record.config)})


def _write_record(record: Record[Any], further: Mapping[str, Any]) -> None:
    folder = record.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LascarError(f"{folder}: not empty and no training; give a new folder")
    write_json(
        folder / "run.json",
        {
            "config": to_json(record.config),
            "source": record.source,
            "ids": list(record.ids),
            "fingerprint": record.fingerprint,
            "has_scar": record.has_scar,
            **further,
            "provenance": provenance(),
        },
    )


def resumed_config(record: Record[AnyConfig], given: Mapping[str, Any]) -> AnyConfig:
    """The config of a training that goes on: the recorded one, with another time budget if given.

    Args:
        record: of the training.
        given: dotted name to value of the settings that were asked for again; no more is needed
            than a budget that is to change.

    Returns:
        The config.

    Raises:
        LascarError: a setting is unknown, of another type, or not what was recorded.

    Example:
        >>> from lascarlib.training.config import Config
        >>> cut = Record(Path("runs/mine"), Config(seed=3), "DATA", ("a",), "", False)
        >>> resumed_config(cut, {"budget_minutes": 5.0}) == Config(seed=3, budget_minutes=5.0)
        True
        >>> resumed_config(cut, {"seed": 4})
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: runs/mine: was started with seed 3, not 4; leave it out ...
    """
    config: Any = record.config
    for name in (name for name in OPTIONS if name in given):
        before = getattr(config, name, "")
        if given[name] != before:
            raise _differs(record, name, "none" if before == "" else before, given[name])
    changed = with_settings(config, {k: v for k, v in given.items() if k not in OPTIONS})
    for name, value in differing_settings(config, changed).items():
        if name != BUDGET:
            raise _differs(record, name, reduce(getattr, name.split("."), config), value)
    return typing.cast(AnyConfig, changed)


def _differs(record: Record[Any], name: str, before: object, now: object) -> LascarError:
    return LascarError(
        f"{record.folder}: was started with {name} {before}, not {now}; leave it out or give a new "
        "folder"
    )


def open_record(kind: type[AnyRecord], config: type, folder: str | Path) -> AnyRecord:
    """Open the folder of a training.

    Args:
        kind: `Record` or one derived from it.
        config: type of its config.
        folder: of the training.

    Raises:
        LascarError: it is no such folder, or its run.json is damaged.
    """
    path = Path(folder) / "run.json"
    stored = read_json(path, remedy="restore it, or give another folder")
    try:
        return kind(
            Path(folder),
            from_json(config, stored["config"]),
            stored["source"],
            tuple(stored["ids"]),
            stored["fingerprint"],
            stored["has_scar"],
        )
    except (KeyError, TypeError) as error:
        raise LascarError(f"{path}: not a training's record ({error}); restore it") from error


def trained_folds(folder: Path, stage: str) -> tuple[str, ...]:
    """Names of the folds whose training of a stage is complete in the folder of a run."""
    found = (folder / stage).glob("*/weights.safetensors")
    return tuple(sorted(path.parent.name for path in found))


def _check_same(old: Record[Any], new: Record[Any]) -> None:
    """Refuse other data; then another method or profile, which alone explain; then settings."""
    if (old.fingerprint, old.ids) != (new.fingerprint, new.ids):
        raise LascarError(
            f"{old.folder}: was trained on {old.source} with other cases; resume with the same data"
        )
    for name in ("method", "profile"):
        before, now = getattr(old.config, name), getattr(new.config, name)
        if before != now:
            raise LascarError(
                f"{old.folder}: was started with {name} {before}, not {now}; resume with --{name} "
                f"{before} or give a new folder"
            )
    differing = differing_settings(old.config, new.config)
    changed = [name for name in differing if name != BUDGET]
    if changed:
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        raise LascarError(
            f"{old.folder}: was started with another {', '.join(changed[:SHOWN])}{more}; resume "
            "with the same settings or give a new folder"
        )

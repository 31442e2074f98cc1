"""The folder of a training: what it was made from, and what lies where in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.provenance import provenance
from lascarlib.training.checkpoint import read_json, write_json
from lascarlib.training.config import Config
from lascarlib.training.folds import ALL, Fold, make_folds
from lascarlib.training.methods import stages_of
from lascarlib.training.objective import Objective, make_objective
from lascarlib.training.settings import from_json, to_json


@dataclass(frozen=True)
class Run:
    """A training and its folder.

    Args:
        folder: of the training. It holds run.json, <stage>/<fold>/weights.safetensors and log.csv,
            <stage>/samples.json, atrium/out_of_fold/<case>.npy, uncertainty.json, and cache/ with
            the training samples.
        config: of the experiment.
        source: the data it was trained on, as it was given.
        ids: case ids of that data.
        fingerprint: of that data.
        has_scar: whether the data has scar labels; the LA alone is trained where it has not.
    """

    folder: Path
    config: Config
    source: str
    ids: tuple[str, ...]
    fingerprint: str
    has_scar: bool

    @property
    def stages(self) -> tuple[str, ...]:
        """The networks its method trains on its data, in this order."""
        return stages_of(self.config.method, has_scar=self.has_scar)

    def objective(self, stage: str) -> Objective:
        """What the network of a stage is and learns.

        Raises:
            LascarError: the stage has no such loss, the patch is too small for the features, or
                they do not divide it.
        """
        return make_objective(self.config, stage)

    def fold(self, name: str) -> Fold:
        """A fold by name.

        Raises:
            LascarError: there is no such fold.
        """
        if name == ALL:
            return Fold(ALL, self.ids, ())
        folds = make_folds(self.ids, n_folds=self.config.folds, seed=self.config.seed)
        for fold in folds:
            if fold.name == name:
                return fold
        raise LascarError(f"no {name}; there are fold_0 to fold_{self.config.folds - 1}")

    def fold_folder(self, stage: str, fold: str) -> Path:
        """Where a network's weights and log lie."""
        return self.folder / stage / fold

    def trained_folds(self, stage: str) -> tuple[str, ...]:
        """Names of the folds whose training of a stage is complete."""
        found = (self.folder / stage).glob("*/weights.safetensors")
        return tuple(sorted(path.parent.name for path in found))


def start_run(
    folder: str | Path,
    config: Config,
    dataset: Dataset,
    *,
    resume: bool = False,
    folds: tuple[str, ...] = (ALL,),
) -> Run:
    """Make the folder of a new training, or go on in an existing one.

    Args:
        folder: of the training; new or empty unless `resume`.
        config: of the experiment, every number in it final.
        dataset: to train on.
        resume: go on where an earlier training with the same config and data stopped.
        folds: names of the folds that will be asked for, checked before anything is written.

    Raises:
        LascarError: the folder is in use and `resume` is not set; or config or data differ from
            those it was started with; or a case has no LA label; or a network does not fit its
            patch.
    """
    if not dataset.has_atrium:
        raise LascarError(
            f"{dataset.source}: not every case has an LA label; train on those that do"
        )
    folder = Path(folder)
    run = Run(folder, config, dataset.source, dataset.ids, dataset.fingerprint, dataset.has_scar)
    for name in folds:
        run.fold(name)
    for stage in run.stages:
        run.objective(stage)
    if (folder / "run.json").exists():
        if not resume:
            raise LascarError(f"{folder}: holds a training already; give --resume or a new folder")
        _check_same(open_run(folder), run)
        return run
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LascarError(f"{folder}: not empty and no training; give a new folder")
    write_json(
        folder / "run.json",
        {
            "config": to_json(config),
            "source": run.source,
            "ids": list(run.ids),
            "fingerprint": run.fingerprint,
            "has_scar": run.has_scar,
            "provenance": provenance(),
        },
    )
    return run


def open_run(folder: str | Path) -> Run:
    """Open the folder of a training.

    Raises:
        LascarError: it is no such folder, or its run.json is damaged.
    """
    path = Path(folder) / "run.json"
    stored = read_json(path)
    try:
        return Run(
            Path(folder),
            from_json(Config, stored["config"]),
            stored["source"],
            tuple(stored["ids"]),
            stored["fingerprint"],
            stored["has_scar"],
        )
    except (KeyError, TypeError) as error:
        raise LascarError(f"{path}: not a training's record ({error}); restore it") from error


def _check_same(old: Run, new: Run) -> None:
    if (old.fingerprint, old.ids) != (new.fingerprint, new.ids):
        raise LascarError(
            f"{old.folder}: was trained on {old.source} with other cases; resume with the same data"
        )
    changed = _differences(to_json(old.config), to_json(new.config))
    if changed:
        raise LascarError(
            f"{old.folder}: was started with another {', '.join(changed)}; resume with the same "
            "settings or give a new folder"
        )


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in new.items():
        if isinstance(value, Mapping):
            names += _differences(old[key], value, f"{prefix}{key}.")
        elif (
            list(value) != list(old[key]) if isinstance(value, tuple | list) else value != old[key]
        ):
            names.append(prefix + key)
    return names

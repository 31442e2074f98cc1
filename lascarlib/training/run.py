"""The folder of a training: its stages, folds and networks, and what lies where in it."""

from dataclasses import dataclass
from pathlib import Path

from lascarlib.datasets import Dataset, check_labelled
from lascarlib.errors import LascarError
from lascarlib.pretrained import PREFIX, run_folder
from lascarlib.training.config import Config
from lascarlib.training.folds import ALL, Fold, make_folds
from lascarlib.training.methods import stages_of
from lascarlib.training.objective import Objective, make_objective
from lascarlib.training.record import (
    Record,
    make_record,
    open_record,
    start_record,
    trained_folds,
)
from lascarlib.training.start import check_start, open_start
from lascarlib.training.starting_weights import is_kept, keep_start, start_provenance


@dataclass(frozen=True)
class Run(Record[Config]):
    """A training and its folder.

    The folder holds run.json, <stage>/<fold>/weights.safetensors and log.csv, <stage>/samples.json,
    atrium/out_of_fold/<case>.npy, uncertainty.json, start/ with the weights it started from where
    it did, cache/ with the training samples, and beside a log.csv its events for TensorBoard where
    they were asked for. Where the data has not scar labels throughout, the
    LA alone is trained.
    """

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
        return trained_folds(self.folder, stage)


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
        resume: go on where an earlier training with the same config and data stopped. Its time
            budget may be another; the weights that it started from lie in the folder already.
        folds: names of the folds that will be asked for, checked before anything is written.

    Raises:
        LascarError: the folder is in use and `resume` is not set; or config or data differ from
            those it was started with, or the budget where nothing is left to train; or a case has
            no LA label; or a network does not fit its patch, or the weights it is to start from; or
            it is the name of weights that come with the package.
    """
    if str(folder).startswith(PREFIX):
        raise LascarError(f"{folder}: comes with the package, to predict with; give a new folder")
    check_labelled(dataset, label="LA", purpose="training")
    run = make_record(Run, folder, config, dataset)
    for name in folds:
        run.fold(name)
    for stage in run.stages:
        run.objective(stage)
    is_trained = _is_trained(run, folds)
    if not config.start or (resume and is_kept(run.folder)):
        start_record(run, resume=resume, is_trained=is_trained)
        return run
    start = open_start(config.start)
    check_start(config, start, {stage: run.objective(stage) for stage in run.stages})
    further = {"start": start_provenance(start, run.stages)}
    start_record(run, resume=resume, is_trained=is_trained, further=further)
    keep_start(run.folder, start, run.stages)
    return run


def _is_trained(run: Run, folds: tuple[str, ...]) -> bool:
    """Whether every network of some folds is complete, or no more can be trained in the folder."""
    every = {f"fold_{k}" for k in range(run.config.folds)}
    trained = [set(run.trained_folds(stage)) for stage in run.stages]
    return all(names >= set(folds) or names >= every or ALL in names for names in trained)


def open_run(folder: str | Path) -> Run:
    """Open the folder of a training, or weights that come with the package.

    Args:
        folder: of the training, or "pretrained:phantom".

    Raises:
        LascarError: it is no such folder, its run.json is damaged, or no such weights come with the
            package.
    """
    return open_record(Run, Config, run_folder(folder))

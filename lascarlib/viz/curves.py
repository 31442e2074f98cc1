"""How a training went: loss, held-back Dice and learning rate, read from the log of a run."""

import csv
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Protocol

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.viz.style import PAGE_WIDTH_IN


class TrainedRun(Protocol):
    """What is asked of a run: where its networks lie. `lascarlib.training.Run` fits."""

    def trained_folds(self, stage: str) -> tuple[str, ...]:
        """Names of the folds of a stage whose training is complete."""

    def fold_folder(self, stage: str, fold: str) -> Path:
        """Folder of one network, which holds its log.csv."""


def show_training(run: TrainedRun, stage: str, folds: Sequence[str] | None = None) -> Figure:
    """Draw loss against iteration and minutes, and the learning rate, one line for each fold.

    Where the log has the Dice of held-back patches, that is drawn too.

    Args:
        run: a training, as from `lascarlib.training.open_run`.
        stage: "atrium" or "scar".
        folds: names of folds; by default all that are trained.

    Returns:
        A figure of three axes, or four with the Dice.

    Raises:
        LascarError: nothing of that stage is trained, or one of the folds is not.
    """
    trained = run.trained_folds(stage)
    chosen = trained if folds is None else tuple(folds)
    missing = [fold for fold in chosen if fold not in trained]
    if missing or not chosen:
        what = ", ".join(missing) or "nothing"
        raise LascarError(
            f"stage {stage!r}: {what} is {'not ' if missing else ''}trained; "
            f"trained are {', '.join(trained) or 'no folds'}"
        )
    logs = {fold: read_log(run.fold_folder(stage, fold) / "log.csv") for fold in chosen}
    looked = any("validation_dice" in log for log in logs.values())
    figure, axes = plt.subplots(
        1 + looked,
        2 if looked else 3,
        figsize=(PAGE_WIDTH_IN, 4.6 if looked else 2.5),
        layout="constrained",
    )
    by_iteration, by_minute, rate, *by_dice = axes.flat
    for fold, log in logs.items():
        minutes = [seconds / 60 for seconds in log["seconds"]]
        mark = "." if len(minutes) < 30 else ""
        by_iteration.plot(log["iteration"], log["loss"], marker=mark, label=fold)
        by_minute.plot(minutes, log["loss"], marker=mark)
        rate.plot(log["iteration"], log["learning_rate"], marker=mark)
        for ax in by_dice:
            ax.plot(*_looks(log), marker=mark)
    by_iteration.set(xlabel="iteration", ylabel="mean loss of an epoch")
    by_minute.set(xlabel="minutes", ylabel="mean loss of an epoch")
    by_minute.set_xlim(left=0)
    rate.set(xlabel="iteration", ylabel="learning rate", yscale="log")
    for ax in by_dice:
        ax.set(xlabel="iteration", ylabel="Dice of held-back patches", ylim=(0, 1))
    figure.suptitle(f"training of the {stage} network", fontsize=10)
    figure.legend(loc="outside lower center", ncols=min(len(chosen), 5))
    return figure


def _looks(log: dict[str, list[float]]) -> tuple[list[float], list[float]]:
    """Iterations and Dice of the epochs whose end was looked at."""
    dices = log.get("validation_dice", [])
    found = [(at, d) for at, d in zip(log["iteration"], dices, strict=False) if not isnan(d)]
    return [at for at, _ in found], [dice for _, dice in found]


def read_log(path: Path) -> dict[str, list[float]]:
    r"""Read a training's log.csv as columns.

    Args:
        path: of the file that `lascarlib.training` writes.

    Returns:
        Column name -> one number per epoch.

    Raises:
        LascarError: the file is missing or holds no row of numbers.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "log.csv"
        >>> _ = path.write_text("epoch,loss\n1,0.9\n2,0.5\n")
        >>> read_log(path)
        {'epoch': [1.0, 2.0], 'loss': [0.9, 0.5]}
    """
    if not path.is_file():
        raise LascarError(f"{path}: the file is missing; train this network first")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    try:
        columns = {name: [float(row[name]) for row in rows] for name in rows[0]}
    except (IndexError, TypeError, ValueError) as error:
        raise LascarError(f"{path}: not a log of numbers; train this network again") from error
    return columns

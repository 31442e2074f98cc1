"""How a training went: loss, held-back Dice and learning rate, read from the log of a run."""

import csv
from collections.abc import Mapping, Sequence
from math import isnan, nan
from pathlib import Path
from typing import Any, Protocol

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.viz.style import PAGE_WIDTH_IN

Rows = Sequence[Mapping[str, float]]
"""The rows of a training's log, one for each epoch, by column."""

LOSS = ("iteration", "loss")
LOSS_BY_TIME = ("seconds", "loss")
RATE = ("iteration", "learning_rate")
DICE = ("iteration", "validation_dice")
"""What an axis shows: the column along it, and the column that is drawn."""

_WORDS = {
    "iteration": "iteration",
    "seconds": "minutes",
    "loss": "mean loss of an epoch",
    "learning_rate": "learning rate",
    "validation_dice": "Dice of held-back patches",
}
_LIMITS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    LOSS_BY_TIME: {"xlim": (0, None)},
    RATE: {"yscale": "log"},
    DICE: {"ylim": (0, 1)},
}


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
    figure = draw_curves(logs, (LOSS, LOSS_BY_TIME, RATE, DICE))
    figure.suptitle(f"training of the {stage} network", fontsize=10)
    return figure


def draw_curves(
    logs: Mapping[str, Rows], kinds: Sequence[tuple[str, str]] = (LOSS, DICE)
) -> Figure:
    """Draw the logs of trainings, an axis for each kind of curve, a line for each network.

    Args:
        logs: name of a network to the rows of its log, which have an "iteration" and a "loss".
        kinds: what to draw, `LOSS`, `LOSS_BY_TIME`, `RATE` and `DICE`, as pairs of columns; the
            Dice is left out where no log has a number of it.

    Returns:
        A figure of as many axes.

    Example:
        >>> rows = [{"iteration": 20, "loss": 0.9, "validation_dice": 0.4}]
        >>> figure = draw_curves({"atrium fold_0": rows})
        >>> [ax.get_ylabel() for ax in figure.axes]
        ['mean loss of an epoch', 'Dice of held-back patches']
        >>> plt.close(figure)
    """
    looked = any(_points(rows, DICE)[0] for rows in logs.values())
    shown = [kind for kind in kinds if kind != DICE or looked]
    height, width = (2, 2) if len(shown) == 4 else (1, len(shown))
    size = (PAGE_WIDTH_IN, 0.4 + 2.1 * height)
    figure, axes = plt.subplots(height, width, figsize=size, layout="constrained", squeeze=False)
    for ax, kind in zip(axes.flat, shown, strict=True):
        for name, rows in logs.items():
            along, values = _points(rows, kind)
            ax.plot(along, values, marker="." if len(values) < 30 else "", label=name)
        labels = {"xlabel": _WORDS[kind[0]], "ylabel": _WORDS[kind[1]]}
        ax.set(**labels, **_LIMITS.get(kind, {}))
    lines = axes[0, 0].get_legend_handles_labels()
    figure.legend(*lines, loc="outside lower center", ncols=min(len(logs), 5))
    return figure


def _points(rows: Rows, kind: tuple[str, str]) -> tuple[list[float], list[float]]:
    """Where a column has a number, and the numbers; seconds become minutes."""
    along, up = kind
    kept = [row for row in rows if not isnan(row.get(up, nan))]
    unit = 60 if along == "seconds" else 1
    return [row[along] / unit for row in kept], [row[up] for row in kept]


def read_log(path: Path) -> list[dict[str, float]]:
    r"""Read the rows of a training's log.csv.

    Args:
        path: of the file that `lascarlib.training` writes.

    Returns:
        For each epoch its numbers by column.

    Raises:
        LascarError: the file is missing or holds no row of numbers.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "log.csv"
        >>> _ = path.write_text("epoch,loss\n1,0.9\n2,0.5\n")
        >>> read_log(path)
        [{'epoch': 1.0, 'loss': 0.9}, {'epoch': 2.0, 'loss': 0.5}]
    """
    if not path.is_file():
        raise LascarError(f"{path}: the file is missing; train this network first")
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    try:
        rows = [{name: float(row[name]) for name in table[0]} for row in table]
    except (TypeError, ValueError) as error:
        raise LascarError(f"{path}: not a log of numbers; train this network again") from error
    if not rows:
        raise LascarError(f"{path}: not a log of numbers; it is empty, train this network again")
    return rows

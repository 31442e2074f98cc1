"""The curve of a training that grows in the notebook's cell while the cell runs."""

import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from time import perf_counter
from typing import Any, Protocol

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.viz.style import PAGE_WIDTH_IN

Rows = Sequence[Mapping[str, float]]


class TrainingProgress(Protocol):
    """What a training tells after every epoch; `lascarlib.training.Progress` is one."""

    @property
    def name(self) -> str:
        """Of the network."""

    @property
    def rows(self) -> Rows:
        """Of its log."""

    @property
    def done(self) -> bool:
        """Whether it is trained."""


@dataclass(frozen=True)
class LiveCurve:
    """Loss and held-back Dice of a training, drawn anew in the cell that trains.

    One picture is shown and then replaced, so that the saved notebook keeps the last. Outside of a
    notebook nothing is drawn.

    Args:
        share: at most this share of the time goes into drawing, above 0, 1 at most; the end is
            drawn in any case.

    Raises:
        LascarError: the share is out of its range.

    Example:
        >>> curve = LiveCurve()  # for `train_atrium(..., watchers=[curve])`
        >>> LiveCurve(share=0.0)
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: share is 0; give one above 0, 1 at most
    """

    share: float = 0.02
    _rows: dict[str, Rows] = field(default_factory=dict, repr=False)
    _memory: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise LascarError(f"share is {self.share:g}; give one above 0, 1 at most")

    def __call__(self, progress: TrainingProgress) -> None:
        """Take the rows of one network, and draw all where it is time."""
        if not _is_notebook():
            return
        self._rows[progress.name] = progress.rows
        started = perf_counter()
        if not progress.done and started < self._memory.get("next", 0.0):
            return
        self._show(_png(draw_curves(self._rows)))
        now = perf_counter()
        self._memory["next"] = now + (now - started) / self.share

    def _show(self, png: bytes) -> None:
        from IPython.display import Image, display

        picture = Image(png, format="png")
        if "handle" in self._memory:
            self._memory["handle"].update(picture)
        else:
            self._memory["handle"] = display(picture, display_id=True)


def draw_curves(curves: Mapping[str, Rows]) -> Figure:
    """Loss of an epoch against iterations, and the Dice of held-back patches where there is any.

    Args:
        curves: name of a network to the rows of its log.

    Returns:
        A figure of one axis or two, a line for each network.

    Example:
        >>> rows = [{"iteration": 20, "loss": 0.9, "validation_dice": 0.4}]
        >>> figure = draw_curves({"atrium fold_0": rows})
        >>> [ax.get_ylabel() for ax in figure.axes]
        ['mean loss of an epoch', 'Dice of held-back patches']
        >>> plt.close(figure)
    """
    looked = any(_points(rows, "validation_dice")[0] for rows in curves.values())
    figure, axes = plt.subplots(
        1, 1 + looked, figsize=(PAGE_WIDTH_IN, 2.5), layout="constrained", squeeze=False
    )
    kinds = [("loss", "mean loss of an epoch"), ("validation_dice", "Dice of held-back patches")]
    for ax, (column, label) in zip(axes[0], kinds, strict=False):
        for name, rows in curves.items():
            iterations, values = _points(rows, column)
            ax.plot(iterations, values, marker="." if len(values) < 30 else "", label=name)
        ax.set(xlabel="iteration", ylabel=label)
    if looked:
        axes[0, 1].set_ylim(0, 1)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def _points(rows: Rows, column: str) -> tuple[list[float], list[float]]:
    """Iterations at which a column has a number, and the numbers."""
    kept = [row for row in rows if not isnan(row.get(column, float("nan")))]
    return [row["iteration"] for row in kept], [row[column] for row in kept]


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return file.getvalue()


def _is_notebook() -> bool:
    """Whether the code runs in a Jupyter kernel, and not in a process of its own."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")

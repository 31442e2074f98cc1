"""The curve of a training that grows in the notebook's cell while the cell runs."""

import io
import sys
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.viz.curves import Rows, draw_curves


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


@dataclass
class LiveCurve:
    """Loss and held-back Dice of a training, drawn anew in the cell that trains.

    One picture is shown and then replaced, so that the saved notebook keeps the last. Outside of a
    notebook nothing is drawn.

    Args:
        share: at most this share of the time goes into drawing, above 0, 1 at most; the end is
            drawn in any case.
        logs: name of each network to the rows it has told of so far.
        next_s: not before this time on `time.perf_counter` is the next picture drawn.
        picture: IPython's handle of the one that is shown; None before the first.

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
    logs: dict[str, Rows] = field(default_factory=dict, init=False)
    next_s: float = field(default=0.0, init=False)
    picture: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise LascarError(f"share is {self.share:g}; give one above 0, 1 at most")

    def __call__(self, progress: TrainingProgress) -> None:
        """Take the rows of one network, and draw all where it is time."""
        if not _is_notebook():
            return
        self.logs[progress.name] = progress.rows
        started = perf_counter()
        if progress.done or started >= self.next_s:
            self.picture = _show(draw_curves(self.logs), self.picture)
            now = perf_counter()
            self.next_s = now + (now - started) / self.share


def _show(figure: Figure, picture: Any) -> Any:
    """Show a figure in place of the picture before it; returns the handle to replace this one."""
    from IPython.display import Image, display

    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    image = Image(file.getvalue(), format="png")
    if picture is None:
        return display(image, display_id=True)
    picture.update(image)
    return picture


def _is_notebook() -> bool:
    """Whether the code runs in a Jupyter kernel, and not in a process of its own."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")

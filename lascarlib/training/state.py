"""Where a training stands, besides tensors."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lascarlib.training.schedule import Plateau

Row = dict[str, float]
"""One row of a training's log, by column."""


@dataclass
class State:
    """What changes during a training, besides tensors; kept in the checkpoint.

    Args:
        iteration: iterations done.
        elapsed_s: seconds spent in them, over all sittings.
        plateau: see `lascarlib.training.schedule`.
        epoch_losses: losses of the current, unfinished epoch.
        rows: one row of the log per finished epoch.
        learning_rate: of the latest iteration.
        epoch_waited_s: seconds the current epoch waited for batches.
        progress: share of the training done, of its iterations or of its time.
    """

    iteration: int
    elapsed_s: float
    plateau: Plateau
    epoch_losses: list[float]
    rows: list[Row]
    learning_rate: float = 0.0
    epoch_waited_s: float = 0.0
    progress: float = 0.0


def restored(stored: Mapping[str, Any]) -> State:
    """The state behind the dictionary that `dataclasses.asdict` makes of one.

    Example:
        >>> from dataclasses import asdict
        >>> state = State(3, 0.5, Plateau(best=0.1), [0.2], [])
        >>> restored(asdict(state)) == state
        True
    """
    return State(**{**stored, "plateau": Plateau(**stored["plateau"])})


def rescaled(state: State, *, progress: float) -> State:
    """A state that goes on under another time budget: what was a share of the old one moves.

    Args:
        state: of a checkpoint; one without its `progress` stays as it is.
        progress: share of the training that is done by then, now.

    Example:
        >>> state = State(80, 480.0, Plateau(best_at=0.75), [], [], progress=0.8)  # of 10 minutes
        >>> rescaled(state, progress=0.2).plateau.best_at  # 7.5 of 40 minutes
        0.1875
    """
    if not state.progress:
        return state
    best_at = state.plateau.best_at * (progress / state.progress)
    return replace(state, plateau=replace(state.plateau, best_at=best_at), progress=progress)


def waiting_percent(state: State) -> float:
    """Share of the current epoch's time in which the network waited for a batch, in percent.

    Example:
        >>> state = State(8, 6.0, Plateau(), [], [{"seconds": 4.0}], epoch_waited_s=0.5)
        >>> waiting_percent(state)  # half a second of two
        25.0
    """
    before = state.rows[-1]["seconds"] if state.rows else 0.0
    return round(min(100.0, 100 * state.epoch_waited_s / max(state.elapsed_s - before, 1e-9)), 1)

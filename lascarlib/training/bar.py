"""The progress bar of a training: what is left of it, loss, wait, and Dice of held-back cases."""

import math
from typing import Any

from tqdm import tqdm

from lascarlib.training.look import latest_dice
from lascarlib.training.state import State, waiting_percent
from lascarlib.training.task import Task

RECENT = 20
"""The loss shown is the mean of so many iterations."""


def make_bar(task: Task, state: State, *, silent: bool) -> "tqdm[Any]":
    """A bar over iterations, or over seconds where the task has a budget.

    Args:
        task: that is trained.
        state: it goes on from.
        silent: whether nothing is to be shown.
    """
    kind: dict[str, Any] = {"total": task.config.iterations, "unit": "it"}
    done: float = state.iteration
    if task.budget_s is not None:
        form = "{desc}: {percentage:3.0f}%|{bar}| {n:.0f} s, {remaining} left{postfix}"
        kind = {"total": task.budget_s, "unit": "s", "bar_format": form}
        done = min(task.budget_s, state.elapsed_s)
    if silent:  # not `disable=silent`, which would hide TQDM_DISABLE from tqdm
        kind["disable"] = True
    return tqdm(desc=task.name, initial=done, **kind)


def advance(bar: "tqdm[Any]", task: Task, state: State) -> None:
    """Show that one more iteration is done."""
    recent = state.epoch_losses[-RECENT:]
    shown = {
        "loss": f"{math.fsum(recent) / len(recent):.3f}",
        "waiting": f"{waiting_percent(state):.0f}%",
    }
    if not math.isnan(dice := latest_dice(state.rows)):
        shown["validation_dice"] = f"{dice:.3f}"
    bar.set_postfix(shown, refresh=False)
    bar.n = state.iteration if task.budget_s is None else min(task.budget_s, state.elapsed_s)
    bar.update(0)

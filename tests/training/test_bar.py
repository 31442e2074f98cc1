"""The progress bar: what is left, in iterations or seconds, and nothing where it is silent."""

from pathlib import Path

import pytest

from lascarlib.training import Config, StageConfig, Task
from lascarlib.training.bar import advance, make_bar
from lascarlib.training.objective import make_objective
from lascarlib.training.schedule import Plateau
from lascarlib.training.state import State

STAGE = StageConfig(patch_voxels=(16, 16, 8), features=(4, 8), iterations=8)


def shown(capsys, *, silent=False, budget_s=None, seconds=30.0) -> str:
    """What a bar writes in the fourth of eight iterations."""
    objective = make_objective(Config(atrium=STAGE), "atrium")
    task = Task(objective, STAGE, Path("run"), seed=0, budget_s=budget_s, name="atrium all")
    state = State(3, seconds, Plateau(), [0.5], [{"seconds": 20.0, "validation_dice": 0.25}])
    bar = make_bar(task, state, silent=silent)
    bar.delay, bar.mininterval, bar.miniters = 0, 0, 0
    state.iteration = 4
    advance(bar, task, state)
    bar.close()
    return capsys.readouterr().err


@pytest.mark.parametrize(("budget_s", "left"), [(None, "4/8"), (60.0, "30 s")])
def test_it_counts_iterations_or_seconds(capsys, budget_s, left) -> None:
    said = shown(capsys, budget_s=budget_s)
    assert "atrium all" in said
    assert left in said
    assert "50%" in said
    assert "loss=0.500" in said
    assert "validation_dice=0.250" in said


def test_a_budget_that_is_used_up_is_all_of_it(capsys) -> None:
    said = shown(capsys, budget_s=1.2, seconds=1.9)
    assert "100%|" in said
    assert "-" not in said


def test_a_silent_one_writes_nothing_at_all(capsys) -> None:
    assert shown(capsys, silent=True) == ""

"""What TensorBoard reads is what log.csv says, each step once."""

import math

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from lascarlib.cli import main
from lascarlib.training import Progress
from lascarlib.training.event_log import EventLog
from lascarlib.training.watching import read_rows


def row(iteration: int, loss: float, dice: float = math.nan) -> dict[str, float]:
    return {
        "epoch": iteration / 10,
        "iteration": iteration,
        "seconds": 2.0 * iteration,
        "loss": loss,
        "validation_dice": dice,
    }


def curves(folder) -> dict[str, list[tuple[int, float]]]:
    events = EventAccumulator(str(folder))
    events.Reload()
    names = events.Tags()["scalars"]
    return {name: [(e.step, e.value) for e in events.Scalars(name)] for name in names}


def test_every_row_is_one_step_of_each_curve(tmp_path) -> None:
    log, rows = EventLog(), [row(10, 0.5), row(20, 0.25, 0.75)]
    for count in (1, 2):
        log(Progress("atrium all", tmp_path, rows[:count], done=False))
    log(Progress("atrium all", tmp_path, rows, done=True))
    assert curves(tmp_path) == {"loss": [(10, 0.5), (20, 0.25)], "validation_dice": [(20, 0.75)]}
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    first, second = (event.wall_time for event in events.Scalars("loss"))
    # Their own seconds, not when they were written.
    assert second - first == pytest.approx(20.0, abs=1.0)


def test_a_resumed_training_goes_on_with_one_curve(tmp_path) -> None:
    rows = [row(10, 0.5), row(20, 0.25), row(30, 0.125)]
    EventLog()(Progress("atrium all", tmp_path, rows[:2], done=False))
    # Stopped hard before its checkpoint was written: the second row is learned again.
    again = EventLog()
    for count in (2, 3):
        again(Progress("atrium all", tmp_path, rows[:count], done=count == 3))
    assert curves(tmp_path)["loss"] == [(10, 0.5), (20, 0.25), (30, 0.125)]
    assert len(list(tmp_path.iterdir())) == 1


def test_networks_have_curves_of_their_own(tmp_path) -> None:
    log = EventLog()
    for name, loss in (("a", 0.5), ("b", 0.25)):
        log(Progress(name, tmp_path / name, [row(10, loss)], done=True))
    assert [curves(tmp_path / name)["loss"] for name in "ab"] == [[(10, 0.5)], [(10, 0.25)]]


def test_the_command_writes_them_only_where_asked(tiny_folder, tmp_path) -> None:
    words = ["--profile", "smoke", "--fold", "0", "--set", "precision=32-true", "--set", "folds=3"]
    for stage in ("atrium", "scar"):
        for setting in ("spacing_mm=(2,2,3)", "patch_voxels=(16,16,8)", "features=(4,8)"):
            words += ["--set", f"{stage}.{setting}"]
        words += ["--set", f"{stage}.iterations=3", "--set", f"{stage}.epoch_iterations=2"]
    run = tmp_path / "run"
    assert main(["train", str(tiny_folder), str(run), *words]) == 0
    assert not list(run.rglob("*tfevents*"))
    # A training that is complete is told once: its events can still be had.
    assert main(["train", str(tiny_folder), str(run), *words, "--resume", "--tensorboard"]) == 0
    for stage in ("atrium", "scar"):
        folder = run / stage / "fold_0"
        rows = read_rows(folder / "log.csv")
        expected = [(int(one["iteration"]), pytest.approx(one["loss"])) for one in rows]
        assert curves(folder)["loss"] == expected
        assert len(expected) == 2
        assert 0 <= curves(folder)["validation_dice"][-1][1] <= 1

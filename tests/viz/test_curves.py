from dataclasses import dataclass
from math import nan
from pathlib import Path

import pytest

from lascarlib.errors import LascarError
from lascarlib.viz import show_training
from lascarlib.viz.curves import draw_curves, read_log

LOG = """epoch,iteration,seconds,learning_rate,loss
1,100,60.0,0.01,0.9
2,200,120.0,0.005,0.5
"""


@dataclass(frozen=True)
class FolderRun:
    folder: Path

    def trained_folds(self, stage):
        return tuple(sorted(path.name for path in (self.folder / stage).glob("*")))

    def fold_folder(self, stage, fold):
        return self.folder / stage / fold


@pytest.fixture
def run(tmp_path):
    for fold in ("fold_0", "fold_1"):
        (tmp_path / "atrium" / fold).mkdir(parents=True)
        (tmp_path / "atrium" / fold / "log.csv").write_text(LOG)
    return FolderRun(tmp_path)


def test_every_fold_has_a_line_against_iterations_and_minutes(run):
    figure = show_training(run, "atrium")
    by_iteration, by_minute, rate = figure.axes
    assert [len(ax.lines) for ax in figure.axes] == [2, 2, 2]
    assert by_iteration.lines[0].get_xdata().tolist() == [100.0, 200.0]
    assert by_minute.lines[0].get_xdata().tolist() == [1.0, 2.0]
    assert rate.lines[1].get_ydata().tolist() == [0.01, 0.005]
    labels = [ax.get_xlabel() for ax in figure.axes] + [ax.get_ylabel() for ax in figure.axes]
    assert all(labels)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["fold_0", "fold_1"]


def test_one_fold_can_be_chosen(run):
    assert len(show_training(run, "atrium", ["fold_1"]).axes[0].lines) == 1


@pytest.mark.parametrize(
    ("stage", "folds", "message"),
    [
        ("scar", None, "nothing is trained; trained are no folds"),
        ("atrium", ["fold_7"], "fold_7 is not trained; trained are fold_0, fold_1"),
    ],
)
def test_what_is_not_trained_is_named(run, stage, folds, message):
    with pytest.raises(LascarError, match=message):
        show_training(run, stage, folds)


@pytest.mark.parametrize("text", ["", "epoch,loss\n", "epoch,loss\n1\n", "epoch,loss\n1,high\n"])
def test_a_damaged_log_is_refused(tmp_path, text):
    (tmp_path / "log.csv").write_text(text)
    with pytest.raises(LascarError, match="not a log of numbers"):
        read_log(tmp_path / "log.csv")


def test_a_missing_log_is_refused(tmp_path):
    with pytest.raises(LascarError, match="file is missing"):
        read_log(tmp_path / "log.csv")


def test_a_curve_is_drawn_where_it_has_numbers():
    rows = [
        {"iteration": 20, "loss": 0.9, "validation_dice": nan},
        {"iteration": 40, "loss": 0.6, "validation_dice": 0.5},
        {"iteration": 60, "loss": 0.4, "validation_dice": nan},
        {"iteration": 80, "loss": 0.3, "validation_dice": 0.7},
    ]
    loss, dice = draw_curves({"atrium fold_0": rows, "atrium fold_1": rows[:2]}).axes
    assert loss.lines[0].get_xdata().tolist() == [20, 40, 60, 80]
    assert loss.lines[1].get_ydata().tolist() == [0.9, 0.6]
    assert dice.lines[0].get_xdata().tolist() == [40, 80]
    assert dice.lines[0].get_ydata().tolist() == [0.5, 0.7]
    for without in (rows[:1], [{"iteration": 20, "loss": 0.9}]):
        assert len(draw_curves({"atrium all": without}).axes) == 1


def test_the_dice_of_held_back_patches_is_drawn_where_the_log_has_it(run, tmp_path):
    log = tmp_path / "atrium" / "fold_0" / "log.csv"
    first, *rows = LOG.split()
    dices = ["validation_dice", "nan", "0.75"]
    lines = (f"{line},{dice}" for line, dice in zip([first, *rows], dices, strict=True))
    log.write_text("\n".join(lines) + "\n")
    *_, by_dice = show_training(run, "atrium").axes
    assert by_dice.lines[0].get_xdata().tolist() == [200.0]
    assert by_dice.lines[0].get_ydata().tolist() == [0.75]
    assert len(by_dice.lines[1].get_xdata()) == 0  # fold_1 was not looked at

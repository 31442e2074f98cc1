"""A training's curve grows in its cell, one picture stays, and drawing takes little of the time."""

import math
from dataclasses import dataclass, field

import nbformat
import pytest
from nbclient import NotebookClient

from lascarlib.viz import LiveCurve, live_curve
from lascarlib.viz.live_curve import draw_curves

ROWS = [
    {"iteration": 20, "loss": 0.9, "validation_dice": math.nan},
    {"iteration": 40, "loss": 0.6, "validation_dice": 0.5},
    {"iteration": 60, "loss": 0.4, "validation_dice": math.nan},
    {"iteration": 80, "loss": 0.3, "validation_dice": 0.7},
]


@dataclass(frozen=True)
class Told:
    rows: list
    done: bool = False
    name: str = "atrium fold_0"


@dataclass
class Screen:
    """What a notebook would show, and a clock on which a picture takes a second."""

    pictures: list[bytes] = field(default_factory=list)
    now: float = 0.0

    def show(self, png: bytes) -> None:
        self.pictures.append(png)
        self.now += 1.0


@pytest.fixture
def screen(monkeypatch) -> Screen:
    made = Screen()
    monkeypatch.setattr(live_curve, "_is_notebook", lambda: True)
    monkeypatch.setattr(live_curve, "perf_counter", lambda: made.now)
    monkeypatch.setattr(LiveCurve, "_show", lambda self, png: made.show(png))
    return made


def test_loss_and_dice_are_drawn_where_they_are_numbers():
    loss, dice = draw_curves({"atrium fold_0": ROWS, "atrium fold_1": ROWS[:2]}).axes
    assert loss.lines[0].get_xdata().tolist() == [20, 40, 60, 80]
    assert loss.lines[1].get_ydata().tolist() == [0.9, 0.6]
    assert dice.lines[0].get_xdata().tolist() == [40, 80]
    assert dice.lines[0].get_ydata().tolist() == [0.5, 0.7]
    without = [{"iteration": 20, "loss": 0.9}]
    assert len(draw_curves({"atrium all": without}).axes) == 1


def test_drawing_takes_its_share_and_the_end_is_always_drawn(screen):
    curve = LiveCurve(share=0.1)
    for second in range(40):  # an epoch a second
        curve(Told(ROWS[:1]))
        screen.now += 1.0
        if second == 8:
            assert len(screen.pictures) == 1  # took a second, so nine and more are free of it
    assert 4 <= len(screen.pictures) <= 5
    before = len(screen.pictures)
    curve(Told(ROWS, done=True))
    assert len(screen.pictures) == before + 1


def test_nothing_is_drawn_outside_of_a_notebook(monkeypatch):
    monkeypatch.setattr(live_curve, "draw_curves", lambda curves: pytest.fail("drawn"))
    LiveCurve()(Told(ROWS, done=True))


def test_the_saved_notebook_keeps_one_picture_the_last():
    cells = (
        "from types import SimpleNamespace\n"
        "from lascarlib import viz\n"
        "from lascarlib.viz import live_curve\n"
        "sizes = []\n"
        "png = live_curve._png\n"
        "def noted(figure):\n"
        "    sizes.append(png(figure))\n"
        "    return sizes[-1]\n"
        "live_curve._png = noted\n",
        "curve = viz.LiveCurve(share=1.0)\n"
        "rows = [{'iteration': k, 'loss': 1 / k} for k in range(1, 9)]\n"
        "for k in range(1, 9):\n"
        "    told = SimpleNamespace(name='a', rows=rows[:k], done=k == 8)\n"
        "    curve(told)\n",
        "import base64\nprint(base64.b64encode(sizes[-1]).decode())",
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (output,) = notebook.cells[1].outputs
    assert output.output_type == "display_data"
    last = notebook.cells[2].outputs[0].text.strip()
    assert output.data["image/png"].replace("\n", "") == last

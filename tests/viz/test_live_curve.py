"""A training's curve grows in its cell, one picture stays, and drawing takes little of the time."""

import math
from dataclasses import dataclass, field

import nbformat
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

from lascarlib.viz import LiveCurve, live_curve

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

    pictures: list = field(default_factory=list)
    now: float = 0.0

    def show(self, figure: Figure, picture: int | None) -> int:
        assert picture == (len(self.pictures) or None)  # the handle that was returned
        self.pictures.append(figure)
        self.now += 1.0
        return len(self.pictures)


@pytest.fixture
def screen(monkeypatch) -> Screen:
    made = Screen()
    monkeypatch.setattr(live_curve, "_is_notebook", lambda: True)
    monkeypatch.setattr(live_curve, "perf_counter", lambda: made.now)
    monkeypatch.setattr(live_curve, "_show", made.show)
    return made


def test_every_network_that_has_told_of_itself_has_a_line(screen):
    curve = LiveCurve(share=1.0)
    curve(Told(ROWS, done=True))
    curve(Told(ROWS[:1], done=True, name="atrium fold_1"))
    loss, dice = screen.pictures[-1].axes
    assert [line.get_label() for line in loss.lines] == ["atrium fold_0", "atrium fold_1"]
    assert dice.lines[0].get_ydata().tolist() == [0.5, 0.7]


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
        "from IPython import display\n"
        "pictures, image = [], display.Image\n"
        "def noted(png, **options):\n"
        "    pictures.append(png)\n"
        "    return image(png, **options)\n"
        "display.Image = noted\n",
        "curve = viz.LiveCurve(share=1.0)\n"
        "rows = [{'iteration': k, 'loss': 1 / k} for k in range(1, 9)]\n"
        "for k in range(1, 9):\n"
        "    told = SimpleNamespace(name='a', rows=rows[:k], done=k == 8)\n"
        "    curve(told)\n",
        "import base64\nprint(base64.b64encode(pictures[-1]).decode())",
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (output,) = notebook.cells[1].outputs
    assert output.output_type == "display_data"
    last = notebook.cells[2].outputs[0].text.strip()
    assert output.data["image/png"].replace("\n", "") == last

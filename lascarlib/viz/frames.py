"""A slider that moves in the published page too: every picture behind it is drawn beforehand."""

import base64
import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from lascarlib.errors import LascarError

Value = TypeVar("Value")
FRAME_DPI = 80
"""Dots per inch of a frame: a picture of 30 to 100 kB."""
_MOVE = (
    "const box = this.closest('figure'), frames = box.querySelectorAll('img');"
    "frames.forEach((frame, k) => { frame.hidden = k !== +this.value; });"
    "box.querySelector('output').value = frames[this.value].dataset.name;"
)


@dataclass(frozen=True)
class Frames:
    """Pictures behind a slider, as plain HTML: no kernel, no widget and no network is needed.

    Args:
        description: what the slider chooses.
        names: of the frames.
        pictures: PNG files, one a frame.
        start: which frame is seen first.
    """

    description: str
    names: tuple[str, ...]
    pictures: tuple[bytes, ...]
    start: int

    def _repr_html_(self) -> str:
        word = html.escape(self.description, quote=True)
        frames = []
        for number, (name, picture) in enumerate(zip(self.names, self.pictures, strict=True)):
            name, hidden = html.escape(name, quote=True), "" if number == self.start else " hidden"
            data = base64.b64encode(picture).decode()
            frames.append(
                f'<img alt="{word} {name}" data-name="{name}" '
                f'src="data:image/png;base64,{data}"{hidden}>'
            )
        first = html.escape(self.names[self.start])
        return (
            f'<figure><label>{word} <input type="range" min="0" max="{len(self.names) - 1}" '
            f'value="{self.start}" style="width:60%" oninput="{html.escape(_MOVE, quote=True)}">'
            f" <output>{first}</output></label><br>{''.join(frames)}</figure>"
        )


def show_frames(
    draw: Callable[[Value], Axes | Figure],
    values: Sequence[Value],
    *,
    description: str,
    start: int = 0,
) -> Frames:
    """Draw a picture for every value and put a slider over them; it needs no kernel to be moved.

    Click the slider, then the arrow keys go from frame to frame.

    Args:
        draw: makes the figure of one value; it is closed here.
        values: of the slider, shown by their `str`; no two alike.
        description: what the slider chooses.
        start: which frame is seen first.

    Returns:
        The slider over the frames; as the last expression of a cell it is shown.

    Raises:
        LascarError: there is no value, two look alike, or `start` is none of them.

    Example:
        >>> def picture(power):
        ...     figure, ax = plt.subplots(figsize=(1, 1))
        ...     ax.plot([0, 1, 2], [0, 1, 2**power])
        ...     return figure
        >>> found = show_frames(picture, [1, 2, 3], description="power", start=1)
        >>> found.names, len(found.pictures)
        (('1', '2', '3'), 3)
    """
    names = [str(value) for value in values]
    if not names or len(set(names)) < len(names):
        raise LascarError("values are empty or two of them look alike; give different ones")
    if not 0 <= start < len(names):
        raise LascarError(f"start is {start}; there are frames 0 to {len(names) - 1}")
    return Frames(description, tuple(names), tuple(_png(draw(value)) for value in values), start)


def _png(drawn: Axes | Figure) -> bytes:
    figure: Figure | SubFigure | None = drawn if isinstance(drawn, Figure) else drawn.figure
    if not isinstance(figure, Figure):
        raise LascarError("draw gave no figure; return a Figure or Axes that stand on their own")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=FRAME_DPI)
    plt.close(figure)
    return file.getvalue()

"""Sliders that move in the published page too: every picture behind them is drawn beforehand."""

import base64
import html
import io
import json
import math
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
    "const box = this.closest('figure'); let frame = 0;"
    "box.querySelectorAll('input').forEach((input) => {"
    " const names = JSON.parse(input.dataset.names);"
    " frame = frame * names.length + Number(input.value);"
    " input.nextElementSibling.value = names[input.value]; });"
    "box.querySelectorAll('img').forEach((img, k) => { img.hidden = k !== frame; });"
)
_WEBP = b"RIFF"
"""How such a file begins; the others are PNG."""


@dataclass(frozen=True)
class FrameSlider:
    """What one slider over frames chooses from.

    Args:
        description: what it chooses.
        names: of its choices, no two alike.
        start: which is seen first.

    Raises:
        LascarError: there is no choice, two look alike, or `start` is none of them.
    """

    description: str
    names: tuple[str, ...]
    start: int = 0

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) < len(self.names):
            raise LascarError("values are empty or two of them look alike; give different ones")
        if not 0 <= self.start < len(self.names):
            raise LascarError(f"start is {self.start}; there are frames 0 to {len(self.names) - 1}")


@dataclass(frozen=True)
class Frames:
    """Pictures behind sliders, as plain HTML: no kernel, no widget and no network is needed.

    Args:
        sliders: what chooses the frame, the first moving slowest.
        pictures: PNG or WebP files, one for every combination of choices.
        below: HTML under the pictures, such as a legend.

    Raises:
        LascarError: there are more or fewer pictures than combinations.
    """

    sliders: tuple[FrameSlider, ...]
    pictures: tuple[bytes, ...]
    below: str = ""

    def __post_init__(self) -> None:
        wanted = math.prod(len(slider.names) for slider in self.sliders)
        if len(self.pictures) != wanted:
            raise LascarError(f"there are {len(self.pictures)} pictures for {wanted} combinations")

    def _repr_html_(self) -> str:
        rows = "".join(_slider_html(slider) for slider in self.sliders)
        first = 0
        for slider in self.sliders:
            first = first * len(slider.names) + slider.start
        frames = []
        for number, picture in enumerate(self.pictures):
            alt = html.escape(", ".join(self._words(number)), quote=True)
            kind = "webp" if picture.startswith(_WEBP) else "png"
            data = base64.b64encode(picture).decode()
            hidden = "" if number == first else " hidden"
            frames.append(f'<img alt="{alt}" src="data:image/{kind};base64,{data}"{hidden}>')
        return f"<figure>{rows}{''.join(frames)}{self.below}</figure>"

    def _words(self, number: int) -> list[str]:
        """What the sliders say at a frame."""
        words = []
        for slider in reversed(self.sliders):
            number, choice = divmod(number, len(slider.names))
            words.append(f"{slider.description} {slider.names[choice]}")
        return words[::-1]


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
        >>> found.sliders[0].names, len(found.pictures)
        (('1', '2', '3'), 3)
    """
    slider = FrameSlider(description, tuple(str(value) for value in values), start)
    return Frames((slider,), tuple(_png(draw(value)) for value in values))


def _slider_html(slider: FrameSlider) -> str:
    word = html.escape(slider.description, quote=True)
    shown = f"<output>{html.escape(slider.names[slider.start])}</output></label>"
    if len(slider.names) == 1:
        return f'<label style="display:block">{word} {shown}'
    names = html.escape(json.dumps(slider.names), quote=True)
    move = html.escape(_MOVE, quote=True)
    return (
        f'<label style="display:block">{word} <input type="range" min="0" '
        f'max="{len(slider.names) - 1}" value="{slider.start}" style="width:60%" '
        f'data-names="{names}" oninput="{move}"> {shown}'
    )


def _png(drawn: Axes | Figure) -> bytes:
    figure: Figure | SubFigure | None = drawn if isinstance(drawn, Figure) else drawn.figure
    if not isinstance(figure, Figure):
        raise LascarError("draw gave no figure; return a Figure or Axes that stand on their own")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=FRAME_DPI)
    plt.close(figure)
    return file.getvalue()

"""A slider that moves in the published page too: every picture behind it is drawn beforehand."""

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from lascarlib.errors import LascarError

if TYPE_CHECKING:
    import ipywidgets

Value = TypeVar("Value")
FRAME_DPI = 80
"""Dots per inch of a frame: a picture of 40 to 100 kB."""


def show_frames(
    draw: Callable[[Value], Axes | Figure],
    values: Sequence[Value],
    *,
    description: str,
    start: int = 0,
) -> "ipywidgets.VBox":
    """Draw a picture for every value and put a slider over them; it needs no kernel to be moved.

    Click the slider, then the arrow keys go from frame to frame.

    Args:
        draw: makes the figure of one value; it is closed here.
        values: of the slider, shown by their `str`; no two alike.
        description: what the slider chooses.
        start: which frame is seen first.

    Returns:
        The slider over the frames, as a widget.

    Raises:
        LascarError: there is no value, two look alike, or `start` is none of them.

    Example:
        >>> def picture(power):
        ...     figure, ax = plt.subplots(figsize=(1, 1))
        ...     ax.plot([0, 1, 2], [0, 1, 2**power])
        ...     return figure
        >>> box = show_frames(picture, [1, 2, 3], description="power", start=1)
        >>> box.children[0].value, len(box.children[1].children)
        ('2', 3)
    """
    import ipywidgets

    names = [str(value) for value in values]
    if not names or len(set(names)) < len(names):
        raise LascarError("values are empty or two of them look alike; give different ones")
    if not 0 <= start < len(names):
        raise LascarError(f"start is {start}; there are frames 0 to {len(names) - 1}")
    frames = [
        ipywidgets.Image(value=_png(draw(value)), format="png", tooltip=f"{description} {name}")
        for name, value in zip(names, values, strict=True)
    ]
    stack = ipywidgets.Stack(frames, selected_index=start)
    slider = ipywidgets.SelectionSlider(
        options=names, index=start, description=description, layout={"width": "95%"}
    )
    ipywidgets.jslink((slider, "index"), (stack, "selected_index"))
    return ipywidgets.VBox([slider, stack])


def _png(drawn: Axes | Figure) -> bytes:
    figure: Figure | SubFigure | None = drawn if isinstance(drawn, Figure) else drawn.figure
    if not isinstance(figure, Figure):
        raise LascarError("draw gave no figure; return a Figure or Axes that stand on their own")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=FRAME_DPI)
    plt.close(figure)
    return file.getvalue()

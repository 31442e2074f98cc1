"""The rows of a table as a picture: every case, our mean, and what a paper prints."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from lascarlib.errors import LascarError
from lascarlib.viz.style import PAGE_WIDTH_IN, PALETTE

Values = Sequence[float] | np.ndarray


def show_rows(
    scores: Mapping[str, Values],
    *,
    title: str,
    printed: Mapping[str, tuple[float, float]] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one line for each row: a dot a case, a bar at the mean, and a printed mean with its SD.

    Args:
        scores: row to its scores, one a case; an infinite one is drawn as a triangle at the right.
            A row without scores keeps its line.
        title: of the axes, the metric.
        printed: row to mean and standard deviation of a paper.
        ax: where to draw; by default a new figure.

    Returns:
        The axes drawn on, the first row at the top.

    Raises:
        LascarError: there is no row, or neither a score nor a printed value in any.

    Example:
        >>> ax = show_rows({"U-Net": [0.8, 0.9], "new": [0.9]}, title="LA Dice")
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['U-Net', 'new']
        >>> plt.close(ax.figure)
    """
    printed = printed or {}
    every = np.array([number for values in scores.values() for number in values], np.float64)
    finite = every[np.isfinite(every)]
    if not scores or not (finite.size or printed):
        raise LascarError("there is nothing to draw; give at least one row with a score")
    if ax is None:
        height_in = 0.9 + 0.32 * len(scores)
        _, ax = plt.subplots(figsize=(PAGE_WIDTH_IN, height_in), layout="constrained")
    right = float(finite.max()) if finite.size else 0.0
    for y, (row, values) in enumerate(scores.items()):
        numbers = np.asarray(values, dtype=np.float64)
        known = numbers[np.isfinite(numbers)]
        missed = len(numbers) - len(known)
        ax.plot(known, np.full(len(known), y), "o", color=PALETTE["blood"], markersize=3, alpha=0.5)
        if len(known):
            ax.plot([known.mean()] * 2, [y - 0.3, y + 0.3], color="black", linewidth=2)
        if missed:
            ax.plot([right], [y], ">", color=PALETTE["scar"])
            ax.annotate(f"{missed} missed", (right, y), xytext=(6, 0), textcoords="offset points")
        if row in printed:
            mean, sd = printed[row]
            ax.errorbar(mean, y + 0.32, xerr=sd, fmt="D", color=PALETTE["scar"], markersize=4)
    ax.set(yticks=range(len(scores)), yticklabels=list(scores), title=title)
    ax.set_ylim(len(scores) - 0.4, -0.6)
    return ax

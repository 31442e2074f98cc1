"""Two methods side by side: paired scores, and how far a measurement lies from its reference."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.evaluation.statistics import bland_altman, correlate
from lascarlib.viz.style import PAGE_WIDTH_IN, PALETTE

Values = Sequence[float] | np.ndarray


def show_pairs(
    a: Values, b: Values, *, names: tuple[str, str], title: str, ax: Axes | None = None
) -> Axes:
    """Draw each case's two scores as dots joined by a line, and the means of the found as bars.

    Args:
        a: scores of the first method, one a case; an infinite one is drawn as a triangle at the
            top, where it has missed the structure.
        b: scores of the second on the same cases.
        names: of the methods.
        title: of the axes, the metric.
        ax: where to draw; by default a new figure.

    Returns:
        The axes drawn on.

    Raises:
        LascarError: no case, or lists of different lengths.

    Example:
        >>> ax = show_pairs([0.9, 0.8], [0.7, 0.8], names=("new", "old"), title="LA Dice")
        >>> [label.get_text() for label in ax.get_xticklabels()]
        ['new', 'old']
        >>> plt.close(ax.figure)
    """
    pairs = np.array([a, b], dtype=np.float64) if len(a) == len(b) else np.empty((2, 0))
    if not pairs.size:
        raise LascarError("a and b need one score each of the same cases, at least one")
    if ax is None:
        _, ax = plt.subplots(figsize=(2.4, 2.8), layout="constrained")
    shown = np.where(np.isfinite(pairs), pairs, np.nan)
    known = shown[np.isfinite(shown)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    room = 0.08 * (high - low or abs(high) or 1.0)
    missed = ~np.isfinite(pairs)
    top = high + room
    shown[missed] = top
    ax.plot([0, 1], shown, color=PALETTE["lung"], linewidth=0.7, alpha=0.7, zorder=1)
    for x, (column, colour) in enumerate(zip(shown, ("blood", "scar"), strict=True)):
        found = ~missed[x]
        ax.plot(np.full(found.sum(), x), column[found], "o", color=PALETTE[colour], markersize=3.5)
        ax.plot(np.full(missed[x].sum(), x), column[missed[x]], "^", color=PALETTE[colour])
        if found.any():
            mean = float(column[found].mean())
            ax.plot(
                [x - 0.18, x + 0.18], [mean, mean], color=plt.rcParams["text.color"], linewidth=2
            )
    if missed.any():
        ax.annotate("missed: ∞", (0.5, top), ha="center", va="bottom", fontsize=7)
    ax.set(xlim=(-0.4, 1.4), ylim=(low - room, top + room), title=title)
    ax.set_xticks([0, 1], [_short(name) for name in names])
    return ax


def show_agreement(
    measurement: Values, reference: Values, *, name: str, unit: str, ax: Axes | None = None
) -> Axes:
    """Draw a Bland-Altman plot: difference against mean, with the bias and the 95 % limits.

    Args:
        measurement: one finite float a case.
        reference: of the same cases.
        name: of who measured.
        unit: quantity and unit, as "scar burden [%]".
        ax: where to draw; by default a new figure.

    Returns:
        The axes drawn on.

    Raises:
        LascarError: as `lascarlib.evaluation.statistics.bland_altman`.

    Source: Bland and Altman 1986.

    Example:
        >>> ax = show_agreement([11, 22, 33], [10, 20, 30], name="new", unit="LA volume [ml]")
        >>> ax.get_title().splitlines()
        ['new, 3 cases', 'bias 2.0, limits 0.0 to 4.0']
        >>> plt.close(ax.figure)
    """
    found = bland_altman(measurement, reference)
    if ax is None:
        _, ax = plt.subplots(figsize=(3.5, 2.8), layout="constrained")
    measured, referred = np.asarray(measurement, float), np.asarray(reference, float)
    ax.plot((measured + referred) / 2, measured - referred, "o", color=PALETTE["blood"], ms=3.5)
    ax.axhline(0, color=PALETTE["lung"], linewidth=0.8)
    for value, margin, style in (
        (found.bias, found.bias_margin, "-"),
        (found.lower, found.limit_margin, "--"),
        (found.upper, found.limit_margin, "--"),
    ):
        ax.axhline(value, color=PALETTE["scar"], linestyle=style, linewidth=1.2)
        ax.axhspan(value - margin, value + margin, color=PALETTE["scar"], alpha=0.12, linewidth=0)
    quantity, _, bracket = unit.rstrip("]").partition(" [")
    ax.set(
        xlabel=f"mean of both, {unit}",
        ylabel=f"difference [{bracket}]" if bracket else f"difference of {quantity}",
        title=f"{_short(name)}, {found.cases} cases\nbias {_plain(found.bias)}, limits "
        f"{_plain(found.lower)} to {_plain(found.upper)}",
    )
    return ax


def show_correlation(
    x: Values, y: Values, *, xlabel: str, ylabel: str, ax: Axes | None = None
) -> Axes:
    """Draw one quantity against another with the line of best fit and r^2 (JSQ Fig. 8).

    Args:
        x: one finite float a case.
        y: another of the same cases.
        xlabel: quantity and unit of x.
        ylabel: quantity and unit of y.
        ax: where to draw; by default a new figure.

    Returns:
        The axes drawn on.

    Raises:
        LascarError: as `lascarlib.evaluation.statistics.correlate`.

    Source: JSQ Fig. 8.

    Example:
        >>> ax = show_correlation([1, 2, 3], [1, 2, 2], xlabel="LA Dice", ylabel="scar Dice")
        >>> ax.get_title()
        'r² = 0.750, p = 0.333, 3 cases'
        >>> plt.close(ax.figure)
    """
    found = correlate(x, y)
    if ax is None:
        _, ax = plt.subplots(figsize=(3.2, 2.8), layout="constrained")
    ends = np.array([np.min(x), np.max(x)], dtype=np.float64)
    ax.plot(x, y, "o", color=PALETTE["blood"], markersize=3.5)
    ax.plot(ends, found.slope * ends + found.intercept, color=PALETTE["scar"])
    odds = f"p = {found.p_value:.3f}" if found.p_value >= 0.001 else "p < 0.001"
    ax.set(
        xlabel=xlabel,
        ylabel=ylabel,
        title=f"r² = {found.r_squared:.3f}, {odds}, {found.cases} cases",
    )
    return ax


def show_comparison(
    scores: Mapping[str, tuple[Values, Values]],
    *,
    names: tuple[str, str],
    measured: Mapping[str, Sequence[tuple[Values, Values]]],
) -> Figure:
    """Draw a whole comparison: a panel of paired scores a metric, and Bland-Altman plots below.

    Args:
        scores: metric in print -> the scores of the two methods.
        names: of the methods.
        measured: quantity and unit -> for each of the two methods its measurement and the reference
            of the cases it found; a quantity with fewer than two cases is left out.

    Returns:
        A figure: the pairs first, then a row a quantity with a panel a method.

    Raises:
        LascarError: there is no metric, or as `show_pairs`.

    Example:
        >>> figure = show_comparison(
        ...     {"LA Dice": ([0.9, 0.8], [0.7, 0.8])},
        ...     names=("new", "old"),
        ...     measured={"LA volume [ml]": [([82, 93], [80, 90]), ([70, 85], [80, 90])]},
        ... )
        >>> [ax.get_title().splitlines()[-1] for ax in figure.axes][:2]
        ['LA Dice', 'bias 2.5, limits 1.1 to 3.9']
        >>> plt.close(figure)
    """
    if not scores:
        raise LascarError("scores hold no metric; give the scores of at least one")
    drawn = {
        unit: methods
        for unit, methods in measured.items()
        if min(len(reference) for _, reference in methods) > 1
    }
    columns = len(scores) if len(scores) <= 4 else 3
    pair_rows = -(-len(scores) // columns)
    height_in = 2.6 * pair_rows + 2.8 * len(drawn)
    figure = plt.figure(figsize=(PAGE_WIDTH_IN, height_in), layout="constrained")
    heights = [2.6 * pair_rows] + [2.8] * len(drawn)
    rows = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    for place, (title, (a, b)) in enumerate(scores.items(), start=1):
        ax = rows[0].add_subplot(pair_rows, columns, place)
        show_pairs(a, b, names=names, title=title, ax=ax)
    for row, (unit, methods) in zip(rows[1:], drawn.items(), strict=True):
        panels = row.subplots(1, 2, sharex=True, sharey=True)
        for ax, name, (values, reference) in zip(panels, names, methods, strict=True):
            show_agreement(values, reference, name=name, unit=unit, ax=ax)
    return figure


def _short(name: str, *, letters: int = 18) -> str:
    """The end of a long name, where names of runs differ."""
    return name if len(name) <= letters else f"…{name[1 - letters :]}"


def _plain(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}"

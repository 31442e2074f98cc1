"""A comparison of two methods as a table, for the terminal and for a file."""

from collections.abc import Mapping
from pathlib import Path

from lascarlib.evaluation.statistics.cohorts import printed_name
from lascarlib.evaluation.statistics.comparison import Comparison
from lascarlib.io import write_csv

COLUMNS = (
    "metric",
    "cases",
    "a_mean",
    "b_mean",
    "pairs_found",
    "difference",
    "low",
    "high",
    "p",
    "p_holm",
    "better",
)
"""The columns of the file, in their order."""


def format_comparisons(comparisons: Mapping[str, Comparison]) -> str:
    """The comparisons as a table for the terminal, differences A minus B.

    Args:
        comparisons: metric to comparison.

    Returns:
        Lines of text without a final newline: a heading and one line a metric.

    Example:
        >>> from lascarlib.evaluation.statistics import compare_metric
        >>> found = compare_metric(
        ...     [0.9, 0.8], [0.8, 0.7], metric="atrium_dice", higher_is_better=True
        ... )
        >>> print(format_comparisons({"atrium_dice": found}))
                     cases  mean A  mean B   A - B            95 % CI       p  p Holm
        LA Dice          2   0.850   0.750   0.100     0.100 to 0.100   0.500   0.500
    """
    width = max([11, *(len(printed_name(metric)) for metric in comparisons)])
    heads = ("cases", "mean A", "mean B", "A - B")
    lines = [
        f"{'':{width}} {heads[0]:>6}"
        + "".join(f" {head:>7}" for head in heads[1:])
        + f" {'95 % CI':>18} {'p':>7} {'p Holm':>7}"
    ]
    for metric, found in comparisons.items():
        numbers = "".join(
            f" {_number(value):>7}" for value in (found.a_mean, found.b_mean, found.difference)
        )
        interval = found.interval
        ends = "" if interval is None else f"{_number(interval.low)} to {_number(interval.high)}"
        lines.append(
            f"{printed_name(metric):{width}} {found.test.pairs:6d}{numbers} {ends:>18}"
            f" {found.test.p_value:7.3f} {found.p_holm:7.3f}"
        )
    return "\n".join(lines)


def write_comparisons_csv(comparisons: Mapping[str, Comparison], path: str | Path) -> None:
    """Write one line a metric, complete or not at all.

    Args:
        comparisons: metric to comparison.
        path: target; its folder is made. Columns are `COLUMNS`, numbers have six decimals, and what
            does not exist is left blank.

    Example:
        >>> import tempfile
        >>> from lascarlib.evaluation.statistics import compare_metric
        >>> found = compare_metric([0.9], [0.8], metric="atrium_dice", higher_is_better=True)
        >>> target = Path(tempfile.mkdtemp()) / "compared.csv"
        >>> write_comparisons_csv({"atrium_dice": found}, target)
        >>> target.read_text().splitlines()[1]
        'atrium_dice,1,0.900000,0.800000,1,0.100000,,,1.000000,1.000000,'
    """
    rows = (map(_cell, _row(found)) for found in comparisons.values())
    write_csv(Path(path), COLUMNS, rows)


def _row(found: Comparison) -> tuple[object, ...]:
    low, high = (
        (None, None) if found.interval is None else (found.interval.low, found.interval.high)
    )
    return (
        found.metric,
        found.test.pairs,
        found.a_mean,
        found.b_mean,
        found.found,
        found.difference,
        low,
        high,
        found.test.p_value,
        found.p_holm,
        found.better,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 3) + 0.0:.3f}"


def _cell(value: object) -> object:
    return f"{value:.6f}" if isinstance(value, float) else value

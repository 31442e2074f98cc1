"""Two methods scored on one cohort: pair their rows, then compare every metric."""

from collections.abc import Sequence

from lascarlib.errors import LascarError
from lascarlib.evaluation.cohort import METRICS
from lascarlib.evaluation.score import CaseScore
from lascarlib.evaluation.statistics.comparison import Comparison, compare_methods

Columns = dict[str, tuple[list[float], list[float]]]
"""Metric to the scores of method A and those of method B, case by case."""


def pair_scores(a: Sequence[CaseScore], b: Sequence[CaseScore]) -> Columns:
    """The scores of two methods, metric by metric, of the cases for which both have it.

    Args:
        a: rows of method A, one a case.
        b: rows of method B, of the same cases in any order.

    Returns:
        Metric to the two columns, in the order of `METRICS` and of `a`; a metric that no case has
        in both is left out.

    Raises:
        LascarError: there is no row, a case occurs twice, or the methods were scored on different
            cases.

    Example:
        >>> a = [CaseScore("x", "ok", 0.9, 1.0, 8.0, 80.0, 82.0)]
        >>> b = [CaseScore("x", "ok", 0.8, 2.0, 9.0, 80.0, 75.0)]
        >>> pair_scores(a, b)["atrium_dice"]
        ([0.9], [0.8])
    """
    first, second = {row.id: row for row in a}, {row.id: row for row in b}
    if not first or len(first) != len(a) or len(second) != len(b):
        raise LascarError("a method has no score, or a case's twice; score each case once")
    if alone := sorted(set(first) ^ set(second)):
        raise LascarError(f"{alone[0]} is scored for one method only; score both on the same cases")
    columns: Columns = {}
    for metric in METRICS:
        rows = [
            (getattr(row, metric), getattr(second[name], metric)) for name, row in first.items()
        ]
        known = [(one, other) for one, other in rows if one is not None and other is not None]
        if known:
            columns[metric] = ([one for one, _ in known], [other for _, other in known])
    return columns


def compare_cohorts(
    a: Sequence[CaseScore], b: Sequence[CaseScore], *, seed: int = 0
) -> dict[str, Comparison]:
    """Compare two methods in every metric both were scored in, with Holm's correction over them.

    Args:
        a: rows of method A, one a case.
        b: rows of method B, of the same cases in any order.
        seed: of the bootstrap.

    Returns:
        Metric to comparison, in the order of `METRICS`.

    Raises:
        LascarError: as `pair_scores`.

    Example:
        >>> a = [CaseScore("x", "ok", 0.9, 1.0, 8.0, 80.0, 82.0)]
        >>> b = [CaseScore("x", "missing", 0.0, float("inf"), float("inf"), 80.0, 0.0)]
        >>> [(c.metric, c.difference) for c in compare_cohorts(a, b).values()]
        [('atrium_dice', 0.9), ('atrium_asd_mm', None), ('atrium_hd_mm', None)]
    """
    columns = pair_scores(a, b)
    return compare_methods(
        {metric: pair[0] for metric, pair in columns.items()},
        {metric: pair[1] for metric, pair in columns.items()},
        higher_is_better={metric: not metric.endswith("_mm") for metric in columns},
        seed=seed,
    )

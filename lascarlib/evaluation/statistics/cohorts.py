"""Two methods scored on one cohort: pair their rows, then compare every metric."""

from collections.abc import Sequence
from math import inf

from lascarlib.errors import LascarError
from lascarlib.evaluation.cohort import METRICS, NAMES
from lascarlib.evaluation.score import CaseScore
from lascarlib.evaluation.statistics.comparison import Comparison, compare_methods

Columns = dict[str, tuple[list[float], list[float]]]
"""Metric to the scores of method A and those of method B, case by case."""


def pair_scores(
    a: Sequence[CaseScore], b: Sequence[CaseScore], *, metrics: Sequence[str] = tuple(METRICS)
) -> Columns:
    """The scores of two methods, metric by metric, of the cases for which both have it.

    Of an error (of volume, of burden) its size is taken, without the sign, and infinity where the
    prediction is missing: who measures nothing is not close.

    Args:
        a: rows of method A, one a case.
        b: rows of method B, of the same cases in any order.
        metrics: names from `lascarlib.evaluation.cohort.NAMES`; by default the few of `METRICS`.

    Returns:
        Metric to the two columns, in the order of `metrics` and of `a`; a metric that no case has
        in both is left out.

    Raises:
        LascarError: there is no row, a case occurs twice, the methods were scored on different
            cases, or a metric is unknown.

    Example:
        >>> a = [CaseScore("x", "ok", 0.9, 1.0, 8.0, 80.0, 82.0, atrium_volume_error_ml=2.0)]
        >>> b = [CaseScore("x", "ok", 0.8, 2.0, 9.0, 80.0, 75.0, atrium_volume_error_ml=-5.0)]
        >>> pair_scores(a, b, metrics=["atrium_dice", "atrium_volume_error_ml"])
        {'atrium_dice': ([0.9], [0.8]), 'atrium_volume_error_ml': ([2.0], [5.0])}
    """
    first, second = {row.id: row for row in a}, {row.id: row for row in b}
    if not first or len(first) != len(a) or len(second) != len(b):
        raise LascarError("a method has no score, or a case's twice; score each case once")
    if alone := sorted(set(first) ^ set(second)):
        raise LascarError(f"{alone[0]} is scored for one method only; score both on the same cases")
    if unknown := [metric for metric in metrics if metric not in NAMES]:
        raise LascarError(f"unknown metric {unknown[0]!r}; known are {', '.join(NAMES)}")
    columns: Columns = {}
    for metric in metrics:
        rows = [(_score(row, metric), _score(second[name], metric)) for name, row in first.items()]
        known = [(one, other) for one, other in rows if one is not None and other is not None]
        if known:
            columns[metric] = ([one for one, _ in known], [other for _, other in known])
    return columns


def compare_cohorts(
    a: Sequence[CaseScore],
    b: Sequence[CaseScore],
    *,
    metrics: Sequence[str] = tuple(METRICS),
    seed: int = 0,
) -> dict[str, Comparison]:
    """Compare two methods in every metric both were scored in, with Holm's correction over them.

    Args:
        a: rows of method A, one a case.
        b: rows of method B, of the same cases in any order.
        metrics: names from `lascarlib.evaluation.cohort.NAMES`; by default the few of `METRICS`.
        seed: of the bootstrap.

    Returns:
        Metric to comparison, in the order of `metrics`.

    Raises:
        LascarError: as `pair_scores`, or no case has any of the metrics.

    Example:
        >>> a = [CaseScore("x", "ok", 0.9, 1.0, 8.0, 80.0, 82.0)]
        >>> b = [CaseScore("x", "missing", 0.0, float("inf"), float("inf"), 80.0, 0.0)]
        >>> [(c.metric, c.difference) for c in compare_cohorts(a, b).values()]
        [('atrium_dice', 0.9), ('atrium_asd_mm', None), ('atrium_hd_mm', None)]
    """
    columns = pair_scores(a, b, metrics=metrics)
    if not columns:
        raise LascarError(f"no case is scored in {', '.join(metrics)}; choose other metrics")
    return compare_methods(
        {metric: pair[0] for metric, pair in columns.items()},
        {metric: pair[1] for metric, pair in columns.items()},
        higher_is_better={
            metric: not (metric.endswith("_mm") or _is_error(metric)) for metric in columns
        },
        seed=seed,
    )


def measured_pairs(scores: Sequence[CaseScore]) -> dict[str, tuple[list[float], list[float]]]:
    """Measurements of predictions beside those of the reference, for `bland_altman`.

    Args:
        scores: rows of one method.

    Returns:
        Quantity with its unit -> measurements and references: of the LA volume over the cases whose
        LA was found, of the scar burden over those with a scar prediction, empty or not.

    Example:
        >>> row = CaseScore("x", "ok", 0.9, 1.0, 8.0, 80.0, 82.0)
        >>> measured_pairs([row])["LA volume [ml]"]
        ([82.0], [80.0])
    """
    found = [row for row in scores if row.atrium_status == "ok"]
    burdens = [
        (row.scar_burden_prediction_percent, row.scar_burden_reference_percent)
        for row in scores
        if row.scar_status in ("ok", "empty")
    ]
    known = [(ours, theirs) for ours, theirs in burdens if ours is not None and theirs is not None]
    return {
        "LA volume [ml]": (
            [row.atrium_prediction_ml for row in found],
            [row.atrium_reference_ml for row in found],
        ),
        "scar burden [%]": ([ours for ours, _ in known], [theirs for _, theirs in known]),
    }


def printed_name(metric: str) -> str:
    """What a compared metric is called in print, with its unit in brackets.

    Example:
        >>> printed_name("atrium_hd_mm"), printed_name("scar_burden_error_percent")
        ('LA HD [mm]', 'absolute burden error [%]')
    """
    name = NAMES.get(metric, metric)
    return f"absolute {name}" if _is_error(metric) else name


def _score(row: CaseScore, metric: str) -> float | None:
    """A row's score as it is compared."""
    value: float | None = getattr(row, metric)
    if value is None or not _is_error(metric):
        return value
    missing = getattr(row, f"{metric.split('_')[0]}_status") == "missing"
    return inf if missing else abs(value)


def _is_error(metric: str) -> bool:
    return "_error_" in metric

"""The table of a cohort: one row a case, and a summary that counts what was missed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.evaluation.score import CaseScore
from lascarlib.io import write_csv

NAMES = {
    "atrium_dice": "LA Dice",
    "atrium_jaccard": "LA Jaccard",
    "atrium_asd_mm": "LA ASD [mm]",
    "atrium_hd_mm": "LA HD [mm]",
    "atrium_hd95_mm": "LA HD95 [mm]",
    "atrium_volume_error_ml": "LA volume error [ml]",
    "scar_dice": "scar Dice",
    "scar_surface_dice": "surface Dice",
    "scar_gdsc": "G-DSC",
    "scar_acc": "ACC",
    "scar_acc_head": "ACC, script's HEAD",
    "scar_acc_may2022": "ACC, May 2022",
    "scar_sen": "SEN",
    "scar_spe": "specificity",
    "scar_burden_error_percent": "burden error [%]",
}
"""What is summarised, with its name in print; G-DSC, ACC and SEN as CARE calls them. Distances are
best low; errors are signed, prediction less reference, and best at 0; the others are best high."""

METRICS = {
    metric: NAMES[metric]
    for metric in (
        "atrium_dice",
        "atrium_asd_mm",
        "atrium_hd_mm",
        "scar_dice",
        "scar_surface_dice",
        "scar_burden_error_percent",
    )
}
"""The few by which two methods are compared: each further one would weaken the test of all."""

COLUMNS = {"scar_gdsc": "G-DSC", "scar_acc": "ACC", "scar_sen": "SEN"}
"""Columns of the file that are named as CARE names them; the others have their field's name."""


@dataclass(frozen=True)
class MetricSummary:
    """One metric over a cohort; every case counts, missed ones with the worst score there is.

    Args:
        metric: name of the field of `CaseScore`.
        cases: number of cases scored.
        missed: how many of them had a missing or empty prediction.
        mean: over all cases; infinite for a distance if any case was missed.
        sd: sample standard deviation (ddof 1) over all cases, 0 for one case; infinite with `mean`.
        median: over all cases.
        worst: the lowest Dice, the largest distance, the error farthest from 0.
        worst_case: the case it belongs to, the first among equals.
        found_mean: mean over the cases that were not missed, None if all were.
        found_sd: sample standard deviation over those, 0 for one case, None if all were missed.
    """

    metric: str
    cases: int
    missed: int
    mean: float
    sd: float
    median: float
    worst: float
    worst_case: str
    found_mean: float | None
    found_sd: float | None


def summarise(scores: Sequence[CaseScore]) -> dict[str, MetricSummary]:
    """Summarise every metric over the cases for which it was scored.

    A missed case is never dropped from `mean`, `sd`, `median` and `worst`: a method must not gain
    by missing a structure. The figures over the found cases stand beside them.

    Args:
        scores: one row for each case of the cohort, at least one.

    Returns:
        Metric name to summary, in the order of `NAMES`; a metric that no case has is left out.

    Raises:
        LascarError: there is no score, or a case occurs twice.

    Example:
        >>> scores = [
        ...     CaseScore("a", "ok", 0.9, 1.0, 8.0, 80.0, 82.0),
        ...     CaseScore("b", "missing", 0.0, float("inf"), float("inf"), 75.0, 0.0),
        ... ]
        >>> dice = summarise(scores)["atrium_dice"]
        >>> dice.mean, dice.missed, dice.worst_case, dice.found_mean
        (0.45, 1, 'b', 0.9)
        >>> summarise(scores)["atrium_asd_mm"].mean
        inf
    """
    ids = [score.id for score in scores]
    if not ids:
        raise LascarError("scores is empty; give the score of at least one case")
    twice = sorted({case for case in ids if ids.count(case) > 1})
    if twice:
        raise LascarError(f"scores hold {twice[0]!r} more than once; score each case once")
    summaries = {}
    for metric in NAMES:
        rows = [score for score in scores if getattr(score, metric) is not None]
        if rows:
            summaries[metric] = _summarise_metric(metric, rows)
    return summaries


def write_scores_csv(scores: Sequence[CaseScore], path: str | Path) -> None:
    """Write one line a case, complete or not at all.

    Args:
        scores: the rows, written in the order given.
        path: target; its folder is made. Columns are the fields of `CaseScore` (three of them
            by CARE's names, `COLUMNS`), numbers have all their digits, an infinite distance reads
            "inf", and what was not scored is left blank.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "scores.csv"
        >>> write_scores_csv([CaseScore("a", "ok", 0.9, 1.0, 8.0, 80.0, 82.0)], target)
        >>> target.read_text().splitlines()[1]
        'a,ok,0.9,1.0,8.0,80.0,82.0,,,,,,,,,,,,,,,,paper'
    """
    columns = [COLUMNS.get(field.name, field.name) for field in fields(CaseScore)]
    write_csv(Path(path), columns, (asdict(score).values() for score in scores))


def format_summary(summaries: dict[str, MetricSummary]) -> str:
    """The summary as a table for the terminal.

    Args:
        summaries: from `summarise`.

    Returns:
        Lines of text without a final newline: a heading, one line a metric and, where a case was
        missed, a line that says what the found ones reach.

    Example:
        >>> print(format_summary(summarise([CaseScore("a", "ok", 0.9, 1.0, 8.0, 80.0, 82.0)])))
                     cases  missed     mean       SD   median    worst  worst case
        LA Dice          1       0    0.900    0.000    0.900    0.900  a
        LA ASD [mm]      1       0    1.000    0.000    1.000    1.000  a
        LA HD [mm]       1       0    8.000    0.000    8.000    8.000  a
    """
    width = max([11, *(len(NAMES[metric]) for metric in summaries)])
    heading = f"{'':{width}} {'cases':>6} {'missed':>7}"
    heading += "".join(f" {name:>8}" for name in ("mean", "SD", "median", "worst"))
    lines = [heading + "  worst case"]
    for summary in summaries.values():
        numbers = (summary.mean, summary.sd, summary.median, summary.worst)
        line = f"{NAMES[summary.metric]:{width}} {summary.cases:6d} {summary.missed:7d}"
        line += "".join(f" {number:8.3f}" for number in numbers)
        lines.append(f"{line}  {summary.worst_case}")
        if summary.missed and summary.found_mean is not None:
            found = f"of the {summary.cases - summary.missed} found"
            lines.append(
                f"  {found:{width + 13}} {summary.found_mean:8.3f} {summary.found_sd:8.3f}"
            )
    return "\n".join(lines)


def _summarise_metric(metric: str, rows: Sequence[CaseScore]) -> MetricSummary:
    """One metric over the rows that have it."""
    structure = metric.split("_")[0]
    values = np.array([getattr(row, metric) for row in rows], dtype=np.float64)
    found = np.array([getattr(row, f"{structure}_status") == "ok" for row in rows])
    is_distance, is_error = metric.endswith("_mm"), "_error_" in metric
    badness = np.abs(values) if is_error else values if is_distance else -values
    worst = int(badness.argmax())
    mean, sd = _mean_and_sd(values)
    found_mean, found_sd = _mean_and_sd(values[found]) if found.any() else (None, None)
    return MetricSummary(
        metric=metric,
        cases=len(rows),
        missed=int((~found).sum()),
        mean=mean,
        sd=sd,
        median=float(np.median(values)),
        worst=float(values[worst]),
        worst_case=rows[worst].id,
        found_mean=found_mean,
        found_sd=found_sd,
    )


def _mean_and_sd(values: np.ndarray) -> tuple[float, float]:
    """Mean and sample standard deviation; both infinite where a value is."""
    if np.isinf(values).any():
        return float("inf"), float("inf")
    return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else 0.0

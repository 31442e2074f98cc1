"""Statistics of scores: tests, intervals, agreement and correlation, and the verdict in words."""

from lascarlib.evaluation.statistics.agreement import (
    Agreement,
    Correlation,
    bland_altman,
    correlate,
)
from lascarlib.evaluation.statistics.bootstrap import Interval, bootstrap_mean
from lascarlib.evaluation.statistics.cohorts import (
    compare_cohorts,
    measured_pairs,
    pair_scores,
    printed_name,
)
from lascarlib.evaluation.statistics.comparison import (
    LEVEL,
    Comparison,
    compare_methods,
    compare_metric,
)
from lascarlib.evaluation.statistics.observers import score_observers
from lascarlib.evaluation.statistics.signed_rank import SignedRank, holm, signed_rank
from lascarlib.evaluation.statistics.table import format_comparisons, write_comparisons_csv
from lascarlib.evaluation.statistics.verdict import verdict

__all__ = [
    "LEVEL",
    "Agreement",
    "Comparison",
    "Correlation",
    "Interval",
    "SignedRank",
    "bland_altman",
    "bootstrap_mean",
    "compare_cohorts",
    "compare_methods",
    "compare_metric",
    "correlate",
    "format_comparisons",
    "holm",
    "measured_pairs",
    "pair_scores",
    "printed_name",
    "score_observers",
    "signed_rank",
    "verdict",
    "write_comparisons_csv",
]

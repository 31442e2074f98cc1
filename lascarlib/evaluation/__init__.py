"""Scores of predicted masks: overlap, surface distances in mm, and the table of a cohort."""

from lascarlib.evaluation.cohort import (
    MetricSummary,
    format_summary,
    summarise,
    write_scores_csv,
)
from lascarlib.evaluation.overlap import dice
from lascarlib.evaluation.score import CaseScore, score_case
from lascarlib.evaluation.surface_distance import (
    SurfaceDistances,
    average_surface_distance,
    hausdorff_distance,
    surface_distances,
)

__all__ = [
    "CaseScore",
    "MetricSummary",
    "SurfaceDistances",
    "average_surface_distance",
    "dice",
    "format_summary",
    "hausdorff_distance",
    "score_case",
    "summarise",
    "surface_distances",
    "write_scores_csv",
]

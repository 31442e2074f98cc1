"""Scores of predicted masks: overlap, surface distances in mm, and the table of a cohort."""

from lascarlib.evaluation.cohort import (
    MetricSummary,
    format_summary,
    summarise,
    write_scores_csv,
)
from lascarlib.evaluation.folders import score_folders
from lascarlib.evaluation.overlap import dice, jaccard
from lascarlib.evaluation.score import CaseScore, score_case
from lascarlib.evaluation.surface_distance import (
    SurfaceDistances,
    average_surface_distance,
    hausdorff_distance,
    surface_distances,
)
from lascarlib.evaluation.wall_score import WallScore, score_wall

__all__ = [
    "CaseScore",
    "MetricSummary",
    "SurfaceDistances",
    "WallScore",
    "average_surface_distance",
    "dice",
    "format_summary",
    "hausdorff_distance",
    "jaccard",
    "score_case",
    "score_folders",
    "score_wall",
    "summarise",
    "surface_distances",
    "write_scores_csv",
]

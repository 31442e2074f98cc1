"""A synthetic cohort of LGE-MRI of the left atrium, with the truth about every voxel."""

from lascarlib.phantom.cohort import case_id, phantom_case, phantom_cohort
from lascarlib.phantom.config import COARSE, FULL, PhantomConfig
from lascarlib.phantom.description import SIZES, SPLITS, Cohort, cohort_json, describe_cohort
from lascarlib.phantom.landmarks import phantom_openings

__all__ = [
    "COARSE",
    "FULL",
    "SIZES",
    "SPLITS",
    "Cohort",
    "PhantomConfig",
    "case_id",
    "cohort_json",
    "describe_cohort",
    "phantom_case",
    "phantom_cohort",
    "phantom_openings",
]

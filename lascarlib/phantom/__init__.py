"""A synthetic cohort of LGE-MRI of the left atrium, with the truth about every voxel."""

from lascarlib.phantom.cohort import case_id, phantom_case, phantom_cohort
from lascarlib.phantom.config import COARSE, FULL, PhantomConfig

SIZES = {"coarse": COARSE, "full": FULL}
"""The named sizes that a data-set source may ask for."""

__all__ = [
    "COARSE",
    "FULL",
    "SIZES",
    "PhantomConfig",
    "case_id",
    "phantom_case",
    "phantom_cohort",
]

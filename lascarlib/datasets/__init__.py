"""Directory layouts and the phantom behind one iterator."""

from lascarlib.datasets.dataset import Dataset, check_cases, check_labelled, count
from lascarlib.datasets.labels import binary, check_same_grid, read_label
from lascarlib.datasets.layouts import LAYOUTS, Layout
from lascarlib.datasets.opening import open_dataset
from lascarlib.datasets.predictions import (
    ATRIUM_FILE,
    SCAR_FILE,
    holds_scar,
    read_prediction,
    write_prediction,
)

__all__ = [
    "ATRIUM_FILE",
    "LAYOUTS",
    "SCAR_FILE",
    "Dataset",
    "Layout",
    "binary",
    "check_cases",
    "check_labelled",
    "check_same_grid",
    "count",
    "holds_scar",
    "open_dataset",
    "read_label",
    "read_prediction",
    "write_prediction",
]

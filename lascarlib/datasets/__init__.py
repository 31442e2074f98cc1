"""Directory layouts and the phantom behind one iterator."""

from lascarlib.datasets.dataset import Dataset, check_cases
from lascarlib.datasets.labels import binary, read_label
from lascarlib.datasets.layouts import LAYOUTS, Layout
from lascarlib.datasets.opening import open_dataset

__all__ = [
    "LAYOUTS",
    "Dataset",
    "Layout",
    "binary",
    "check_cases",
    "open_dataset",
    "read_label",
]

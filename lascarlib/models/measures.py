"""What the planner knows of a data set, read from nnU-Net's two records and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from lascarlib.errors import LascarError

_NOT_Z_SCORED = ("ct", "nonorm", "rescale_to_0_1", "rgb_to_0_1")
"""Names of channels, in small letters, that nnU-Net normalises in another way."""


@dataclass(frozen=True, eq=False)
class Measures:
    """The numbers of a data set that decide its plan; axes are nnU-Net's (z, y, x).

    Args:
        shapes: float64 (cases, 3), voxels after cropping.
        spacings: float64 (cases, 3), mm.
        relative_size: median share of voxels that cropping left, in (0, 1].
        n_cases: how many cases there are to train on.
        n_channels: channels of the input.
        n_labels: labels, background included.
    """

    shapes: np.ndarray
    spacings: np.ndarray
    relative_size: float
    n_cases: int
    n_channels: int
    n_labels: int


def read_measures(fingerprint: Mapping[str, Any], dataset: Mapping[str, Any]) -> Measures:
    """Read and check a fingerprint and the description of its data set.

    Args:
        fingerprint: `shapes_after_crop`, `spacings` and `median_relative_size_after_cropping`.
        dataset: `channel_names`, `labels` and `numTraining`.

    Returns:
        Their numbers.

    Raises:
        LascarError: a key is missing or holds nonsense, or nnU-Net would treat a channel or label
            in a way that this library has no use for.

    Example:
        >>> found = {"shapes_after_crop": [[44, 576, 576]], "spacings": [[2.5, 0.625, 0.625]]}
        >>> found["median_relative_size_after_cropping"] = 1.0
        >>> labels = {"background": 0, "LA": 1}
        >>> measures = read_measures(
        ...     found, {"channel_names": {"0": "MRI"}, "labels": labels, "numTraining": 1}
        ... )
        >>> measures.shapes.tolist(), measures.n_labels
        ([[44.0, 576.0, 576.0]], 2)
    """
    shapes, spacings = (_triples(fingerprint, key) for key in ("shapes_after_crop", "spacings"))
    if len(shapes) != len(spacings):
        raise LascarError(
            f"fingerprint holds {len(shapes)} shapes and {len(spacings)} spacings; give one of "
            "each for every case"
        )
    if not (shapes >= 1).all():
        raise LascarError("fingerprint holds a size under one voxel; repair that case")
    relative = _entry(fingerprint, "median_relative_size_after_cropping", "fingerprint")
    if type(relative) not in (int, float) or not 0 < relative <= 1:
        raise LascarError(
            f"fingerprint holds the median relative size {relative!r}; give a share above 0, at "
            "most 1"
        )
    n_cases = _entry(dataset, "numTraining", "dataset")
    if type(n_cases) is not int or n_cases < 1:
        raise LascarError(f"dataset holds the numTraining {n_cases!r}; give a number of cases")
    return Measures(
        shapes, spacings, float(relative), n_cases, _n_channels(dataset), _n_labels(dataset)
    )


def _triples(fingerprint: Mapping[str, Any], key: str) -> np.ndarray:
    """One triple of positive numbers a case, as (cases, 3)."""
    values = _entry(fingerprint, key, "fingerprint")
    if not isinstance(values, list | tuple) or not values:
        raise LascarError(f"fingerprint holds no list of {key!r}; give at least one case")
    for number, triple in enumerate(values):
        whole = isinstance(triple, list | tuple) and len(triple) == 3
        if not whole or not all(
            type(value) in (int, float) and isfinite(value) and value > 0 for value in triple
        ):
            raise LascarError(
                f"fingerprint holds {triple!r} in {key!r} of case {number}; give three numbers "
                "above 0"
            )
    return np.array(values, dtype=np.float64)


def _n_channels(dataset: Mapping[str, Any]) -> int:
    names = _named(dataset, "channel_names", least=1)
    for name in names.values():
        if not isinstance(name, str) or name.lower() in _NOT_Z_SCORED:
            raise LascarError(
                f"dataset holds the channel {name!r}, which is no image to z-score; give a name "
                "such as 'MRI'"
            )
    return len(names)


def _n_labels(dataset: Mapping[str, Any]) -> int:
    labels = _named(dataset, "labels", least=2)
    for name, value in labels.items():
        if type(value) is not int or value < 0 or name == "ignore":
            raise LascarError(
                f"dataset holds the label {name!r} = {value!r}; give a whole number for each "
                "structure, without regions and an ignore label"
            )
    return len(labels)


def _named(dataset: Mapping[str, Any], key: str, *, least: int) -> Mapping[str, Any]:
    values = _entry(dataset, key, "dataset")
    if not isinstance(values, Mapping) or len(values) < least:
        raise LascarError(f"dataset holds {values!r} as {key!r}; give at least {least} by name")
    return values


def _entry(record: Mapping[str, Any], key: str, name: str) -> Any:
    """A value that must be there."""
    if key not in record:
        raise LascarError(f"{name} has no {key!r}; give all the keys that plan() lists")
    return record[key]

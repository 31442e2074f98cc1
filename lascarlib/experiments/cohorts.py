"""The data of an experiment: several sources as one data set, folders named by LASCAR_DATA."""

import os
from collections.abc import Sequence
from pathlib import Path

from lascarlib.case import Case
from lascarlib.datasets import Dataset, open_dataset
from lascarlib.datasets.dataset import digest
from lascarlib.errors import LascarError

DATA_VARIABLE = "LASCAR_DATA"
"""Environment variable that names the folder of the real data sets."""

_REFERENCE = f"${DATA_VARIABLE}/"


def is_here(sources: Sequence[str]) -> bool:
    """Whether every source of real data lies in the folder that LASCAR_DATA names.

    Example:
        >>> is_here(("phantom:cases=2",)), is_here(())
        (True, False)
    """
    folder = os.environ.get(DATA_VARIABLE)
    names = [source.removeprefix(_REFERENCE) for source in sources if source.startswith(_REFERENCE)]
    there = all(folder and Path(folder, name.partition("[")[0]).exists() for name in names)
    return bool(sources) and there


def open_cohort(sources: Sequence[str]) -> Dataset:
    """Open one source, or several as if they were one.

    Args:
        sources: as `lascarlib.open_dataset` takes them; one that begins with `$LASCAR_DATA/` lies
            in the folder that the environment variable names. No two hold a case of one name.

    Returns:
        The data set.

    Raises:
        LascarError: there is no source, one cannot be opened, LASCAR_DATA is not set, or a case
            occurs twice.

    Example:
        >>> both = open_cohort(("phantom:cases=2,seed=1", "phantom:cases=3,seed=2[:1]"))
        >>> both.ids
        ('phantom_0001_000', 'phantom_0001_001', 'phantom_0002_000')
        >>> both.load("phantom_0002_000").id
        'phantom_0002_000'
    """
    if not sources:
        raise LascarError("a cohort has no source; name at least one")
    parts = [open_dataset(_expanded(source)) for source in sources]
    if len(parts) == 1:
        return parts[0]
    owner = {name: part for part in parts for name in part.ids}
    if len(owner) < sum(len(part) for part in parts):
        raise LascarError(f"{' + '.join(sources)}: a case occurs twice; take other slices")

    def load(name: str) -> Case:
        return owner[name].load(name)

    return Dataset(
        source=" + ".join(part.source for part in parts),
        ids=tuple(sorted(owner)),
        load=load,
        fingerprint=digest(*(part.fingerprint for part in parts)),
        without_atrium=tuple(name for part in parts for name in part.without_atrium),
        without_scar=tuple(name for part in parts for name in part.without_scar),
    )


def _expanded(source: str) -> str:
    if not source.startswith(_REFERENCE):
        return source
    folder = os.environ.get(DATA_VARIABLE)
    if not folder:
        raise LascarError(f"{source}: {DATA_VARIABLE} is not set; set it to the data sets' folder")
    return source.replace(_REFERENCE, f"{folder}/", 1)

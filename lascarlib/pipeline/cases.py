"""The cases of a data set that a run has still to prepare."""

from collections.abc import Iterator, Set

from tqdm import tqdm

from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.training.cache import is_stored
from lascarlib.training.run import Run


def stored(run: Run, kind: str) -> set[str]:
    """Ids of the cases whose samples of a kind are stored, see `lascarlib.training.cache`."""
    return {name for name in run.ids if is_stored(run, kind, name)}


def wanted_cases(
    dataset: Dataset, title: str, *, without: Set[str] = frozenset()
) -> Iterator[Case]:
    """Load cases one by one, with a progress bar where there is any.

    Args:
        dataset: of the run.
        title: shown beside the bar.
        without: ids that are left out.
    """
    wanted = [name for name in dataset.ids if name not in without]
    for name in tqdm(wanted, desc=title, unit="case") if wanted else ():
        yield dataset.load(name)

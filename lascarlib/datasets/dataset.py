"""A data set: a named list of cases that are made or read one at a time."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from tqdm import tqdm

from lascarlib.case import Case
from lascarlib.errors import LascarError


@dataclass(frozen=True)
class Dataset:
    """A named list of cases that are made or read one at a time.

    Args:
        source: the string it was opened from.
        ids: names of the cases, sorted.
        load: makes the case of a given name.
        fingerprint: hash of what identifies the data: names, sizes and last bytes of files, where
            a compressed one keeps the checksum of its content; or the phantom's description.
        without_atrium: those of the cases that have no LA label.
        without_scar: those that have no scar label.

    Example:
        >>> from lascarlib.datasets import open_dataset
        >>> dataset = open_dataset("phantom:cases=3,seed=7")
        >>> len(dataset), dataset.ids[0], dataset[1:].ids == dataset.ids[1:]
        (3, 'phantom_0007_000', True)
    """

    source: str
    ids: tuple[str, ...]
    load: Callable[[str], Case]
    fingerprint: str
    without_atrium: tuple[str, ...] = ()
    without_scar: tuple[str, ...] = ()

    @property
    def has_atrium(self) -> bool:
        """Whether every case has an LA label."""
        return not self.without_atrium

    @property
    def has_scar(self) -> bool:
        """Whether every case has a scar label."""
        return not self.without_scar

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Case]:
        return (self.load(name) for name in self.ids)

    def __getitem__(self, part: slice | int) -> "Dataset":
        if not isinstance(part, slice):
            raise LascarError(
                f"{self.source}: [{part}] is no slice; write dataset[:4], or dataset.load(name) "
                "for one case"
            )
        return self.subset(self.ids[part])

    def subset(self, ids: tuple[str, ...]) -> "Dataset":
        """The same data restricted to some cases.

        Raises:
            LascarError: no case is left, or there is no such case.
        """
        if not ids:
            raise LascarError(f"{self.source}: no case is left after the selection; widen it")
        if unknown := sorted(set(ids) - set(self.ids)):
            raise LascarError(f"{self.source}: no case {unknown[0]!r}; choose from dataset.ids")
        return Dataset(
            self.source,
            ids,
            self.load,
            digest(self.fingerprint, *ids),
            tuple(name for name in self.without_atrium if name in ids),
            tuple(name for name in self.without_scar if name in ids),
        )


def check_cases(dataset: Dataset, *, check: Callable[[Case], object] | None = None) -> None:
    """Read every file of a data set once, so that a bad one is named before anything is written.

    Args:
        dataset: to check; phantoms are not made for it.
        check: what else is asked of every case.

    Raises:
        LascarError: a case cannot be used.
    """
    if is_phantom(dataset.source):
        return
    for case in tqdm(
        dataset, total=len(dataset), desc="checking files", unit="case", delay=1, leave=False
    ):
        if check is not None:
            check(case)


def check_labelled(dataset: Dataset, *, label: Literal["LA", "scar"], purpose: str) -> None:
    """Refuse a data set in which a case lacks a label.

    Args:
        dataset: to check.
        label: which one.
        purpose: what it is needed for, as in "training".

    Raises:
        LascarError: a case has none; the first three are named.

    Example:
        >>> from lascarlib.datasets import open_dataset
        >>> check_labelled(open_dataset("phantom:cases=3"), label="scar", purpose="training")
    """
    names = dataset.without_atrium if label == "LA" else dataset.without_scar
    if names:
        raise LascarError(
            f"{dataset.source}: not every case has {'an LA' if label == 'LA' else 'a scar'} label, "
            f"{lacking(names, of=len(dataset))} it; draw it for {purpose}, or leave such cases "
            "out, by moving them or by a slice such as FOLDER[:8]"
        )


def lacking(names: tuple[str, ...], *, of: int) -> str:
    """Say who lacks something; the first three are named.

    Example:
        >>> lacking(("a", "b", "c", "d"), of=9), lacking(("a",), of=9)
        ('a, b, c and 1 more of 9 cases lack', 'a of 9 cases lacks')
    """
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    verb = "lack" if len(names) > 1 else "lacks"
    return f"{', '.join(names[:3])}{more} of {count(of)} {verb}"


def count(cases: int) -> str:
    """A number of cases in words.

    Example:
        >>> count(1), count(20)
        ('1 case', '20 cases')
    """
    return f"{cases} case" + ("" if cases == 1 else "s")


def is_phantom(source: str) -> bool:
    """Whether a source means the embedded phantom, not a folder.

    Example:
        >>> is_phantom("phantom:cases=4"), is_phantom("phantoms/mine")
        (True, False)
    """
    return source == "phantom" or source.startswith(("phantom:", "phantom["))


def digest(*parts: str) -> str:
    """Sixteen hexadecimal digits that stand for some words, in their order.

    Example:
        >>> digest("a", "b") == digest("a", "b"), digest("a", "b") == digest("ab")
        (True, False)
    """
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

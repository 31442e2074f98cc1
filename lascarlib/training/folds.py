"""Cross-validation folds, how one is named, and which random numbers each training gets."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lascarlib.datasets import count
from lascarlib.errors import LascarError

ALL = "all"
"""Name of the training that holds no case back."""


@dataclass(frozen=True)
class Fold:
    """One split of the cases.

    Args:
        name: "fold_0", "fold_1", ..., or "all".
        training: case ids that are learned from.
        validation: case ids that are predicted afterwards; none in "all".
    """

    name: str
    training: tuple[str, ...]
    validation: tuple[str, ...]


def make_folds(ids: tuple[str, ...], *, n_folds: int, seed: int) -> tuple[Fold, ...]:
    """Split cases at random into folds; each case is in the validation part of exactly one.

    Args:
        ids: case ids.
        n_folds: how many folds, 2 or more.
        seed: of the shuffle.

    Returns:
        The folds, their sizes differing by at most one.

    Raises:
        LascarError: fewer than two folds, or fewer cases than folds.

    Example:
        >>> folds = make_folds(("a", "b", "c", "d"), n_folds=2, seed=0)
        >>> [len(fold.training) for fold in folds], sorted(sum((f.validation for f in folds), ()))
        ([2, 2], ['a', 'b', 'c', 'd'])
    """
    if n_folds < 2 or len(ids) < n_folds:
        raise LascarError(f"{count(len(ids))} cannot make {n_folds} folds; give more cases")
    shuffled = np.random.default_rng(seed).permutation(np.array(ids, dtype=object))
    folds = []
    for k, held_back in enumerate(np.array_split(shuffled, n_folds)):
        out = set(held_back)
        folds.append(
            Fold(
                f"fold_{k}",
                tuple(name for name in ids if name not in out),
                tuple(name for name in ids if name in out),
            )
        )
    return tuple(folds)


def training_seed(seed: int, *, stage: str, fold: str) -> int:
    """A seed of its own for each network of an experiment.

    Example:
        >>> seeds = {training_seed(0, stage=s, fold="all") for s in ("atrium", "scar")}
        >>> len(seeds)
        2
    """
    words = [seed, *stage.encode(), 0, *fold.encode()]
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def split_fold(words: str) -> tuple[str, str | None]:
    """Read what names a training, or one fold of it.

    Args:
        words: a folder or "pretrained:phantom", with the fold in brackets where one is meant; a
            folder whose own name ends in brackets is that folder.

    Returns:
        What stands before the brackets, and the name in them; None without brackets.

    Example:
        >>> split_fold("runs/folds[fold_1]"), split_fold("runs/one")
        (('runs/folds', 'fold_1'), ('runs/one', None))
    """
    if Path(words).exists():
        return words, None
    found = re.fullmatch(r"(.*?)(?:\[(\w+)\])?", words, re.DOTALL)
    assert found is not None  # everything matches
    return found[1], found[2]

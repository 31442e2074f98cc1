"""A cohort in a few words: how a source string and a small JSON describe it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from lascarlib.errors import LascarError
from lascarlib.phantom.config import CHOICES, COARSE, FULL, PhantomConfig

SIZES = {"coarse": COARSE, "full": FULL}
"""The named sizes that a description may ask for."""

WORDS = {"domain": "domain", "centre": "centre", "scar": "scar_pattern"}
"""Keys of a description that stand for a field of `PhantomConfig`."""

SPLITS: Mapping[str, Mapping[str, str]] = {
    "task1-train": {"cases": "60", "seed": "2022"},
    "task1-test": {"cases": "10", "seed": "2023"},
    "task2-train": {"cases": "100", "seed": "2024", "centre": "mixed"},
    "task2-test": {"cases": "20", "seed": "2025", "centre": "mixed"},
    "post-train": {"cases": "40", "seed": "2018", "scar": "ablation"},
    "post-test": {"cases": "20", "seed": "2019", "scar": "ablation"},
    "pre-test": {"cases": "40", "seed": "2020", "scar": "diffuse"},
}
"""Cohorts of the papers' sizes: BF's two tasks; JSQ's 40 and 20 post-ablation and 40 pre-ablation
cases. No two share a seed, so none share a patient, but a cohort described with the seed of one has
that one's patients; centre and scar given beside a split win."""

DECIDED: Mapping[str, Mapping[str, str]] = {
    "split": {"cases": "how many", "seed": "which patients", "cohort": "which patients"},
    "cohort": {"cases": "how many"},
}
"""Words that say something already, and the words that would say it again. A slice takes fewer."""

MOST_CASES = 100_000
"""Cases that one cohort may have: their names alone are held in memory, about 15 MB of them."""


@dataclass(frozen=True)
class Cohort:
    """What decides every voxel of a cohort.

    Args:
        cases: How many, from 1 to `MOST_CASES`.
        seed: Of the cohort, a whole number from 0 on.
        config: Of every case.

    Raises:
        LascarError: If cases or seed cannot be meant.
    """

    cases: int
    seed: int
    config: PhantomConfig

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name in ("cases", "seed"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise LascarError(f"{name} is {value!r}; give a whole number")
        if self.cases == 0:
            raise LascarError("no case in it; ask for at least one")
        if self.cases > MOST_CASES:
            raise LascarError(f"{self.cases} cases are too many; ask for at most {MOST_CASES}")


def describe_cohort(words: str) -> Cohort:
    """Read a cohort from ``key=value`` words joined by commas.

    Args:
        words: Any of ``cases``, ``seed``, ``size`` (coarse or full), ``domain`` (real or wide),
            ``centre`` (utah, bidmc, kcl or mixed), ``scar`` (ablation, diffuse or mixed),
            ``observer`` (0 the truth, 1, 2, ... other annotators), ``split`` (one of `SPLITS`) and
            ``cohort`` (a JSON written by `cohort_json`); both of these give what the other words
            leave open, and say how many cases there are, a split also which patients. Blanks
            round a word do not count. Empty gives 24 coarse cases of seed 0.

    Returns:
        The cohort.

    Raises:
        LascarError: If a key or value is unknown, a key is given twice, a split or cohort decides
            it already, or there is no case or more than `MOST_CASES`.

    Example:
        >>> describe_cohort("cases=3,seed=7").seed
        7
        >>> describe_cohort("split=task2-test,size=full").cases
        20
    """
    given = _given(words)
    if "split" in given:
        given = {**_chosen(SPLITS, "split", given.pop("split")), **given}
    start = _read(Path(given["cohort"])) if "cohort" in given else Cohort(24, 0, COARSE)
    count, seed = (_whole(key, given, getattr(start, key)) for key in ("cases", "seed"))
    config = _chosen(SIZES, "size", given["size"]) if "size" in given else start.config
    changes: dict[str, Any] = {
        field: _one_of(CHOICES[field], key, given[key])
        for key, field in WORDS.items()
        if key in given
    }
    changes["observer"] = _whole("observer", given, start.config.observer)
    return Cohort(count, seed, replace(config, **changes))


def cohort_json(cohort: Cohort) -> str:
    """Describe a cohort completely, as a JSON of a few lines; every field of its config is in it.

    Args:
        cohort: The cohort.

    Returns:
        Text that ``phantom:cohort=FILE`` reads back to an equal cohort.

    Example:
        >>> json.loads(cohort_json(Cohort(3, 7, COARSE)))["config"]["centre"]
        'utah'
    """
    return json.dumps(asdict(cohort), indent=1) + "\n"


def _given(words: str) -> dict[str, str]:
    known = ("cases", "seed", "size", *WORDS, "observer", "split", "cohort")
    given: dict[str, str] = {}
    for item in filter(str.strip, words.split(",")):
        key, _, value = (part.strip() for part in item.partition("="))
        if key not in known:
            raise LascarError(f"unknown key {key!r}; known are {', '.join(known)}")
        if key in given:
            raise LascarError(f"{key} is given twice; leave one of them out")
        given[key] = value
    for whole, decided in DECIDED.items():
        if whole in given and (twice := [key for key in decided if key in given]):
            told = decided[twice[0]]
            raise LascarError(f"{whole} says {told} already; leave {whole} or {twice[0]} out")
    return given


def _read(path: Path) -> Cohort:
    names = {field.name for field in fields(PhantomConfig)}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        config = {key: _tuples(value) for key, value in record["config"].items()}
        if unknown := sorted(config.keys() - names):
            raise LascarError(f"unknown field {unknown[0]!r} of PhantomConfig")
        return Cohort(record["cases"], record["seed"], PhantomConfig(**config))
    except OSError as error:
        raise LascarError(f"{path}: cannot be read; give a cohort's JSON") from error
    except LascarError as error:
        raise LascarError(f"{path}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LascarError(f"{path}: is no cohort's JSON; write one with lascar phantom") from error


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _whole(key: str, given: Mapping[str, str], otherwise: int) -> int:
    value = given.get(key, str(otherwise))
    if not value.isdecimal():
        raise LascarError(f"{key} is {value!r}; give a whole number")
    return int(value)


def _chosen(choices: Mapping[str, Any], key: str, value: str) -> Any:
    return choices[_one_of(choices, key, value)]


def _one_of(choices: Collection[str], key: str, value: str) -> str:
    if value not in choices:
        raise LascarError(f"unknown {key} {value!r}; known are {', '.join(choices)}")
    return value

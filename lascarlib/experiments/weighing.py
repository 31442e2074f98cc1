"""What stored numbers say about a claim: paired where the cases are the same, never by eye."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from statistics import fmean

from lascarlib.experiments.comparisons import Alike, Better, Beyond, Correlated, Test
from lascarlib.experiments.evidence import (
    Evidence,
    Values,
    correlation,
    one_sample,
    two_samples,
)
from lascarlib.experiments.records import Record

BEGUN = 0.1
"""Mean Dice of scar below which a network has hardly begun to find any."""


def case_means(
    records: Sequence[Record], *, row: str, metric: str, domain: str, only: str = ""
) -> Values:
    """A row's score of each case, the mean over its seeds.

    Args:
        records: of an experiment.
        row: name.
        metric: name.
        domain: of the data.
        only: a metric that must be 1 in a seed for its score to count; "" counts all.

    Returns:
        Case id to mean; empty where nothing is stored. Infinite where a seed missed the structure.

    Example:
        >>> seeds = [Record("e", "A", "d", "cpu", "m", "a", 0.5, 0)]
        >>> seeds += [Record("e", "A", "d", "cpu", "m", "a", 0.7, 1)]
        >>> case_means(seeds, row="A", metric="m", domain="d")
        {'a': 0.6}
    """
    own = [r for r in records if r.row == row and r.domain == domain]
    wanted = {(r.case, r.seed) for r in own if r.metric == only and r.value == 1}
    values: dict[str, list[float]] = {}
    for record in own:
        if record.metric == metric and (not only or (record.case, record.seed) in wanted):
            values.setdefault(record.case, []).append(record.value)
    return {case: fmean(numbers) for case, numbers in values.items()}


def weigh(test: Test, records: Sequence[Record], *, domain: str) -> Evidence | None:
    """Hold a claim's test against the records of its experiment.

    Args:
        test: of a claim.
        records: of the experiment it names.
        domain: of the data.

    Returns:
        The evidence; None where a row has no record that counts, too few cases for a test, or some
        cases of the other row and some that are not.

    Example:
        >>> records = [Record("e", "A", "d", "cpu", "m", case, 0.9, 0) for case in "abcdef"]
        >>> records += [Record("e", "B", "d", "cpu", "m", case, 0.8, 0) for case in "abcdef"]
        >>> found = weigh(Better("e", "A", "B", "m"), records, domain="d")
        >>> round(found.effect, 3), found.p_value, found.how  # 2 of the 2^6 ways to sign six ranks
        (0.1, 0.03125, 'signed ranks')
    """
    rows = {test.row, test.than} if isinstance(test, Better | Alike) else {test.row}
    own = [record for record in records if record.row in rows and record.domain == domain]
    drawn = {record.row for record in own if record.seed > 0 or record.minutes > 0}
    seeds = _shared_seeds(own, drawn)
    own = [record for record in own if record.seed in seeds or record.row not in drawn]
    found = _weigh(test, own, domain=domain)
    if found is None:
        return None
    alone = [
        [record for record in own if record.seed == seed or record.row not in drawn]
        for seed in seeds
    ]
    each = [one for one in (_weigh(test, some, domain=domain) for some in alone) if one is not None]
    return replace(
        found,
        trained=any(record.minutes > 0 for record in own),
        seeds=len(seeds),
        by_seed=tuple(map(_direction, each)),
        effects=tuple(one.effect for one in each),
        idle=_idle(test, own),
    )


def _direction(alone: Evidence) -> float:
    """Where one seed points; nowhere if its ranks and its mean contradict each other.

    Unless a row missed a structure: the ranks see that, and the mean does not.
    """
    agree = alone.missed > 0 or alone.direction * alone.effect > 0
    return alone.direction if agree else 0.0


def _shared_seeds(records: Sequence[Record], drawn: set[str]) -> list[int]:
    """The seeds of every row that learns or draws; of the others, such as Otsu, their only one."""
    rows = drawn or {record.row for record in records}
    each = [{record.seed for record in records if record.row == row} for row in rows]
    return sorted(set.intersection(*each)) if each else []


def _idle(test: Test, records: Sequence[Record]) -> str:
    """Of a comparison of scar: whose networks have hardly begun to find any."""
    names = (test.x, test.y) if isinstance(test, Correlated) else (test.metric,)
    values = [record.value for record in records if record.metric in names]
    if values and all(value == 0 or value == inf for value in values):
        return "Nothing was found in any case"
    if not any(name.startswith("scar_") for name in names):
        return ""
    told = []
    metrics = {record.metric for record in records}
    of_scar = "scar_surface_dice" if "scar_surface_dice" in metrics else "scar_dice"
    for row in sorted({record.row for record in records if record.minutes > 0}):
        dices: dict[int, list[float]] = {}
        for record in records:
            if record.row == row and record.metric == of_scar:
                dices.setdefault(record.seed, []).append(record.value)
        late = sum(fmean(numbers) < BEGUN for numbers in dices.values())
        if late:
            told.append(
                f"{row} has hardly begun to find scar in {late} of {len(dices)} seeds (mean Dice "
                f"below {BEGUN:g})."
            )
    return " ".join(told)


def _weigh(test: Test, records: Sequence[Record], *, domain: str) -> Evidence | None:
    if isinstance(test, Correlated):
        x, y = (
            case_means(records, row=test.row, metric=m, domain=domain) for m in (test.x, test.y)
        )
        return correlation(x, y)
    if isinstance(test, Beyond):
        values = case_means(records, row=test.row, metric=test.metric, domain=domain)
        sign = 1.0 if test.side == "above" else -1.0
        return one_sample({case: sign * (v - test.limit) for case, v in values.items()})
    only = test.only if isinstance(test, Better) else ""
    a, b = (
        case_means(records, row=row, metric=test.metric, domain=domain, only=only)
        for row in (test.row, test.than)
    )
    sign = -1.0 if test.metric.endswith("_mm") else 1.0
    if not a or not b:
        return None
    both = set(a) & set(b)
    if set(a) == set(b) or (both and only):
        return one_sample({case: sign * _difference(a[case], b[case]) for case in a if case in b})
    if both:
        return None
    return two_samples([sign * v for v in a.values()], [sign * v for v in b.values()])


def _difference(a: float, b: float) -> float:
    """A minus B; a draw where both missed the structure."""
    return 0.0 if a == b else a - b

"""A row's stored numbers in short: mean and SD over seeds and cases, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean, stdev

import numpy as np

from lascarlib.experiments.records import Record


@dataclass(frozen=True)
class Summary:
    """One metric of one row on one domain of data.

    Args:
        mean: over every seed and case in which the structure was found; None where in none.
        sd: sample standard deviation over the same (ddof 1); 0 for one number.
        missed: numbers left out of both, where it was not found.
        cases: how many different cases.
        seeds: how many different seeds.
        seed_sd: sample standard deviation of the seeds' own means over the cases they found; None
            for fewer than two.
    """

    mean: float | None
    sd: float
    missed: int
    cases: int
    seeds: int
    seed_sd: float | None


def summarise_row(
    records: Sequence[Record], *, row: str, metric: str, domain: str
) -> Summary | None:
    """Summarise one metric of a row.

    Args:
        records: of an experiment.
        row: name.
        metric: name.
        domain: of the data.

    Returns:
        The summary; None where nothing is stored.

    Example:
        >>> given = (("a", 0.5, 0), ("b", 0.7, 0), ("a", 0.6, 1))
        >>> records = [Record("e", "A", "d", "cpu", "m", *numbers) for numbers in given]
        >>> found = summarise_row(records, row="A", metric="m", domain="d")
        >>> round(found.mean, 3), round(found.sd, 3), found.cases, found.seeds
        (0.6, 0.1, 2, 2)
        >>> found.seed_sd  # the seeds' means are 0.6 and 0.6
        0.0
    """
    own = [r for r in records if (r.row, r.metric, r.domain) == (row, metric, domain)]
    if not own:
        return None
    finite = np.array([r.value for r in own if isfinite(r.value)])
    by_seed: dict[int, list[float]] = {}
    for record in own:
        if isfinite(record.value):
            by_seed.setdefault(record.seed, []).append(record.value)
    means = [fmean(values) for values in by_seed.values()]
    return Summary(
        mean=float(finite.mean()) if finite.size else None,
        sd=float(finite.std(ddof=1)) if finite.size > 1 else 0.0,
        missed=len(own) - finite.size,
        cases=len({r.case for r in own}),
        seeds=len({r.seed for r in own}),
        seed_sd=stdev(means) if len(means) > 1 else None,
    )


def domains_of(records: Sequence[Record]) -> list[str]:
    """The domains of data that have records, the phantom first.

    Example:
        >>> pair = [Record("e", "A", name, "cpu", "m", "a", 0.5, 0) for name in ("best", "phantom")]
        >>> domains_of(pair)
        ['phantom', 'best']
    """
    return sorted({record.domain for record in records}, key=lambda name: (name != "phantom", name))


def minutes_of(records: Sequence[Record], *, row: str, domain: str) -> float | None:
    """Minutes of training behind a row, the mean over its seeds; None where nothing is stored.

    Example:
        >>> minutes_of([], row="A", domain="phantom") is None
        True
    """
    by_seed = {r.seed: r.minutes for r in records if r.row == row and r.domain == domain}
    return sum(by_seed.values()) / len(by_seed) if by_seed else None


def made_with(records: Sequence[Record]) -> str:
    """When records were made, with which commits, versions and devices: one sentence.

    Example:
        >>> made_with([])
        'No run is stored yet.'
    """
    if not records:
        return "No run is stored yet."
    days, commits, stacks, devices = (
        sorted({getattr(record, name) for record in records})
        for name in ("made", "commit", "versions", "device")
    )
    days = [days[0]] if days[0] == days[-1] else [f"{days[0]} to {days[-1]}"]
    return (
        f"Made on {days[0]} with commit {', '.join(commits)} ({'; '.join(stacks)}; "
        f"{', '.join(devices)})."
    )

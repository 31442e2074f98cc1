"""The tests behind a verdict: of pairs, of two groups, of a correlation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign, inf, isfinite
from statistics import fmean

import numpy as np
from scipy import stats

from lascarlib.evaluation.statistics import bootstrap_mean, correlate, signed_rank

Values = dict[str, float]
"""Case id to a number."""


@dataclass(frozen=True)
class Evidence:
    """What the numbers say, before anything is corrected or put in words.

    Args:
        effect: mean over the cases, above 0 where it lies as claimed; the correlation r.
        low: lower end of its 95 % interval; None where there is none.
        high: upper end.
        p_value: two-sided.
        smallest_p: the smallest that so many cases could have given.
        cases: how many.
        how: the test, in words.
        direction: above 0 where the test itself speaks for the claim, below 0 where against it. It
            sees what the mean cannot: a case in which one of two rows missed the structure.
        differs: whether anything differs at all.
        missed: cases with an infinite score, which count in the test and in no mean.
        trained: whether a training stands behind it, which another seed may turn out otherwise.
        seeds: how many every row has been trained or drawn with.
        by_seed: the direction in each seed alone, of those with cases enough for a test.
        effects: the effect in each of these seeds.
        idle: what a reader must know of rows that found nothing, or hardly anything; "" of others.
    """

    effect: float
    low: float | None
    high: float | None
    p_value: float
    smallest_p: float
    cases: int
    how: str
    direction: float
    differs: bool = True
    missed: int = 0
    trained: bool = False
    seeds: int = 1
    by_seed: tuple[float, ...] = ()
    effects: tuple[float, ...] = ()
    idle: str = ""


def one_sample(differences: Values) -> Evidence | None:
    """Signed ranks of differences, or of distances from a limit; the mean of the finite ones.

    Args:
        differences: case to number; infinite where one side alone missed the structure.

    Returns:
        The evidence; None for fewer than two cases.

    Example:
        >>> found = one_sample({"a": 0.1, "b": 0.3})
        >>> found.effect, found.p_value  # of two pairs, two of 2^2 signs are as extreme
        (0.2, 0.5)
    """
    values = np.array(list(differences.values()))
    if values.size < 2:
        return None
    test = signed_rank(values)
    direction = test.positive - test.negative
    finite = values[np.isfinite(values)]
    interval = bootstrap_mean(finite) if finite.size > 1 else None
    return Evidence(
        effect=float(finite.mean()) if interval else copysign(inf, direction),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        p_value=test.p_value,
        smallest_p=test.smallest_p,
        cases=len(values),
        how="signed ranks",
        direction=direction,
        differs=test.zeros < test.pairs,
        missed=len(values) - finite.size,
    )


def two_samples(a: Sequence[float], b: Sequence[float]) -> Evidence | None:
    """Mann and Whitney's test of two groups of different cases, and Welch's interval.

    Args:
        a: scores of one group, infinite where the structure was missed.
        b: of the other.

    Returns:
        The evidence; None where a group has fewer than two finite scores.

    Example:
        >>> two_samples([3.0, 4.0, 5.0], [0.0, 1.0, 2.0]).effect
        3.0
    """
    if min(len(a), len(b)) < 2:
        return None
    test = stats.mannwhitneyu(a, b)
    least = float(stats.mannwhitneyu(range(len(a)), range(-len(b), 0)).pvalue)
    finite = ([v for v in a if isfinite(v)], [v for v in b if isfinite(v)])
    if min(map(len, finite)) < 2:
        return None
    welch = stats.ttest_ind(*finite, equal_var=False).confidence_interval()
    return Evidence(
        effect=fmean(finite[0]) - fmean(finite[1]),
        low=float(welch.low),
        high=float(welch.high),
        p_value=float(test.pvalue),
        smallest_p=least,
        cases=len(a) + len(b),
        how="Mann-Whitney, other cases",
        direction=float(test.statistic) - len(a) * len(b) / 2,
        differs=len({*a, *b}) > 1,
        missed=len(a) + len(b) - len(finite[0]) - len(finite[1]),
    )


def correlation(x: Values, y: Values) -> Evidence | None:
    """Pearson's r over the cases that both have, and Fisher's interval.

    Args:
        x: case to number.
        y: likewise; what is not finite is left out.

    Returns:
        The evidence; None for fewer than four cases.

    Example:
        >>> line = {case: float(number) for number, case in enumerate("abcd")}
        >>> round(correlation(line, line).effect, 6)
        1.0
    """
    cases = [case for case in x if case in y and isfinite(x[case]) and isfinite(y[case])]
    first, second = [x[case] for case in cases], [y[case] for case in cases]
    if len(cases) < 4:
        return None
    if not np.ptp(first) or not np.ptp(second):
        return Evidence(0.0, None, None, 1.0, 0.0, len(cases), "Pearson", 0.0, differs=False)
    found = correlate(first, second)
    interval = stats.pearsonr(first, second).confidence_interval()
    return Evidence(
        effect=found.r,
        low=float(interval.low),
        high=float(interval.high),
        p_value=found.p_value,
        smallest_p=0.0,
        cases=len(cases),
        how="Pearson",
        direction=found.r,
        missed=len(x.keys() | y.keys()) - len(cases),
    )

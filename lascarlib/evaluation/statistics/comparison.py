"""Two methods on the same cases: paired differences, intervals and corrected p-values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.evaluation.statistics.bootstrap import Interval, bootstrap_mean
from lascarlib.evaluation.statistics.signed_rank import SignedRank, holm, signed_rank

LEVEL = 0.05
"""A difference counts as shown when its corrected p-value lies below this."""


@dataclass(frozen=True)
class Comparison:
    """Method A against method B in one metric.

    Args:
        metric: its name.
        higher_is_better: True for Dice, False for distances.
        a_mean: mean of A over all cases; infinite where A missed one and it scores infinity.
        b_mean: the same of B.
        found: pairs in which both scores are finite.
        difference: mean of A minus B over these, None where there are none.
        interval: bootstrap interval of it, None for fewer than two such pairs.
        test: Wilcoxon's, over all pairs.
        p_holm: its p-value, corrected for the number of metrics compared.
    """

    metric: str
    higher_is_better: bool
    a_mean: float
    b_mean: float
    found: int
    difference: float | None
    interval: Interval | None
    test: SignedRank
    p_holm: float

    @property
    def better(self) -> Literal["A", "B"] | None:
        """The method that the test speaks for, None where it shows no difference."""
        if self.p_holm >= LEVEL or self.test.positive == self.test.negative:
            return None
        a_is_higher = self.test.positive > self.test.negative
        return "A" if a_is_higher == self.higher_is_better else "B"


def compare_metric(
    a: Sequence[float], b: Sequence[float], *, metric: str, higher_is_better: bool, seed: int = 0
) -> Comparison:
    """Compare two methods in one metric, case by case.

    A structure that both missed is a draw (difference 0), and one that only one of them missed
    counts in the test with the highest rank. Such infinite scores have no mean difference, so
    `difference` and `interval` are of the other cases, `found` in number.

    Args:
        a: scores of method A, one float a case, infinite where it missed the structure.
        b: scores of method B on the same cases in the same order.
        metric: name of the metric.
        higher_is_better: True for Dice, False for distances.
        seed: of the bootstrap.

    Returns:
        The comparison; its `p_holm` is the plain p-value, as for a single metric.

    Raises:
        LascarError: no case, lists of different lengths, or a score that is NaN.

    Example:
        >>> found = compare_metric([0.9, 0.8], [0.7, 0.7], metric="Dice", higher_is_better=True)
        >>> round(found.difference, 2), found.test.p_value  # 2 of the 2^2 ways to sign two ranks
        (0.15, 0.5)
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape or not first.size:
        raise LascarError(
            f"{metric}: {first.size} scores of A and {second.size} of B; score both on the same "
            "cases, at least one"
        )
    if np.isnan(first).any() or np.isnan(second).any():
        raise LascarError(f"{metric}: a score is NaN; score a missed structure as the worst")
    differs = first != second  # inf - inf has no value, and is a draw
    difference = np.subtract(first, second, out=np.zeros_like(first), where=differs)
    finite = difference[np.isfinite(first) & np.isfinite(second)]
    test = signed_rank(difference)
    return Comparison(
        metric=metric,
        higher_is_better=higher_is_better,
        a_mean=float(first.mean()),
        b_mean=float(second.mean()),
        found=len(finite),
        difference=float(finite.mean()) if finite.size else None,
        interval=bootstrap_mean(finite, seed=seed) if finite.size > 1 else None,
        test=test,
        p_holm=test.p_value,
    )


def compare_methods(
    a: Mapping[str, Sequence[float]],
    b: Mapping[str, Sequence[float]],
    *,
    higher_is_better: Mapping[str, bool],
    seed: int = 0,
) -> dict[str, Comparison]:
    """Compare two methods in several metrics at once, with Holm's correction over them.

    Args:
        a: metric to the scores of method A, one float a case.
        b: the same metrics of method B, on the same cases in the same order.
        higher_is_better: for each metric, True for Dice, False for distances.
        seed: of the bootstrap.

    Returns:
        Metric to comparison, in the order of `a`.

    Raises:
        LascarError: the metrics differ, there is none, or as `compare_metric`.

    Example:
        >>> a, b = {"Dice": [0.9] * 6}, {"Dice": [0.8, 0.7, 0.6, 0.5, 0.4, 0.3]}
        >>> found = compare_methods(a, b, higher_is_better={"Dice": True})["Dice"]
        >>> found.p_holm, found.better  # 2 / 2^6
        (0.03125, 'A')
    """
    if not a or set(a) != set(b):
        raise LascarError(
            f"A has the metrics {', '.join(a) or 'none'} and B {', '.join(b) or 'none'}; give both "
            "the same"
        )
    found = {
        metric: compare_metric(
            a[metric],
            b[metric],
            metric=metric,
            higher_is_better=higher_is_better[metric],
            seed=seed,
        )
        for metric in a
    }
    corrected = holm([comparison.test.p_value for comparison in found.values()])
    return {
        metric: replace(comparison, p_holm=p)
        for (metric, comparison), p in zip(found.items(), corrected, strict=True)
    }

"""How sure is a mean? Confidence intervals from resampled cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from lascarlib.errors import LascarError


@dataclass(frozen=True)
class Interval:
    """A confidence interval.

    Args:
        low: its lower end, in the unit of what was measured.
        high: its upper end.
        confidence: how often such intervals hold the true value, as 0.95.
    """

    low: float
    high: float
    confidence: float


def bootstrap_mean(
    values: Sequence[float] | np.ndarray,
    *,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> Interval:
    """Confidence interval of a mean over cases, by drawing the cases again with replacement.

    The ends are bias-corrected and accelerated (BCa), as suits skewed scores. The same values and
    seed give the same interval.

    Args:
        values: one finite float a case: a score, or the paired difference of two.
        confidence: between 0 and 1.
        resamples: how often the cases are drawn.
        seed: of the draws.

    Returns:
        The interval; a single point where all values are equal.

    Raises:
        LascarError: fewer than two values, one not finite, or confidence or resamples out of range.

    Source: Efron 1987; SciPy's `bootstrap`.

    Example:
        >>> bootstrap_mean([0.25, 0.25, 0.25])
        Interval(low=0.25, high=0.25, confidence=0.95)
        >>> interval = bootstrap_mean([1.0, 2.0, 3.0, 4.0])
        >>> interval.low < 2.5 < interval.high
        True
    """
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1 or given.size < 2:
        raise LascarError(f"values hold {given.size} numbers; give those of at least two cases")
    if not np.isfinite(given).all():
        raise LascarError("a value is not finite; give the cases that both methods found")
    if not 0 < confidence < 1 or resamples < 1:
        raise LascarError(
            f"confidence is {confidence} and resamples {resamples}; give a share between 0 and 1 "
            "and at least one draw"
        )
    centre = float(given.mean())
    if np.ptp(given) <= 1e-12 * max(1.0, abs(centre)):
        return Interval(centre, centre, confidence)
    found = stats.bootstrap(
        (given,),
        np.mean,
        n_resamples=resamples,
        confidence_level=confidence,
        method="BCa",
        batch=max(1, 2_000_000 // given.size),
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(float(found.low), float(found.high), confidence)

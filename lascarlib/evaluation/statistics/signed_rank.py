"""Is one method better than another on the same cases? The paired Wilcoxon test, and Holm's way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from lascarlib.errors import LascarError

TIE_DECIMALS = 9
"""Differences that agree to this many decimals are equal: 0.9 - 0.8 and 0.8 - 0.7 are a tie."""


@dataclass(frozen=True)
class SignedRank:
    """The paired Wilcoxon signed-rank test of one set of differences.

    Args:
        pairs: how many pairs there were.
        zeros: how many of them did not differ and were left out of the ranking.
        positive: sum of the ranks of the differences above 0.
        negative: sum of the ranks of the differences below 0.
        p_value: two-sided; 1 where no pair differs.

    Example:
        >>> SignedRank(pairs=5, zeros=2, positive=6.0, negative=0.0, p_value=0.25).smallest_p
        0.25
    """

    pairs: int
    zeros: int
    positive: float
    negative: float
    p_value: float

    @property
    def smallest_p(self) -> float:
        """The p-value if all differences had one sign: no test of these few can show more."""
        return min(1.0, 2.0 ** (1 - (self.pairs - self.zeros)))


def signed_rank(differences: Sequence[float] | np.ndarray) -> SignedRank:
    """Test whether paired differences lie evenly around 0, by their ranks alone.

    The papers say "p" and not of which test; this is the usual one for scores, which are not
    normally distributed. Policy: pairs that do not differ are left out before ranking (Wilcoxon's
    own way; Pratt's would rank them too); tied differences share their mean rank; the p-value is
    exact up to 50 pairs without ties and up to 13 with them, and otherwise the normal approximation
    with the correction for ties and none for continuity, as SciPy chooses.

    Args:
        differences: one float a case, A minus B. An infinite one, where only one method missed the
            structure, gets the highest rank; infinite ones tie. Where both missed it, pass 0.

    Returns:
        The test; p = 1 where no pair differs.

    Raises:
        LascarError: there is no difference, or one is NaN.

    Source: Wilcoxon 1945; SciPy's `wilcoxon`.

    Example:
        >>> signed_rank([1.0, 2.0, 3.0, 4.0, 5.0]).p_value  # 2 of the 2^5 ways to sign five ranks
        0.0625
        >>> signed_rank([0.0, 0.0]).p_value
        1.0
    """
    given = np.asarray(differences, dtype=np.float64)
    if given.ndim != 1 or not given.size:
        raise LascarError("differences are empty; give one number for each case")
    if np.isnan(given).any():
        raise LascarError("a difference is NaN; pass 0 where both methods missed the structure")
    rounded = np.round(given, TIE_DECIMALS)
    nonzero = _finite_ranks(rounded[rounded != 0])
    if not nonzero.size:
        return SignedRank(len(given), len(given), 0.0, 0.0, 1.0)
    ranks = stats.rankdata(np.abs(nonzero))
    return SignedRank(
        pairs=len(given),
        zeros=len(given) - len(nonzero),
        positive=float(ranks[nonzero > 0].sum()),
        negative=float(ranks[nonzero < 0].sum()),
        p_value=float(stats.wilcoxon(nonzero, zero_method="wilcox", method="auto").pvalue),
    )


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's correction: p-values of several tests that may be compared with one level.

    Sorted from the smallest, the p-values are multiplied by m, m - 1, ..., 1; none may fall below
    the one before it, and none exceeds 1. The chance of any false alarm then stays below the level.

    Args:
        p_values: of m tests, each in [0, 1].

    Returns:
        The corrected values, in the order given; empty for no test.

    Raises:
        LascarError: a value lies outside [0, 1].

    Source: Holm 1979.

    Example:
        >>> holm([0.01, 0.04, 0.03])  # 3 x 0.01; 2 x 0.03; 1 x 0.04, raised to 0.06
        (0.03, 0.06, 0.06)
    """
    given = np.asarray(p_values, dtype=np.float64)
    if not ((given >= 0) & (given <= 1)).all():
        raise LascarError("a p-value lies outside [0, 1]; give the p-values of single tests")
    order = np.argsort(given, kind="stable")
    factors = np.arange(len(given), 0, -1)
    corrected = np.empty_like(given)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(given[order] * factors))
    return tuple(corrected.tolist())


def _finite_ranks(values: np.ndarray) -> np.ndarray:
    """Infinities replaced by one magnitude above all others, which leaves every rank as it is."""
    finite = np.abs(values[np.isfinite(values)])
    top = 1.0 + float(finite.max(initial=0.0))
    return np.clip(values, -top, top)

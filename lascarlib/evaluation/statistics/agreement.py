"""Do two measurements agree? Bias and limits of agreement (Bland and Altman), and correlation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from lascarlib.errors import LascarError

Values = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Agreement:
    """How far a measurement lies from a reference, in the unit of both.

    Args:
        cases: number of pairs.
        bias: mean of measurement minus reference.
        sd: sample standard deviation of these differences (ddof 1).
        lower: bias - 1.96 sd, the lower limit of agreement.
        upper: bias + 1.96 sd, the upper limit.
        bias_margin: half width of the 95 % confidence interval of the bias.
        limit_margin: half width of that of either limit.
    """

    cases: int
    bias: float
    sd: float
    lower: float
    upper: float
    bias_margin: float
    limit_margin: float


def bland_altman(measurement: Values, reference: Values) -> Agreement:
    """Bias and limits of agreement: 95 % of new differences are expected between the limits.

    A high correlation does not say that two measurements agree; one may always give twice the
    other. The limits do, in the measurement's own unit. They suppose differences that are about
    normal and do not grow with the size; the picture (`lascarlib.viz.show_agreement`) tells.

    Args:
        measurement: one finite float a case, such as the scar burden of a prediction in %.
        reference: of the same cases in the same order.

    Returns:
        The agreement; the margins follow Bland and Altman's standard errors, sd / sqrt(n) of the
        bias and sqrt(3 / n) sd of a limit, with Student's t.

    Raises:
        LascarError: fewer than two pairs, different lengths, or a value that is not finite.

    Source: Bland and Altman 1986.

    Example:
        >>> found = bland_altman([11.0, 22.0, 33.0], [10.0, 20.0, 30.0])  # differences 1, 2, 3
        >>> found.bias, found.sd, round(found.lower, 2), round(found.upper, 2)
        (2.0, 1.0, 0.04, 3.96)
    """
    measured, referred = _pairs(measurement, reference, least=2)
    difference = measured - referred
    n, bias, sd = len(difference), float(difference.mean()), float(difference.std(ddof=1))
    student = float(stats.t.ppf(0.975, n - 1))
    return Agreement(
        cases=n,
        bias=bias,
        sd=sd,
        lower=bias - 1.96 * sd,
        upper=bias + 1.96 * sd,
        bias_margin=student * sd / n**0.5,
        limit_margin=student * sd * (3 / n) ** 0.5,
    )


@dataclass(frozen=True)
class Correlation:
    """Pearson's correlation of two quantities and the straight line through them.

    Args:
        cases: number of pairs.
        r: in [-1, 1].
        r_squared: share of the variance of y that the line explains, in [0, 1] (JSQ Fig. 8).
        p_value: two-sided, against no correlation.
        slope: of the least-squares line y = slope x + intercept.
        intercept: of that line.
    """

    cases: int
    r: float
    r_squared: float
    p_value: float
    slope: float
    intercept: float


def correlate(x: Values, y: Values) -> Correlation:
    """Pearson's r with r^2 and the line of best fit.

    Args:
        x: one finite float a case, such as the Dice of the LA.
        y: another of the same cases in the same order, such as the Dice of the scar.

    Returns:
        The correlation.

    Raises:
        LascarError: fewer than three pairs, different lengths, a value that is not finite, or one
            quantity that is the same in every case.

    Source: JSQ section 4.2.3 and Fig. 8.

    Example:
        >>> found = correlate([1.0, 2.0, 3.0], [1.0, 2.0, 2.0])  # covariance 1, variances 2, 2/3
        >>> round(found.r_squared, 6), round(found.slope, 6), round(found.intercept, 6)
        (0.75, 0.5, 0.666667)
    """
    first, second = _pairs(x, y, least=3)
    if not np.ptp(first) or not np.ptp(second):
        raise LascarError("one quantity is the same in every case, so nothing can go with it")
    found = stats.linregress(first, second)
    r = float(found.rvalue)
    return Correlation(
        len(first), r, r * r, float(found.pvalue), float(found.slope), float(found.intercept)
    )


def _pairs(first: Values, second: Values, *, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64, checked to be pairs of finite numbers."""
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim != 1 or one.shape != other.shape:
        raise LascarError(
            f"the two lists have shapes {one.shape} and {other.shape}; give one number of each a "
            "case"
        )
    if len(one) < least:
        raise LascarError(f"there are {len(one)} pairs; give at least {least}")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise LascarError("a value is not finite; give the cases in which both were measured")
    return one, other

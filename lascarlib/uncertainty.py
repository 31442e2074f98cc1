"""The uncertainty-aware module (UAM): which predictions are unusually uncertain, and what then.

BF, section 2, "Highly Uncertain Prediction". For each case the Shannon entropies of all voxels'
foreground probabilities are summed; a case whose sum lies more than three standard deviations above
the mean of the validation cases of all folds is an outlier, and its mask is p > 0.2, not p > 0.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import entr

from lascarlib.datasets import count
from lascarlib.errors import LascarError

Measure = Literal["sum", "per-foreground"]

LEAST_CASES = 5
"""A mean and a standard deviation of fewer cases are not worth a threshold."""


def entropy(probability: np.ndarray) -> np.ndarray:
    """Shannon entropy of a foreground probability, in nats.

    Args:
        probability: any shape, in [0, 1].

    Returns:
        float64 of the same shape: -p ln p - (1 - p) ln(1 - p), in [0, ln 2].

    Raises:
        LascarError: a value lies outside [0, 1] or is not finite.

    Example:
        >>> entropy(np.array([0.0, 0.5, 1.0])).round(4).tolist()
        [0.0, 0.6931, 0.0]
    """
    p = np.asarray(probability, dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise LascarError("probabilities must lie in [0, 1]; apply a softmax or sigmoid first")
    return entr(p) + entr(1 - p)


def case_uncertainty(probability: np.ndarray, *, measure: Measure) -> float:
    """How uncertain the prediction of a whole case is.

    The plain sum grows with the field of view and with finer voxels: compare only cases on grids of
    one kind. "per-foreground" divides it by the expected number of foreground voxels, which takes
    both out.

    Args:
        probability: (x, y, z) in [0, 1], on the original grid.
        measure: "sum" (BF) or "per-foreground".

    Returns:
        Nats ("sum"), or nats per foreground voxel; infinite where no foreground is expected at all.

    Example:
        >>> two, four = np.full((2, 1, 1), 0.5), np.full((4, 1, 1), 0.5)  # ln 2 a voxel
        >>> [round(case_uncertainty(p, measure="sum") / np.log(2)) for p in (two, four)]
        [2, 4]
        >>> [round(case_uncertainty(p, measure="per-foreground") / np.log(2)) for p in (two, four)]
        [2, 2]
    """
    total = float(entropy(probability).sum())
    if measure == "sum":
        return total
    expected = float(np.asarray(probability, dtype=np.float64).sum())
    return total / expected if expected > 0 else float("inf")


@dataclass(frozen=True)
class Population:
    """The uncertainties of the validation cases of all folds, summed up.

    Args:
        mean: of `case_uncertainty`.
        sd: standard deviation of the population (ddof = 0).
        n_cases: how many cases it comes from.
        measure: which uncertainty it is of.
    """

    mean: float
    sd: float
    n_cases: int
    measure: Measure

    def score(self, uncertainty: float) -> float:
        """How many standard deviations a case lies above the mean.

        Example:
            >>> Population(mean=10.0, sd=2.0, n_cases=5, measure="sum").score(16.0)
            3.0
        """
        return (uncertainty - self.mean) / self.sd


def fit_population(uncertainties: Mapping[str, float], *, measure: Measure) -> Population:
    """Mean and standard deviation over every out-of-fold case (BF).

    Args:
        uncertainties: case id to `case_uncertainty` of its out-of-fold prediction.
        measure: which uncertainty that is.

    Returns:
        The population, standard deviation with ddof = 0.

    Raises:
        LascarError: fewer than five cases, a value that is not finite, or all values equal.

    Example:
        >>> values = {"a": 8.0, "b": 9.0, "c": 10.0, "d": 11.0, "e": 12.0}
        >>> population = fit_population(values, measure="sum")
        >>> population.mean, round(population.sd, 4)
        (10.0, 1.4142)
    """
    values = np.array(list(uncertainties.values()), dtype=np.float64)
    if len(values) < LEAST_CASES:
        raise LascarError(f"the UAM is fitted on {count(len(values))}; give at least {LEAST_CASES}")
    if not np.isfinite(values).all():
        bad = [name for name, value in uncertainties.items() if not np.isfinite(value)]
        raise LascarError(f"the uncertainty of {', '.join(bad)} is not finite; leave them out")
    if values.std() == 0:
        raise LascarError("all uncertainties are equal, so none can be an outlier; check them")
    return Population(float(values.mean()), float(values.std()), len(values), measure)


def is_outlier(
    uncertainty: float, population: Population, *, outlier_sd: float = 3.0, two_sided: bool = False
) -> bool:
    """Whether a case is unusually uncertain.

    Args:
        uncertainty: `case_uncertainty` of the case, of the population's measure.
        population: from `fit_population`.
        outlier_sd: how many standard deviations make an outlier, strictly more.
        two_sided: whether unusually certain cases count too.

    Returns:
        True for an outlier, whose mask takes the lower threshold.

    Example:
        >>> population = Population(mean=10.0, sd=2.0, n_cases=5, measure="sum")
        >>> is_outlier(16.1, population), is_outlier(16.0, population), is_outlier(1.0, population)
        (True, False, False)
        >>> is_outlier(1.0, population, two_sided=True)
        True
    """
    score = population.score(uncertainty)
    return (abs(score) if two_sided else score) > outlier_sd

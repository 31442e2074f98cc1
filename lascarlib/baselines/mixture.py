"""A multi-component Gaussian mixture of the wall's grey levels, MGMM."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from lascarlib.baselines.quantification import Quantification, above, check_atrium, nothing
from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.shell import wall_shell

_STEPS = 2000
"""Grey levels at which the brightest component is compared with the others."""


@dataclass(frozen=True)
class Mixture:
    """A weighted sum of Gaussians, darkest first.

    Args:
        weights: share of each component; they sum to 1.
        means: in grey levels.
        sds: standard deviations in grey levels.
        bics: Bayesian information criterion of 1, 2, ... components; the lowest from 2 on won.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    bics: tuple[float, ...]

    def log_density(self, levels: np.ndarray) -> np.ndarray:
        """Log of each component's weighted density: (component, level)."""
        rows = zip(self.weights, self.means, self.sds, strict=True)
        return np.stack([np.log(w) + norm.logpdf(levels, mean, sd) for w, mean, sd in rows])


def mgmm(
    case: Case,
    atrium: np.ndarray,
    *,
    most_components: int = 4,
    inner_mm: float = 0.0,
    outer_mm: float = 3.0,
) -> Quantification:
    """Fit Gaussians to the wall's grey levels; the brightest one is scar.

    Which component is scar: the one of the highest mean. All others are normal wall, which a shell
    of fixed depth mixes with blood and fat, so that one Gaussian rarely describes it. Like Otsu,
    the method takes scar for granted: two components are the least, where there are two grey
    levels; a wall of one level has no scar. Where scar begins: at the lowest grey level, from the
    mean of the brightest normal component upwards, at which the scar component is more probable
    than all others together. One level decides, so that the tail of a wide component cannot make
    dark voxels scar.

    Args:
        case: image, any grey levels; its labels are not looked at.
        atrium: bool (x, y, z) on the case's grid, the LA, manual or automatic.
        most_components: largest number of Gaussians tried; BIC chooses from 2 on.
        inner_mm: depth of the wall inside the LA, see `lascarlib.geometry.wall_shell`.
        outer_mm: its depth outside.

    Returns:
        Scar, wall, the threshold (infinite where no component is scar), the number of components,
        and mean and share of the brightest. Without LA or wall nothing is scar.

    Raises:
        LascarError: the mask does not belong to the case, a depth is not a length, or
            `most_components` is below 1.

    Source: JSQ Table 2, "MGMM", after Liu et al. (2017). JSQ does not say how many components there
    are, nor which are scar; BIC and the rule above are this library's.

    Example:
        >>> image = np.array([5, 5, 4, 1, 9, 2, 1, 8, 2, 2], np.float32).reshape(10, 1, 1)
        >>> atrium = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], bool).reshape(10, 1, 1)
        >>> found = mgmm(Case("a", image, np.eye(4)), atrium, outer_mm=7.0, most_components=2)
        >>> found.scar[:, 0, 0].astype(int), found.numbers["components"]
        (array([0, 0, 0, 0, 1, 0, 0, 1, 0, 0]), 2)
    """
    check_atrium(case, atrium)
    wall = wall_shell(atrium, spacing_mm=case.spacing_mm, inner_mm=inner_mm, outer_mm=outer_mm)
    if not wall.any():
        return nothing(case, wall)
    mixture = fit_mixture(case.image[wall], most_components=most_components)
    numbers = {
        "components": len(mixture.means),
        "brightest_mean": mixture.means[-1],
        "brightest_share": mixture.weights[-1],
    }
    return above(case, wall, scar_threshold(mixture), numbers)


def fit_mixture(levels: np.ndarray, *, most_components: int) -> Mixture:
    """Fit mixtures of 1, 2, ... Gaussians and keep the one of the lowest BIC from 2 on.

    Expectation maximisation starts from equal parts of the sorted levels, so nothing is random. No
    more components are tried than there are different levels; one is kept where it is all there is.

    Args:
        levels: grey levels, any shape, at least one.
        most_components: largest number tried, 1 or more.

    Returns:
        The mixture, darkest component first.

    Raises:
        LascarError: there is no level, or `most_components` is below 1.

    Example:
        >>> mixture = fit_mixture(np.array([1.0, 1.0, 1.0, 9.0]), most_components=3)
        >>> [round(mean, 3) for mean in mixture.means], [round(w, 3) for w in mixture.weights]
        ([1.0, 9.0], [0.75, 0.25])
    """
    if most_components < 1:
        raise LascarError(f"most_components is {most_components}; give 1 or more")
    levels = np.sort(levels.ravel().astype(np.float64))
    if not levels.size:
        raise LascarError("levels is empty; give the grey levels of a wall that has voxels")
    if levels.size == 1:
        levels = np.repeat(levels, 2)  # scikit-learn asks for two
    middle, scale = float(levels.mean()), float(levels.std()) or 1.0
    scores = ((levels - middle) / scale)[:, None]
    counts = range(1, min(most_components, len(np.unique(levels))) + 1)
    models = [_fit(scores, count) for count in counts]
    bics = [float(model.bic(scores)) for model in models]
    several = bics[1:]
    best = models[1 + int(np.argmin(several))] if several else models[0]
    order = np.argsort(best.means_[:, 0])
    return Mixture(
        tuple(best.weights_[order].tolist()),
        tuple((middle + scale * best.means_[order, 0]).tolist()),
        tuple((scale * np.sqrt(best.covariances_[order, 0])).tolist()),
        tuple(bics),
    )


def scar_threshold(mixture: Mixture) -> float:
    """The grey level from which a mixture's brightest component outweighs all others together.

    Args:
        mixture: darkest component first.

    Returns:
        The lowest level, from the mean of the second brightest component to 4 SD above that of the
        brightest, where the brightest has the larger weighted density; infinite where there is
        none, or only one component.

    Example:
        >>> equal = Mixture((0.5, 0.5), (10.0, 20.0), (2.0, 2.0), ())
        >>> round(scar_threshold(equal), 2), scar_threshold(Mixture((1.0,), (10.0,), (2.0,), ()))
        (15.0, inf)
    """
    if len(mixture.means) == 1:
        return float("inf")
    top = mixture.means[-1] + 4 * mixture.sds[-1]
    levels = np.linspace(mixture.means[-2], top, _STEPS + 1)
    density = mixture.log_density(levels)
    scar = density[-1] > logsumexp(density[:-1], axis=0)
    return float(levels[np.argmax(scar)]) if scar.any() else float("inf")


def _fit(scores: np.ndarray, components: int) -> GaussianMixture:
    parts = np.array_split(scores[:, 0], components)
    model = GaussianMixture(
        components,
        covariance_type="diag",
        weights_init=np.full(components, 1 / components),
        means_init=np.array([[part.mean()] for part in parts]),
        precisions_init=np.full((components, 1), float(components) ** 2),
        max_iter=1000,
    )
    with warnings.catch_warnings():  # a fit that still moves a little is good enough to compare
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(scores)

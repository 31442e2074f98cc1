"""The numbers of one case's report."""

from dataclasses import dataclass

import numpy as np

from lascarlib.case import Case
from lascarlib.geometry import wall_labels
from lascarlib.geometry.projection import SCAR_LABEL, project_scar
from lascarlib.uncertainty import Population


@dataclass(frozen=True)
class Certainty:
    """What the UAM says about a case.

    Args:
        uncertainty: of its LA probability, see `lascarlib.uncertainty.case_uncertainty`.
        population: of the out-of-fold cases; None where the training had no folds to fit it on.
        is_outlier: whether the case is one, so that its threshold was lowered; None without it.

    Example:
        >>> population = Population(mean=10.0, sd=2.0, n_cases=20, measure="sum")
        >>> Certainty(13.0, population, False).deviations
        1.5
    """

    uncertainty: float
    population: Population | None
    is_outlier: bool | None

    @property
    def deviations(self) -> float | None:
        """Standard deviations above the mean of the population."""
        return None if self.population is None else self.population.score(self.uncertainty)


@dataclass(frozen=True)
class Measures:
    """The sizes of one case's LA and scar.

    Args:
        atrium_ml: volume of the LA.
        scar_ml: volume of the scar; None where no scar was looked for.
        burden_percent: share of the LA surface that is nearest to scar; None too where there is
            no LA.
        walked_percent: share of it from which scar is within 10 mm, inwards or outwards, as the
            challenge and `lascar evaluate` count; None as before.
    """

    atrium_ml: float
    scar_ml: float | None
    burden_percent: float | None
    walked_percent: float | None


def measure_case(case: Case, atrium: np.ndarray, scar: np.ndarray | None) -> Measures:
    """Measure a case's masks.

    The burden counts voxels of the LA surface in two ways: those nearest to a scar voxel
    (`lascarlib.geometry.wall_labels`), and those from which a walk of 10 mm to either side meets
    scar (`lascarlib.geometry.projection`). The walk also counts the wall opposite where the LA is
    thin and wall behind which scar lies farther off, so it is mostly the larger one.

    Args:
        case: for its geometry; its labels are not looked at.
        atrium: bool (x, y, z), the LA; may be empty.
        scar: bool (x, y, z), the scar; may be empty, or None where none was looked for.

    Returns:
        The measures.

    Raises:
        LascarError: a mask is not a bool volume on the case's grid.

    Example:
        >>> atrium, scar = np.zeros((2, 6, 1, 1), bool)
        >>> atrium[1:5], scar[0] = True, True
        >>> case = Case("a", np.zeros(atrium.shape, np.float32), np.diag([2.0, 5.0, 5.0, 1.0]))
        >>> found = measure_case(case, atrium, scar)
        >>> found.atrium_ml, found.scar_ml, found.burden_percent  # 4 and 1 voxels of 50 mm3; 1 of 4
        (0.2, 0.05, 25.0)
    """
    burden, walked = None, None
    if scar is not None and atrium.any():
        normal, scarred = wall_labels(atrium, scar, spacing_mm=case.spacing_mm)
        burden = 100 * int(scarred.sum()) / int(scarred.sum() + normal.sum())
        labels = project_scar(atrium, scar, affine=case.affine, protocol="paper")
        walked = 100 * int((labels == SCAR_LABEL).sum()) / int((labels > 0).sum())
    return Measures(
        atrium_ml=case.volume_ml(atrium),
        scar_ml=None if scar is None else case.volume_ml(scar),
        burden_percent=burden,
        walked_percent=walked,
    )

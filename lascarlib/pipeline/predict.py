"""Apply a trained boundary-focused nnU-Net to a case: LA, UAM, distance map, scar (BF, Fig. 1)."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry import has_boundary, largest_component
from lascarlib.geometry.orientation import to_lps
from lascarlib.inference import predict_probability
from lascarlib.models.unet import UNet
from lascarlib.preprocess import atrium_sample, scar_sample, to_case_grid
from lascarlib.training.checkpoint import read_json
from lascarlib.training.device import choose_precision
from lascarlib.training.run import Run
from lascarlib.training.stage import load_networks
from lascarlib.uncertainty import Population, case_uncertainty, is_outlier


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the pipeline says about one case, on the case's own grid.

    Args:
        id: of the case.
        atrium_probability: float32 (x, y, z) in [0, 1].
        atrium: bool (x, y, z), the LA cavity.
        uncertainty: of the LA prediction, see `lascarlib.uncertainty.case_uncertainty`.
        is_outlier: whether the UAM lowered the threshold; None where no population was fitted.
        scar_probability: float32 (x, y, z); None where there is no stage 2, or no LA was found
            that has a boundary.
        scar: bool (x, y, z); empty where no such LA was found; None where there is no stage 2.
    """

    id: str
    atrium_probability: np.ndarray
    atrium: np.ndarray
    uncertainty: float
    is_outlier: bool | None
    scar_probability: np.ndarray | None
    scar: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Predictor:
    """The networks of a run, loaded once, ready for any number of cases."""

    run: Run
    atrium_networks: Sequence[UNet]
    scar_networks: Sequence[UNet]
    population: Population | None

    def __call__(self, case: Case) -> Prediction:
        """Predict one case on its own grid; its labels, where it has any, are not looked at."""
        run = self.run
        probability = to_case_grid(
            stage_probability(run, "atrium", _atrium_input(run, case), self.atrium_networks), case
        )
        atrium, uncertainty, outlier = threshold_atrium(run, probability, self.population)
        scar_probability, scar = None, None
        if self.scar_networks:
            scar = np.zeros_like(atrium)
            if has_boundary(to_lps(atrium, case.affine)):
                channels = scar_sample(
                    case,
                    atrium,
                    spacing_mm=run.config.scar.spacing_mm,
                    variant=run.config.distance_map,
                    normalise=run.config.scar.normalise,
                ).channels
                scar_probability = to_case_grid(
                    stage_probability(run, "scar", channels, self.scar_networks), case
                )
                scar = scar_probability > run.config.scar_threshold
        return Prediction(
            case.id, probability, atrium, uncertainty, outlier, scar_probability, scar
        )


def load_predictor(run: Run) -> Predictor:
    """Load every trained network of a run; folds are averaged when it predicts.

    Raises:
        LascarError: stage 1 is not trained.
    """
    atrium = load_networks(run, "atrium")
    if not atrium:
        raise LascarError(f"{run.folder}: no trained network in it; finish the training first")
    return Predictor(run, atrium, load_networks(run, "scar"), load_population(run))


def threshold_atrium(
    run: Run, probability: np.ndarray, population: Population | None
) -> tuple[np.ndarray, float, bool | None]:
    """Apply the UAM to the LA probability of one case (BF, "Highly Uncertain Prediction").

    Args:
        run: whose config holds the thresholds.
        probability: (x, y, z) in [0, 1], on the case's own grid.
        population: of the run; None where there are no folds to fit one on.

    Returns:
        Mask, bool (x, y, z); uncertainty of the case; whether it is an outlier (None without a
        population, the mask is then p > 0.5).
    """
    uam = run.config.uncertainty
    uncertainty = case_uncertainty(probability, measure=uam.measure)
    outlier = None
    threshold = uam.certain_threshold
    if population is not None:
        outlier = is_outlier(
            uncertainty, population, outlier_sd=uam.outlier_sd, two_sided=uam.two_sided
        )
        threshold = uam.uncertain_threshold if outlier else threshold
    mask = probability > threshold
    if run.config.largest_component and mask.any():
        mask = largest_component(mask)
    return mask, uncertainty, outlier


def stage_probability(
    run: Run, stage: str, channels: np.ndarray, networks: Sequence[UNet]
) -> np.ndarray:
    """Foreground probability of a stage's input on the network's grid, averaged over networks.

    Args:
        run: of the networks.
        stage: "atrium" or "scar".
        channels: float32 (channel, x, y, z), as `lascarlib.preprocess` makes them.
        networks: trained networks of that stage.

    Returns:
        float32 (x, y, z) in [0, 1].
    """
    return predict_probability(
        channels,
        networks,
        patch_voxels=run.config.stage(stage).patch_voxels,
        precision=choose_precision(run.config.precision),
        mirror=run.config.mirror_at_test,
    )


def load_population(run: Run) -> Population | None:
    """The population the UAM was fitted on; None where the run has no folds to fit it on.

    Raises:
        LascarError: its record is damaged.
    """
    path = run.folder / "uncertainty.json"
    if not path.exists():
        return None
    try:
        return Population(**read_json(path)["population"])
    except (KeyError, TypeError) as error:
        raise LascarError(
            f"{path}: no record of the UAM ({error}); delete it and resume"
        ) from error


def _atrium_input(run: Run, case: Case) -> np.ndarray:
    unlabelled = dataclasses.replace(case, atrium=None, scar=None)
    stage = run.config.atrium
    return atrium_sample(
        unlabelled, spacing_mm=stage.spacing_mm, normalise=stage.normalise
    ).channels

"""Apply a trained method to a case: LA, UAM, and scar (BF Fig. 1, JSQ Fig. 2)."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry import has_boundary, largest_component, scar_by_comparison
from lascarlib.geometry.orientation import to_lps
from lascarlib.inference import predict_probability
from lascarlib.pipeline.scan import check_scan
from lascarlib.preprocess import atrium_sample, scar_sample, to_case_grid
from lascarlib.training.checkpoint import read_json
from lascarlib.training.device import choose_precision
from lascarlib.training.methods import is_spatial
from lascarlib.training.run import Run
from lascarlib.training.stage import load_networks
from lascarlib.uncertainty import Population, case_uncertainty, is_outlier


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a method says about one case, on the case's own grid.

    Args:
        id: of the case.
        atrium_probability: float32 (x, y, z) in [0, 1].
        atrium: bool (x, y, z), the LA cavity.
        uncertainty: of the LA prediction, see `lascarlib.uncertainty.case_uncertainty`.
        is_outlier: whether the UAM lowered the threshold; None where no population was fitted.
        atrium_ml: volume of `atrium`, 0 where none was found.
        scar_probability: float32 (x, y, z); None where scar is not learned, or where BF's stage 2
            got no LA that has a boundary.
        normal_probability: float32 (x, y, z), of normal wall; None but for JSQ's methods.
        scar: bool (x, y, z), on the surface of the LA for JSQ's methods; empty where no LA was
            found to look on; None where scar is not learned.
    """

    id: str
    atrium_probability: np.ndarray
    atrium: np.ndarray
    uncertainty: float
    is_outlier: bool | None
    atrium_ml: float
    scar_probability: np.ndarray | None = None
    normal_probability: np.ndarray | None = None
    scar: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Predictor:
    """The networks of a run, loaded once, ready for any number of cases.

    Args:
        run: of the training.
        networks: stage to its networks, which are averaged; a stage without any is not asked.
        population: of the UAM; None where none was fitted.
        two_pass: whether the LA of a wide volume is to be predicted in two passes, see
            `lascarlib.inference.predict_probability`; scar always sees all windows. A finding is
            p > `certain_threshold`, also in the UAM's outliers, whose mask takes a lower one; the
            UAM's population comes from all windows.
    """

    run: Run
    networks: Mapping[str, Sequence[nn.Module]]
    population: Population | None
    two_pass: bool = False

    @property
    def finds_scar(self) -> bool:
        """Whether it has a network that learned scar."""
        return any(self.networks.get(stage) for stage in ("scar", "joint"))

    def __call__(self, case: Case) -> Prediction:
        """Predict one case on its own grid; its labels, where it has any, are not looked at.

        Raises:
            LascarError: there is no room for an LA in the image, see `check_scan`.
        """
        run = self.run
        check_scan(case)
        case = dataclasses.replace(case, atrium=None, scar=None)
        stage = "joint" if self.networks.get("joint") else "atrium"
        probability, *wall = self._answers(stage, _image_channel(run, stage, case), case)
        atrium, uncertainty, outlier = threshold_atrium(run, probability, self.population)
        volume_ml = case.volume_ml(atrium)
        found = Prediction(case.id, probability, atrium, uncertainty, outlier, volume_ml)
        if not self.finds_scar:
            return found
        if stage == "atrium" and not is_spatial(run.config.method):
            return self._second_stage(case, found)
        if stage == "atrium":
            wall = self._answers("scar", _image_channel(run, "scar", case), case)
        scar = scar_by_comparison(atrium, np.stack(wall), reading=run.config.spatial.scar_rule)
        normal, likely = wall
        return dataclasses.replace(
            found, normal_probability=normal, scar_probability=likely, scar=scar
        )

    def _second_stage(self, case: Case, found: Prediction) -> Prediction:
        """BF's scar: a threshold of what a network sees in image and distance map."""
        config = self.run.config
        if not has_boundary(to_lps(found.atrium, case.affine)):
            return dataclasses.replace(found, scar=np.zeros_like(found.atrium))
        channels = scar_sample(
            case,
            found.atrium,
            spacing_mm=config.scar.spacing_mm,
            variant=config.distance_map,
            normalise=config.scar.normalise,
        ).channels
        (likely,) = self._answers("scar", channels, case)
        return dataclasses.replace(
            found, scar_probability=likely, scar=likely > config.scar_threshold
        )

    def _answers(self, stage: str, channels: np.ndarray, case: Case) -> list[np.ndarray]:
        answers = stage_probability(
            self.run,
            stage,
            channels,
            self.networks[stage],
            two_pass=self.two_pass and stage == "atrium",
        )
        return [to_case_grid(answer, case) for answer in answers]


def load_predictor(run: Run, *, two_pass: bool = False) -> Predictor:
    """Load every trained network of a run; folds are averaged when it predicts.

    Args:
        run: of the training.
        two_pass: see `Predictor`.

    Raises:
        LascarError: its first stage is not trained; or it is to predict in two passes, and has no
            network for the LA alone.
    """
    networks = {stage: load_networks(run, stage) for stage in run.stages}
    if not networks[run.stages[0]]:
        raise LascarError(f"{run.folder}: no trained network in it; finish the training first")
    if two_pass and not networks.get("atrium"):
        raise LascarError(
            f"{run.folder}: {run.config.method} finds LA and scar with one network, in one pass "
            "only; leave --two-pass out"
        )
    return Predictor(run, networks, load_population(run), two_pass)


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
    run: Run,
    stage: str,
    channels: np.ndarray,
    networks: Sequence[nn.Module],
    *,
    two_pass: bool = False,
) -> np.ndarray:
    """Probabilities of a stage's input on the network's grid, averaged over networks.

    Args:
        run: of the networks.
        stage: "atrium", "scar" or "joint".
        channels: float32 (channel, x, y, z), as `lascarlib.preprocess` makes them.
        networks: trained networks of that stage.
        two_pass: see `Predictor`.

    Returns:
        float32 (answer, x, y, z) in [0, 1], see `lascarlib.training.objective.Objective`.
    """
    return predict_probability(
        channels,
        networks,
        read=run.objective(stage).probability,
        patch_voxels=run.config.stage(stage).patch_voxels,
        precision=choose_precision(run.config.precision),
        mirror=run.config.mirror_at_test,
        second_pass_above=run.config.uncertainty.certain_threshold if two_pass else None,
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


def _image_channel(run: Run, stage: str, case: Case) -> np.ndarray:
    own = run.config.stage(stage)
    return atrium_sample(case, spacing_mm=own.spacing_mm, normalise=own.normalise).channels

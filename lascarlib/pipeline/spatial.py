"""Train JSQ's methods: one network for both tasks, or one for each."""

from collections.abc import Iterator, Sequence

from lascarlib.datasets import Dataset
from lascarlib.pipeline.cases import stored, wanted_cases
from lascarlib.preprocess import Sample
from lascarlib.spatial_targets import spatial_sample
from lascarlib.training.run import Run
from lascarlib.training.stage import store_samples, train_fold


def train_spatial(
    run: Run, dataset: Dataset, *, stage: str, folds: Sequence[str], budget_s: float | None = None
) -> None:
    """Train the network of one stage of JSQ's methods, on some folds.

    Args:
        run: of the experiment.
        dataset: it was started with.
        stage: "atrium", "scar" or "joint".
        folds: names of folds, or ("all",).
        budget_s: seconds for each network.

    Raises:
        LascarError: a case has an LA that is lost on the network's grid.
    """
    own, spatial = run.config.stage(stage), run.config.spatial

    def samples() -> Iterator[Sample]:
        for case in wanted_cases(dataset, f"preparing {stage}", without=stored(run, stage)):
            yield spatial_sample(
                case,
                stage=stage,
                spacing_mm=own.spacing_mm,
                normalise=own.normalise,
                beta=spatial.beta,
                clip_mm=spatial.clip_mm,
                wall="labels" if own.loss in ("bce", "bce-dice") else spatial.wall_maps,
            )

    store_samples(run, stage, samples())
    for name in folds:
        train_fold(run, stage, run.fold(name), samples=stage, budget_s=budget_s)

"""Train JSQ's methods: one network for both tasks, or one for each."""

from collections.abc import Iterator, Sequence

import torch

from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.losses import target_band
from lascarlib.pipeline.cases import stored, wanted_cases
from lascarlib.pipeline.folds import train_folds
from lascarlib.preprocess import Sample
from lascarlib.scheduling import HERE, Pool
from lascarlib.spatial_targets import spatial_sample
from lascarlib.training.cache import store_samples
from lascarlib.training.run import Run
from lascarlib.training.watching import Watcher


def train_spatial(
    run: Run,
    dataset: Dataset,
    *,
    stage: str,
    folds: Sequence[str],
    budget_s: float | None = None,
    watchers: Sequence[Watcher] = (),
    pool: Pool = HERE,
) -> None:
    """Train the network of one stage of JSQ's methods, on some folds.

    Args:
        run: of the experiment.
        dataset: it was started with.
        stage: "atrium", "scar" or "joint".
        folds: names of folds, or ("all",).
        budget_s: seconds for each network.
        watchers: are told after every epoch.
        pool: who trains them.

    Raises:
        LascarError: a case has an LA that is lost on the network's grid, or no voxel there in the
            authors' mask where attention is to look through it.
    """
    own, spatial = run.config.stage(stage), run.config.spatial
    attends = stage == "joint" and own.loss == "se-sa" and spatial.weights != "code"
    banded = attends and spatial.true_mask == "target-band"

    def samples() -> Iterator[Sample]:
        for case in wanted_cases(dataset, f"preparing {stage}", without=stored(run, stage)):
            sample = spatial_sample(
                case,
                stage=stage,
                spacing_mm=own.spacing_mm,
                normalise=own.normalise,
                beta=spatial.beta,
                clip_mm=spatial.clip_mm,
                wall="labels" if own.loss in ("bce", "bce-dice") else spatial.wall_maps,
            )
            if banded:
                _check_band(sample)
            yield sample

    store_samples(run, stage, samples())
    train_folds(run, stage, folds, samples=stage, budget_s=budget_s, watchers=watchers, pool=pool)


def _check_band(sample: Sample) -> None:
    """Refuse a case in which the authors' mask is empty, not in a patch but everywhere."""
    assert sample.maps is not None
    if not target_band(torch.from_numpy(sample.maps[-2:])[None]).any():
        raise LascarError(
            f"{sample.id}: no voxel of the network's grid lies in the authors' mask, so attention "
            "would see nothing; set spatial.true_mask to surface, or another joint.spacing_mm"
        )

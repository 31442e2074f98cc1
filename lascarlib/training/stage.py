"""Train and reload the networks of one stage: from samples in a folder to weights per fold."""

import math
from collections.abc import Iterable
from pathlib import Path

from lascarlib.models.topology import architecture_for
from lascarlib.models.unet import Architecture, UNet
from lascarlib.preprocess import Sample
from lascarlib.training.batches import Batches, BatchPlan, store_sample
from lascarlib.training.checkpoint import load_weights
from lascarlib.training.config import Config, StageConfig
from lascarlib.training.device import choose_precision, ready
from lascarlib.training.folds import Fold, training_seed
from lascarlib.training.loop import train_network
from lascarlib.training.run import STAGES, Run

IN_CHANNELS = {"atrium": 1, "scar": 2}
"""Stage 1 sees the image, stage 2 the image and the distance map (BF, Fig. 1)."""


def sample_file(run: Run, stage: str, case_id: str) -> Path:
    """Where a preprocessed case of a stage lies."""
    return run.folder / "cache" / stage / f"{case_id}.npy"


def store_samples(run: Run, stage: str, samples: Iterable[Sample]) -> None:
    """Write the preprocessed cases of a stage, one at a time."""
    for sample in samples:
        store_sample(sample, sample_file(run, stage, sample.id).parent)


def train_fold(run: Run, stage: str, fold: Fold, *, budget_s: float | None = None) -> None:
    """Train one network on the stored samples of a fold; nothing happens where it is trained.

    Args:
        run: whose folder gets <stage>/<fold>/weights.safetensors and log.csv.
        stage: "atrium" or "scar".
        fold: which cases to learn from; those without a stored sample are left out.
        budget_s: seconds to train; the config's iterations where None.
    """
    if fold.name in run.trained_folds(stage):
        return
    config = run.stage(stage)
    files = [sample_file(run, stage, name) for name in fold.training]
    plan = BatchPlan(
        patch_voxels=config.patch_voxels,
        batch_size=config.batch_size,
        foreground_share=config.foreground_share,
        spacing_mm=config.spacing_mm,
        augmentation=config.augmentation,
        seed=training_seed(run.config.seed, stage=stage, fold=fold.name),
    )
    train_network(
        Batches([file for file in files if file.exists()], plan),
        _architecture(run, stage),
        config,
        folder=run.fold_folder(stage, fold.name),
        seed=plan.seed,
        precision=choose_precision(run.config.precision),
        budget_s=budget_s,
        title=f"{stage} {fold.name}",
    )


def load_networks(run: Run, stage: str, folds: Iterable[str] | None = None) -> list[UNet]:
    """The trained networks of a stage, in eval mode.

    Args:
        run: of the training.
        stage: "atrium" or "scar".
        folds: names of the folds wanted; all that are trained where None.

    Raises:
        LascarError: weights are missing or damaged.
    """
    networks = []
    for name in run.trained_folds(stage) if folds is None else folds:
        network = UNet(_architecture(run, stage))
        load_weights(run.fold_folder(stage, name) / "weights.safetensors", network)
        networks.append(ready(network.eval()))
    return networks


def split_budget(
    config: Config, *, budget_s: float, n_folds: int, has_scar: bool
) -> dict[str, float]:
    """Seconds for each network: stages share in proportion to their iterations, folds equally.

    Args:
        config: of the experiment.
        budget_s: for everything together, in seconds.
        n_folds: how many folds are trained.
        has_scar: whether stage 2 is trained at all.

    Returns:
        Stage name to seconds for one network.

    Example:
        >>> from lascarlib.training.config import StageConfig
        >>> two = Config(atrium=StageConfig(iterations=300), scar=StageConfig(iterations=100))
        >>> split_budget(two, budget_s=800.0, n_folds=2, has_scar=True)
        {'atrium': 300.0, 'scar': 100.0}
        >>> split_budget(two, budget_s=800.0, n_folds=1, has_scar=False)
        {'atrium': 800.0}
    """
    stages = STAGES if has_scar else STAGES[:1]
    weights = {stage: _stage(config, stage).iterations for stage in stages}
    whole = math.fsum(weights.values()) * n_folds
    return {stage: budget_s * weight / whole for stage, weight in weights.items()}


def _architecture(run: Run, stage: str) -> Architecture:
    config = run.stage(stage)
    return architecture_for(
        config.patch_voxels,
        spacing_mm=config.spacing_mm,
        features=config.features,
        in_channels=IN_CHANNELS[stage],
    )


def _stage(config: Config, name: str) -> StageConfig:
    return config.atrium if name == "atrium" else config.scar

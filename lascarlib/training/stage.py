"""Train and reload the networks of one stage: from samples in a folder to weights per fold."""

import math
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from lightning_fabric import Fabric
from torch import nn

from lascarlib.errors import LascarError
from lascarlib.lock import lock
from lascarlib.training.batches import Batches, BatchPlan
from lascarlib.training.cache import prepared_otherwise, sample_file
from lascarlib.training.checkpoint import load_weights, read_json, write_json
from lascarlib.training.config import Config, StageConfig
from lascarlib.training.device import choose_precision, launch, ready
from lascarlib.training.folds import ALL, Fold, training_seed
from lascarlib.training.look import held_back_patches
from lascarlib.training.loop import train_network
from lascarlib.training.run import Run
from lascarlib.training.starting_weights import from_start
from lascarlib.training.task import Task
from lascarlib.training.watching import Progress, Watcher, read_rows, tell


def train_fold(
    run: Run,
    stage: str,
    fold: Fold,
    *,
    samples: str,
    budget_s: float | None = None,
    watchers: Sequence[Watcher] = (),
) -> None:
    """Train one network on the stored samples of a fold; one that is trained is left as it is.

    One process at a time: where another one trains it, that is waited for.

    Args:
        run: whose folder gets <stage>/<fold>/weights.safetensors and log.csv.
        stage: "atrium", "scar" or "joint".
        fold: which cases to learn from, and which to look at meanwhile, see
            `lascarlib.training.look`; those without a stored sample are left out.
        samples: kind of the stored samples, see `lascarlib.training.cache`.
        budget_s: seconds to train; the config's iterations where None.
        watchers: are told after every epoch, see `lascarlib.training.watching`; where the network
            is trained already, once. Several processes get copies of them.

    Raises:
        LascarError: none of the fold's cases has a stored sample of this version of the library,
            or the run holds networks of this stage that are not to be averaged with this one.
    """
    _check_alike(run, stage, fold, samples)
    if _is_trained(run, stage, fold.name, watchers):
        return
    files = _files(run, samples, fold.training)
    if not files and prepared_otherwise(run, samples):
        raise LascarError(
            f"{run.folder}: its cases were prepared by another version of this library; give "
            "whoever prepares them, and every worker, the same version"
        )
    if not files:
        raise LascarError(
            f"{run.folder}: {fold.name} has no case to train the {stage} network on; train stage 1 "
            "longer"
        )
    learn = partial(
        _train_here,
        run=run,
        stage=stage,
        fold=fold.name,
        files=(files, _files(run, samples, fold.validation)),
        budget_s=budget_s,
        watchers=watchers,
    )
    with lock(run.folder / stage / f"{fold.name}.lock", what=f"{run.folder}, {stage} {fold.name}"):
        if _is_trained(run, stage, fold.name, watchers):
            return
        write_json(_record_file(run, stage), {"samples": samples})
        launch(learn, devices=run.config.devices, precision=choose_precision(run.config.precision))


def _is_trained(run: Run, stage: str, fold: str, watchers: Sequence[Watcher]) -> bool:
    """Whether a network is trained already, which the watchers are then told."""
    if fold not in run.trained_folds(stage):
        return False
    folder = run.fold_folder(stage, fold)
    rows = read_rows(folder / "log.csv")
    tell(watchers, Progress(f"{stage} {fold}", folder, rows, done=True))
    return True


def batch_plan(config: StageConfig, *, seed: int, n_targets: int = 1) -> BatchPlan:
    """What a stage's config says of its batches.

    Args:
        config: of the stage, every number in it final.
        seed: of the training.
        n_targets: how many of a sample's last channels are learned.

    Example:
        >>> batch_plan(StageConfig(batch_size=4), seed=0).batch_size
        4
    """
    return BatchPlan(
        patch_voxels=config.patch_voxels,
        batch_size=config.batch_size,
        foreground_share=config.foreground_share,
        spacing_mm=config.spacing_mm,
        augmentation=config.augmentation,
        seed=seed,
        n_targets=n_targets,
        patch_centre=config.patch_centre,
    )


def _files(run: Run, samples: str, names: Iterable[str]) -> list[Path]:
    files = (sample_file(run, samples, name) for name in names)
    return [file for file in files if file.exists()]


def _train_here(
    fabric: Fabric,
    *,
    run: Run,
    stage: str,
    fold: str,
    files: tuple[list[Path], list[Path]],
    budget_s: float | None,
    watchers: Sequence[Watcher],
) -> None:
    """What every process of a training does, given the files to learn from and to look at."""
    config = run.config.stage(stage)
    objective = from_start(run.objective(stage), run.folder, stage)
    seed = training_seed(run.config.seed, stage=stage, fold=fold)
    plan = batch_plan(config, seed=seed, n_targets=objective.n_targets)
    task = Task(
        objective=objective,
        config=config,
        folder=run.fold_folder(stage, fold),
        seed=plan.seed,
        budget_s=budget_s,
        held_back=held_back_patches(files[1], plan, config),
        name=f"{stage} {fold}",
    )
    share = slice(fabric.global_rank, None, fabric.world_size)
    batches = Batches(files[0], plan, device=fabric.device, share=share)
    train_network(batches, task, fabric=fabric, watchers=watchers)


def _check_alike(run: Run, stage: str, fold: Fold, samples: str) -> None:
    """Refuse a network that would be averaged with others that learned from something else."""
    trained = run.trained_folds(stage)
    if trained and (ALL in trained) != (fold.name == ALL):
        raise LascarError(
            f"{run.folder}: holds the {stage} network of {', '.join(trained)}, which is not to be "
            f"averaged with {fold.name}; use a new folder"
        )
    record = _record_file(run, stage)
    earlier = read_json(record)["samples"] if record.exists() else samples
    if earlier != samples:
        raise LascarError(
            f"{run.folder}: its {stage} networks learn from {earlier}, not from {samples}; use a "
            "new folder"
        )


def _record_file(run: Run, stage: str) -> Path:
    return run.folder / stage / "samples.json"


def load_networks(run: Run, stage: str, folds: Iterable[str] | None = None) -> list[nn.Module]:
    """The trained networks of a stage, in eval mode.

    Args:
        run: of the training.
        stage: "atrium", "scar" or "joint".
        folds: names of the folds wanted; all that are trained where None.

    Raises:
        LascarError: weights are missing or damaged.
    """
    networks: list[nn.Module] = []
    for name in run.trained_folds(stage) if folds is None else folds:
        network = run.objective(stage).make_network()
        load_weights(run.fold_folder(stage, name) / "weights.safetensors", network)
        networks.append(ready(network.eval()))
    return networks


def split_budget(
    config: Config, *, budget_s: float, n_folds: int, stages: tuple[str, ...]
) -> dict[str, float]:
    """Seconds for each network: stages share in proportion to their iterations, folds equally.

    Args:
        config: of the experiment.
        budget_s: for everything together, in seconds.
        n_folds: how many folds are trained.
        stages: the networks to train.

    Returns:
        Stage name to seconds for one network.

    Example:
        >>> two = Config(atrium=StageConfig(iterations=300), scar=StageConfig(iterations=100))
        >>> split_budget(two, budget_s=800.0, n_folds=2, stages=("atrium", "scar"))
        {'atrium': 300.0, 'scar': 100.0}
        >>> split_budget(two, budget_s=800.0, n_folds=1, stages=("atrium",))
        {'atrium': 800.0}
    """
    weights = {stage: config.stage(stage).iterations for stage in stages}
    whole = math.fsum(weights.values()) * n_folds
    return {stage: budget_s * weight / whole for stage, weight in weights.items()}

"""Settings that a data set decides: nnU-Net's plan put into a stage's config."""

import dataclasses
from typing import TypeVar

from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.models.fingerprint import fingerprint
from lascarlib.models.plan import Plan
from lascarlib.models.planner import plan
from lascarlib.training.config import Config, StageConfig

T = TypeVar("T")

_PLANNED = ("spacing_mm", "patch_voxels", "features", "batch_size", "batch_dice")


def planned(config: Config, dataset: Dataset) -> Config:
    """Fill in what the stages with plan "nnunet" take from the fingerprint of the data.

    Args:
        config: of the experiment.
        dataset: to train on; every image is read where a stage asks for a plan.

    Returns:
        The config with every number final; unchanged where no stage asks for a plan.

    Raises:
        LascarError: a planned number was also set by hand.

    Source: nnU-Net 2's planner, which BF adopts (section 2).
    """
    if "nnunet" not in (config.atrium.plan, config.scar.plan):
        return config
    found = fingerprint(dataset)
    return dataclasses.replace(
        config,
        atrium=_with_plan(config.atrium, found, n_channels=1, stage="atrium"),
        scar=_with_plan(config.scar, found, n_channels=2, stage="scar"),
    )


def _with_plan(
    config: StageConfig, found: dict[str, object], *, n_channels: int, stage: str
) -> StageConfig:
    if config.plan != "nnunet":
        return config
    fixed = [name for name in _PLANNED if getattr(config, name) != getattr(StageConfig(), name)]
    if fixed:
        raise LascarError(
            f"{stage}.{fixed[0]} is set by hand but planned by nnU-Net's rules; add "
            f"{stage}.plan=fixed to use your own"
        )
    channels = {str(k): name for k, name in enumerate(("LGE-MRI", "distance map")[:n_channels])}
    cases = found["shapes_after_crop"]
    assert isinstance(cases, list)
    labels = {"background": 0, stage: 1}
    made = plan(found, {"channel_names": channels, "labels": labels, "numTraining": len(cases)})
    return dataclasses.replace(
        config,
        spacing_mm=_as_xyz(made.spacing_mm, made),
        patch_voxels=_as_xyz(made.patch_size, made),
        features=made.features_per_stage,
        batch_size=made.batch_size,
        batch_dice=made.batch_dice,
    )


def _as_xyz(triple: tuple[T, T, T], made: Plan) -> tuple[T, T, T]:
    """Undo the plan's transposition, then turn nnU-Net's (z, y, x) round."""
    z, y, x = (triple[made.transpose_forward.index(axis)] for axis in range(3))
    return (x, y, z)

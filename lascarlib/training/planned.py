"""Settings that a data set decides: nnU-Net's plan put into a stage's config."""

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

from lascarlib.augment import Augmentation
from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.models.budget import BUDGETS, Budget
from lascarlib.models.fingerprint import fingerprint
from lascarlib.models.plan import Plan
from lascarlib.models.planner import ANISOTROPY, plan
from lascarlib.training.config import Config, StageConfig
from lascarlib.training.objective import IN_CHANNELS

T = TypeVar("T")

PLANNED = ("spacing_mm", "patch_voxels", "features", "batch_size", "batch_dice", "normalise")
"""What a plan decides in a stage's config."""

PLANNED_ROTATION = ("rotation_degrees", "rotation_axes")
"""What it decides in the stage's augmentation."""


def planned(config: Config, dataset: Dataset) -> Config:
    """Fill in what the stages with another plan than "fixed" take from the fingerprint of the data.

    Args:
        config: of the experiment.
        dataset: to train on; every image is read where a stage asks for a plan.

    Returns:
        The config with every number final; unchanged where no stage asks for a plan.

    Raises:
        LascarError: a planned number was also set by hand.

    Source: nnU-Net 2's planner, which BF adopts (section 2).
    """
    if config.atrium.plan == config.scar.plan == "fixed":
        return config
    found = fingerprint(dataset)
    return dataclasses.replace(
        config,
        atrium=plan_stage(config.atrium, found, stage="atrium"),
        scar=plan_stage(config.scar, found, stage="scar"),
    )


def stage_plan(stage: str, found: Mapping[str, object], *, budget: Budget = BUDGETS["gpu"]) -> Plan:
    """The plan of a stage's network: one structure, and as many channels as the stage sees.

    Args:
        stage: "atrium" or "scar".
        found: fingerprint of the data set, see `lascarlib.models.fingerprint.fingerprint`.
        budget: what the network may cost.

    Returns:
        The plan.

    Raises:
        LascarError: the median image is no volume, or the budget too small.

    Example:
        >>> found = {"shapes_after_crop": [[40, 64, 64]], "spacings": [[2.5, 1.25, 1.25]]}
        >>> found["median_relative_size_after_cropping"] = 1.0
        >>> stage_plan("scar", found).n_channels
        2
    """
    cases = found["shapes_after_crop"]
    assert isinstance(cases, list)
    return plan(
        found,
        {
            "channel_names": {str(channel): "MRI" for channel in range(IN_CHANNELS[stage])},
            "labels": {"background": 0, stage: 1},
            "numTraining": len(cases),
        },
        budget=budget,
    )


def plan_stage(config: StageConfig, found: Mapping[str, object], *, stage: str) -> StageConfig:
    """Fill in what a stage with another plan than "fixed" takes from a fingerprint.

    Args:
        config: of the stage.
        found: fingerprint of the data set, see `lascarlib.models.fingerprint.fingerprint`.
        stage: "atrium" or "scar".

    Returns:
        The config with every number final; unchanged where its plan is "fixed".

    Raises:
        LascarError: a planned number was also set by hand.
    """
    if config.plan == "fixed":
        return config
    fixed = _changed(config, StageConfig(), PLANNED)
    turned = _changed(config.augmentation, Augmentation(), PLANNED_ROTATION)
    fixed += [f"augmentation.{name}" for name in turned]
    if fixed:
        raise LascarError(
            f"{stage}.{fixed[0]} is set by hand but planned by nnU-Net's rules; add "
            f"{stage}.plan=fixed to use your own"
        )
    made = stage_plan(stage, found, budget=BUDGETS["cpu" if config.plan == "laptop" else "gpu"])
    return dataclasses.replace(
        config,
        spacing_mm=_as_xyz(made.spacing_mm, made),
        patch_voxels=_as_xyz(made.patch_size, made),
        features=made.features_per_stage,
        batch_size=made.batch_size,
        batch_dice=made.batch_dice,
        normalise="nonzero" if made.use_mask_for_norm else "image",
        augmentation=_with_rotation(config.augmentation, made),
    )


def _with_rotation(augmentation: Augmentation, made: Plan) -> Augmentation:
    """A patch more than three times as wide as its slices are many is turned within them alone."""
    if max(made.patch_size) <= ANISOTROPY * made.patch_size[0]:
        return augmentation
    return dataclasses.replace(augmentation, rotation_degrees=180.0, rotation_axes="coarsest")


def _changed(record: object, usual: object, names: tuple[str, ...]) -> list[str]:
    """The names whose values are not the usual ones."""
    return [name for name in names if getattr(record, name) != getattr(usual, name)]


def _as_xyz(triple: tuple[T, T, T], made: Plan) -> tuple[T, T, T]:
    """Undo the plan's transposition, then turn nnU-Net's (z, y, x) round."""
    z, y, x = (triple[made.transpose_forward.index(axis)] for axis in range(3))
    return (x, y, z)

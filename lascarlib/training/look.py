"""An early look at cases that are held back: the Dice of a few of their patches, while it learns.

It changes nothing: no random number is drawn, no weight moved, and an interrupted training makes up
for a look that it missed.
"""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import torch
from lightning_fabric import Fabric
from torch.func import functional_call

from lascarlib.augment import Augmentation
from lascarlib.training.batches import Batches, BatchPlan
from lascarlib.training.config import StageConfig
from lascarlib.training.learner import Learner, averaged_weights
from lascarlib.training.state import Row, State
from lascarlib.training.task import Task

N_BATCHES, BATCH_SIZE = 4, 2
"""A look is at so many batches of so many patches."""

AS_THEY_ARE = Augmentation(
    rotation_chance=0.0, scaling_chance=0.0, mirror=False, gamma_chance=0.0, noise_chance=0.0
)

FORWARD_SHARE = 1 / 3
"""What a patch that is only looked at costs, of what it costs to learn from one: a forward pass of
a forward and a backward one, which takes about twice as long (our estimate)."""


def held_back_patches(
    files: Sequence[Path], plan: BatchPlan, config: StageConfig
) -> Batches | None:
    """The patches of every look: always the same, one half anywhere, the other on the structure.

    Args:
        files: samples that are not learned from, see `lascarlib.training.batches`.
        plan: of the training's batches.
        config: of the stage.

    Returns:
        The batches, not augmented; None where no case is held back or no look wanted.
    """
    if not files or not config.validation_share:
        return None
    own = dataclasses.replace(
        plan, batch_size=BATCH_SIZE, foreground_share=0.5, augmentation=AS_THEY_ARE
    )
    return Batches(files, own)


def epochs_between(config: StageConfig, *, n_devices: int) -> int:
    """Epochs from one look to the next: as few as `validation_share` allows.

    Reckoned from numbers of patches, not from a clock, so that two trainings look at the same
    times.

    Args:
        config: of the stage, its `validation_share` above 0.
        n_devices: that share a batch; one of them looks while the others wait.

    Example:
        >>> config = StageConfig(batch_size=2, epoch_iterations=20, validation_share=0.05)
        >>> epochs_between(config, n_devices=1)  # 8 / 3 patches to look, 0.05 x 40 an epoch allowed
        2
    """
    look = N_BATCHES * BATCH_SIZE * FORWARD_SHARE
    allowed = config.validation_share * config.epoch_iterations * config.batch_size / n_devices
    return max(1, math.ceil(look / allowed))


def look_back(learner: Learner, task: Task, state: State, fabric: Fabric) -> None:
    """Add the Dice of the held-back patches to the latest epoch's row, once.

    A look is due every `epochs_between` epochs, and at the end of the training.

    Args:
        learner: with the weights of the end of that epoch.
        task: whose patches are looked at.
        state: whose latest row gets "validation_dice", NaN where no look is due, and
            "validation_seconds", the time it took.
        fabric: device and precision.
    """
    if task.held_back is None or not state.rows or "validation_dice" in state.rows[-1]:
        return
    every = epochs_between(task.config, n_devices=fabric.world_size)
    is_due = len(state.rows) % every == 0 or task.progress(state) >= 1.0
    started, dice = perf_counter(), math.nan
    if is_due and fabric.is_global_zero:
        dice = held_back_dice(learner, task, task.held_back, fabric)
    seconds = round(perf_counter() - started, 3)
    state.rows[-1] |= {"validation_dice": dice, "validation_seconds": seconds}


def held_back_dice(learner: Learner, task: Task, patches: Batches, fabric: Fabric) -> float:
    """Dice of the averaged weights, over all voxels of the patches together.

    Args:
        learner: is left as it is.
        task: what the answer is compared with, see `lascarlib.training.objective`.
        patches: of held-back cases.
        fabric: device and precision.

    Returns:
        0 to 1; NaN where nothing is there and nothing found.
    """
    shared = together = 0
    weights = averaged_weights(learner)
    learner.model.eval()
    try:
        for k in range(N_BATCHES):
            image, targets = (part.to(fabric.device) for part in patches[k])
            image = image.contiguous(memory_format=torch.channels_last_3d)
            with torch.inference_mode(), fabric.autocast():
                answer = task.objective.probability(functional_call(learner.model, weights, image))
            found, true = task.objective.compared(answer, targets)
            shared += int((found & true).sum())
            together += int(found.sum()) + int(true.sum())
    finally:
        learner.model.train()
    return 2 * shared / together if together else math.nan


def latest_dice(rows: Sequence[Row]) -> float:
    """The latest Dice that a look has found; NaN before the first.

    Example:
        >>> latest_dice([{"validation_dice": 0.5}, {"validation_dice": math.nan}, {"loss": 1.0}])
        0.5
    """
    found = [row.get("validation_dice", math.nan) for row in rows]
    return next((dice for dice in reversed(found) if not math.isnan(dice)), math.nan)

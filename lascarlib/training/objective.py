"""What a network of a stage is, what it minimises, and how its answer is read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from lascarlib.errors import LascarError
from lascarlib.losses import deep_supervision_loss, dice_cross_entropy_loss, dice_topk_loss
from lascarlib.models.topology import architecture_for
from lascarlib.models.unet import UNet
from lascarlib.training.config import Config, StageConfig
from lascarlib.training.methods import is_spatial, stage_losses
from lascarlib.training.spatial import SpatialLoss, spatial_network

IN_CHANNELS = {"atrium": 1, "scar": 2}
"""BF's stage 1 sees the image, its stage 2 the image and the distance map (BF, Fig. 1)."""

TARGETS = {"atrium": 2, "scar": 3, "joint": 5}
"""How many target channels the stages of JSQ's methods have, see `lascarlib.spatial_targets`."""


@dataclass(frozen=True)
class Objective:
    """One network of a method.

    Args:
        n_targets: target channels in a batch; the first is the structure patches are centred on.
        make_network: builds it, its weights drawn from torch's generator.
        loss: of its outputs, the targets (batch, n_targets, x, y, z), and the iterations done.
        probability: of its output in eval mode: (batch, answer, x, y, z) in [0, 1]. A stage
            "atrium" answers with the LA, "scar" with the scar or with normal wall and scar,
            "joint" with LA, normal wall and scar.
        compared: of such probabilities and the targets, two bool tensors (batch, x, y, z): what is
            found of the structure, and what is there. Of "joint" that is the LA; of the scar of
            JSQ's methods, the LA's surface where scar is likelier than normal wall.
    """

    n_targets: int
    make_network: Callable[[], nn.Module]
    loss: Callable[[Any, Tensor, int], Tensor]
    probability: Callable[[Any], Tensor]
    compared: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def make_objective(config: Config, stage: str) -> Objective:
    """The objective of a stage.

    Args:
        config: of the experiment, every number in it final.
        stage: "atrium", "scar" or "joint".

    Raises:
        LascarError: the stage has no such loss, or its patch does not fit its features, or its
            devices cannot share a batch equally.
    """
    own = config.stage(stage)
    known = stage_losses(config.method, stage)
    if own.loss not in known:
        raise LascarError(
            f"setting '{stage}.loss' is {own.loss!r}; {config.method} takes {', '.join(known)}"
        )
    if own.batch_size % config.devices:
        raise LascarError(
            f"setting '{stage}.batch_size' is {own.batch_size}; {config.devices} devices need a "
            "multiple of their number"
        )
    if is_spatial(config.method):
        network = spatial_network(own, stage=stage)
        loss = SpatialLoss(config.spatial, own, stage)
        compared = _scarred_surface if stage == "scar" else partial(_structure, threshold=0.5)
        return Objective(TARGETS[stage], network, loss, _sigmoid, compared)
    architecture = architecture_for(
        own.patch_voxels,
        spacing_mm=own.spacing_mm,
        features=own.features,
        in_channels=IN_CHANNELS[stage],
    )
    threshold = config.scar_threshold if stage == "scar" else 0.5
    compared = partial(_structure, threshold=threshold)
    return Objective(1, lambda: UNet(architecture), _nnunet_loss(own), _softmax, compared)


def _nnunet_loss(config: StageConfig) -> Callable[[list[Tensor], Tensor, int], Tensor]:
    """The loss of nnU-Net's U-Net over the decoder's outputs, finest first."""

    def single(logits: Tensor, target: Tensor) -> Tensor:
        if config.loss == "dice-cross-entropy":
            return dice_cross_entropy_loss(logits, target, batch_dice=config.batch_dice)
        return dice_topk_loss(
            logits,
            target,
            k_percent=config.top_k_percent,
            ranking=config.top_k_ranking,
            batch_dice=config.batch_dice,
        )

    def over_outputs(outputs: list[Tensor], targets: Tensor, iteration: int) -> Tensor:
        label = (targets[:, 0] >= 0.5).long()
        if not config.deep_supervision:
            return single(outputs[0], label)
        return deep_supervision_loss(outputs, label, loss=single)

    return over_outputs


def _softmax(logits: Tensor) -> Tensor:
    return torch.softmax(logits.float(), dim=1)[:, 1:]


def _sigmoid(outputs: Any) -> Tensor:
    """Of one head, or of the heads for LA and wall."""
    if isinstance(outputs, Tensor):
        return torch.sigmoid(outputs.float())
    heads = [outputs.atrium, outputs.wall] if hasattr(outputs, "wall") else [outputs.atrium]
    return torch.sigmoid(torch.cat(heads, dim=1).float())


def _structure(probability: Tensor, targets: Tensor, *, threshold: float) -> tuple[Tensor, Tensor]:
    return probability[:, 0] > threshold, targets[:, 0] >= 0.5


def _scarred_surface(probability: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    surface = targets[:, 0] >= 0.5
    return (
        surface & (probability[:, 1] > probability[:, 0]),
        surface & (targets[:, 2] > targets[:, 1]),
    )

"""The networks and losses of JSQ's methods, put together from a stage's config."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn

from lascarlib.errors import LascarError
from lascarlib.losses import (
    JointTarget,
    LossWeights,
    atrium_loss,
    audebert_loss,
    binary_cross_entropy_loss,
    code_loss_weights,
    dangi_loss,
    joint_loss,
    loss_weights,
    scar_distance_loss,
    sigmoid_dice_loss,
    target_band,
    xue_loss,
)
from lascarlib.models.atrialjsqnet import AtrialJSQnet, JointLogits
from lascarlib.models.distance_networks import AudebertNet, DangiNet, DistanceAnswer, XueNet
from lascarlib.models.halving import HalvingArchitecture
from lascarlib.models.halving_unet import HalvingUNet
from lascarlib.training.config import SpatialConfig, StageConfig

DISTANCE_NETWORKS = {"dangi": DangiNet, "audebert": AudebertNet, "xue": XueNet}
"""Name of a loss to the network it trains."""


def spatial_network(config: StageConfig, *, stage: str) -> Callable[[], nn.Module]:
    """How the network of a stage of JSQ's methods is built.

    Args:
        config: of the stage.
        stage: "atrium", "scar" or "joint".

    Raises:
        LascarError: the patch is no multiple of what the features ask for, or the augmentation
            scales.
    """
    architecture = HalvingArchitecture(features=config.features)
    if any(n % architecture.divisor for n in config.patch_voxels):
        raise LascarError(
            f"a patch of {config.patch_voxels} voxels is no multiple of {architecture.divisor}; "
            f"change {stage}.patch_voxels or {stage}.features"
        )
    if config.augmentation.scaling_chance:
        raise LascarError(
            "scaling a patch would change the distances this method learns; set "
            f"{stage}.augmentation.scaling_chance to 0"
        )
    if stage == "joint":
        return lambda: AtrialJSQnet(architecture)
    if config.loss in DISTANCE_NETWORKS:
        return lambda: DISTANCE_NETWORKS[config.loss](architecture)
    out_channels = 1 if stage == "atrium" else 2
    return lambda: HalvingUNet(architecture, out_channels=out_channels)


@dataclass(frozen=True)
class SpatialLoss:
    """The loss of one stage, called with outputs, targets and the iterations done.

    Targets are those of `lascarlib.spatial_targets`, (batch, target, x, y, z): the LA and its
    nearness, then the wall's surface, normal wall and scar; a stage has the part it learns.
    """

    spatial: SpatialConfig
    config: StageConfig
    stage: str

    def __call__(self, outputs: Any, targets: Tensor, iteration: int) -> Tensor:
        """A scalar."""
        if self.stage == "atrium":
            return self._atrium(outputs, targets, iteration)
        wall = targets[:, -2:].clamp(0, 1)  # interpolation may overshoot by a rounding error
        if self.stage == "scar":
            return self._wall(outputs, wall)
        return self._joint(outputs, targets, wall, iteration)

    def weights(self, iteration: int) -> LossWeights:
        """The weights of JSQ Eq. 2 and Eq. 7 after some iterations; without SA, its two are 0."""
        if self.spatial.weights == "paper":
            weights = loss_weights(iteration)
        else:
            epoch = iteration // self.config.epoch_iterations
            attention = self.spatial.weights == "code-with-attention"
            weights = code_loss_weights(epoch, attention=attention)
        if self.config.loss == "se-sa":
            return weights
        return replace(weights, lambda_m1=0.0, lambda_m2=0.0)

    def _distance(self, nearness: Tensor) -> Tensor:
        return self.spatial.clip_mm**self.spatial.beta - nearness

    def _atrium(self, outputs: Any, targets: Tensor, iteration: int) -> Tensor:
        label, distance = (targets[:, 0] >= 0.5).int(), self._distance(targets[:, 1])
        if isinstance(outputs, DistanceAnswer):
            return self._regression(
                outputs, label, distance / self.spatial.clip_mm**self.spatial.beta
            )
        reduction = self.spatial.reduction
        if self.config.loss == "se":
            lambda_la = self.weights(iteration).lambda_la
            return atrium_loss(outputs, label, distance, lambda_la=lambda_la, reduction=reduction)
        entropy = binary_cross_entropy_loss(outputs, label, reduction=reduction)
        if self.config.loss == "bce":
            return entropy
        return entropy + sigmoid_dice_loss(outputs, label[:, None])

    def _regression(self, answer: DistanceAnswer, label: Tensor, distance: Tensor) -> Tensor:
        logits, regressed, log_variance = answer
        if log_variance is not None:
            return dangi_loss(logits, regressed, log_variance, label, distance)
        loss = xue_loss if self.config.loss == "xue" else audebert_loss
        return loss(logits, regressed, label, distance)

    def _wall(self, logits: Tensor, wall: Tensor) -> Tensor:
        """Cross-entropy of labels is their Kullback-Leibler divergence; "se" compares maps.

        Labels stay as rotation left them, between 0 and 1: half of a voxel is no threshold for a
        wall that is one voxel thin.
        """
        reduction = self.spatial.reduction
        if self.config.loss == "se":
            metric = self.spatial.metric
            return scar_distance_loss(logits, wall, metric=metric, reduction=reduction)
        entropy = scar_distance_loss(logits, wall, metric="kl", reduction=reduction)
        if self.config.loss == "bce":
            return entropy
        return entropy + sigmoid_dice_loss(logits, wall)

    def _joint(self, logits: JointLogits, targets: Tensor, wall: Tensor, iteration: int) -> Tensor:
        label = (targets[:, 0] >= 0.5).int()
        if self.config.loss == "bce":
            reduction = self.spatial.reduction
            entropy = binary_cross_entropy_loss(logits.atrium, label, reduction=reduction)
            return entropy + self._wall(logits.wall, wall)
        band = self.spatial.true_mask == "target-band"
        target = JointTarget(
            atrium=label,
            distance=self._distance(targets[:, 1]),
            wall=wall,
            surface=target_band(wall) if band else targets[:, 2],
        )
        return joint_loss(
            logits.atrium,
            logits.wall,
            target,
            weights=self.weights(iteration),
            spacing_mm=self.config.spacing_mm,
            metric=self.spatial.metric,
            predicted_mask=self.spatial.predicted_mask,
            reduction=self.spatial.reduction,
        ).total

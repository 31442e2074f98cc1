"""What a stage minimises, and with which optimizer."""

from collections.abc import Callable

import torch
from torch import Tensor

from lascarlib.losses import deep_supervision_loss, dice_cross_entropy_loss, dice_topk_loss
from lascarlib.training.config import StageConfig


def make_optimizer(model: torch.nn.Module, config: StageConfig) -> torch.optim.Optimizer:
    """The optimizer of a stage: BF's SGD with Nesterov momentum (plain without any), or AdamW."""
    rate, decay, momentum = config.learning_rate, config.weight_decay, config.momentum
    if config.optimizer == "adamw":
        return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    return torch.optim.SGD(
        model.parameters(), lr=rate, momentum=momentum, nesterov=momentum > 0, weight_decay=decay
    )


def make_loss(config: StageConfig) -> Callable[[list[Tensor], Tensor], Tensor]:
    """The loss of a stage over the decoder's outputs, finest first."""

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

    def over_outputs(outputs: list[Tensor], target: Tensor) -> Tensor:
        if not config.deep_supervision:
            return single(outputs[0], target)
        return deep_supervision_loss(outputs, target, loss=single)

    return over_outputs

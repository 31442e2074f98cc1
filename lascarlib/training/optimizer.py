"""The optimizer of a network, and its learning rate at every iteration."""

import torch

from lascarlib.training.config import StageConfig
from lascarlib.training.schedule import polynomial_decay, step_decay


def make_optimizer(model: torch.nn.Module, config: StageConfig) -> torch.optim.Optimizer:
    """The optimizer of a stage.

    Args:
        model: whose parameters are trained.
        config: "sgd" is BF's, with Nesterov momentum (plain without any); "heavy-ball" is JSQ's,
            with the classical momentum; "adamw" without weight decay is the Adam of JSQ's code.

    Returns:
        The optimizer, at the rate of the first iteration.

    Example:
        >>> model = torch.nn.Linear(1, 1)
        >>> (group,) = make_optimizer(model, StageConfig(optimizer="heavy-ball")).param_groups
        >>> group["lr"], group["momentum"], group["nesterov"]
        (0.01, 0.99, False)
    """
    rate, decay, momentum = config.learning_rate, config.weight_decay, config.momentum
    if config.optimizer == "adamw":
        return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    return torch.optim.SGD(
        model.parameters(),
        lr=rate,
        momentum=momentum,
        nesterov=config.optimizer == "sgd" and momentum > 0,
        weight_decay=decay,
    )


def learning_rate(config: StageConfig, *, iteration: int, progress: float, factor: float) -> float:
    """The rate of one iteration.

    Args:
        config: of the stage.
        iteration: how many are done.
        progress: share of the training done, 0 to 1.
        factor: what plateaus have left of the rate, see `lascarlib.training.schedule`.

    Example:
        >>> config = StageConfig(learning_rate=0.1, decay="steps", step_iterations=10)
        >>> round(learning_rate(config, iteration=25, progress=0.5, factor=1.0), 6)  # two divisions
        0.001
    """
    if config.decay == "steps":
        every, divisor = config.step_iterations, config.step_divisor
        return config.learning_rate * factor * step_decay(iteration, every=every, divisor=divisor)
    return (
        config.learning_rate * factor * polynomial_decay(progress, exponent=config.decay_exponent)
    )

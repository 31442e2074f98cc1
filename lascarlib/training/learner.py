"""A network with all that changes while it learns: optimizer and running average of the weights."""

from dataclasses import dataclass
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from lascarlib.training.config import StageConfig
from lascarlib.training.device import ready
from lascarlib.training.objective import Objective
from lascarlib.training.optimizer import make_optimizer


@dataclass(frozen=True)
class Learner:
    """A network that learns.

    Args:
        model: the network itself.
        wrapped: the same, called in the precision of Fabric and joined with other processes.
        optimizer: of its parameters.
        average: running average of the parameters; empty where none is kept.
    """

    model: nn.Module
    wrapped: Any
    optimizer: Any
    average: list[Tensor]


def make_learner(
    objective: Objective, config: StageConfig, *, seed: int, fabric: Fabric
) -> Learner:
    """A network before its first iteration.

    Args:
        objective: what it is.
        config: of the stage.
        seed: of its weights.
        fabric: device and precision.
    """
    torch.manual_seed(seed)
    model = ready(objective.make_network())
    called: Any = torch.compile(model) if config.compiled else model
    wrapped, optimizer = fabric.setup(called, make_optimizer(model, config))
    average = [p.detach().clone() for p in model.parameters()] if config.average_decay else []
    model.train()
    return Learner(model, wrapped, optimizer, average)


def set_rate(learner: Learner, rate: float) -> None:
    """Give the optimizer the learning rate of the next iteration."""
    for group in learner.optimizer.param_groups:
        group["lr"] = rate


def update_average(learner: Learner, *, decay: float, iteration: int) -> None:
    """Exponential moving average of the weights, with a short memory at the start."""
    if learner.average:
        decay = min(decay, (1 + iteration) / (10 + iteration))
        weights = [p.data for p in learner.model.parameters()]
        with torch.no_grad():
            torch._foreach_lerp_(learner.average, weights, 1 - decay)


def averaged_weights(learner: Learner) -> dict[str, Tensor]:
    """The averaged weights by name of the parameter; empty where none are kept."""
    names = [name for name, _ in learner.model.named_parameters()]
    return dict(zip(names, learner.average, strict=False))


def take_average(learner: Learner) -> None:
    """Put the averaged weights into the network, where these are kept."""
    for parameter, mean in zip(learner.model.parameters(), learner.average, strict=False):
        parameter.data.copy_(mean)

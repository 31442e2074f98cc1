import dataclasses

import pytest
import torch

from lascarlib.training.config import StageConfig
from lascarlib.training.optimizer import learning_rate, make_optimizer

SETTINGS = StageConfig(learning_rate=0.1, momentum=0.5, weight_decay=0.0)


def two_steps(optimizer: str, momentum: float = 0.5) -> float:
    """A weight that starts at 0 under a gradient of 1, after two steps."""
    weight = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(weight.weight)
    config = dataclasses.replace(SETTINGS, optimizer=optimizer, momentum=momentum)
    steps = make_optimizer(weight, config)
    for _ in range(2):
        weight.weight.grad = torch.ones(1, 1)
        steps.step()
    return weight.weight.item()


def test_two_steps_of_each_by_hand() -> None:
    # Classical momentum: -0.1 - 0.1 (1 + 0.5). Nesterov looks ahead: -0.1 x 1.5 - 0.1 x 1.75.
    assert two_steps("heavy-ball") == pytest.approx(-0.25)
    assert two_steps("sgd") == pytest.approx(-0.325)
    assert two_steps("sgd", momentum=0.0) == pytest.approx(-0.2)
    assert two_steps("adamw") == pytest.approx(-0.2, abs=1e-6)


def test_both_decays_and_the_plateau_by_hand() -> None:
    half = dataclasses.replace(SETTINGS, decay_exponent=1.0)
    assert learning_rate(half, iteration=9, progress=0.5, factor=0.2) == pytest.approx(0.01)
    steps = dataclasses.replace(SETTINGS, decay="steps", step_iterations=4, step_divisor=10.0)
    rates = [learning_rate(steps, iteration=i, progress=0.9, factor=1.0) for i in (3, 4, 8)]
    assert rates == pytest.approx([0.1, 0.01, 0.001])

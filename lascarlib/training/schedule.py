"""The learning rate over a training: decay, and division on a plateau (BF, section 3)."""

from dataclasses import dataclass


def polynomial_decay(progress: float, *, exponent: float) -> float:
    """Factor of the learning rate after a share of the training (nnU-Net's schedule).

    Args:
        progress: share done, 0 to 1; of the iterations, or of the time budget.
        exponent: 0.9 in nnU-Net.

    Returns:
        (1 - progress) ** exponent, never below 0.

    Example:
        >>> [polynomial_decay(p, exponent=1.0) for p in (0.0, 0.25, 1.0)]
        [1.0, 0.75, 0.0]
    """
    return max(0.0, 1.0 - progress) ** exponent


def step_decay(iteration: int, *, every: int, divisor: float) -> float:
    """Factor of the learning rate that is divided at regular intervals (JSQ section 4.1).

    Args:
        iteration: how many are done.
        every: iterations between two divisions.
        divisor: what the rate is divided by.

    Example:
        >>> [step_decay(i, every=4000, divisor=10.0) for i in (0, 3999, 4000, 8000)]
        [1.0, 1.0, 0.1, 0.01]
    """
    return divisor ** -(iteration // every)


@dataclass(frozen=True)
class Plateau:
    """How long the mean training loss of an epoch has not improved, and what that did to the rate.

    The patience is a share of the training, so it means the same under a time budget: BF's 30 of
    500 epochs are 0.06.

    Args:
        best: lowest epoch mean so far.
        best_at: progress when it was reached, or when the rate was last divided.
        factor: what the learning rate is multiplied by.
    """

    best: float = float("inf")
    best_at: float = 0.0
    factor: float = 1.0


def after_epoch(
    plateau: Plateau, loss: float, *, progress: float, patience: float, divisor: float
) -> Plateau:
    """The state after one more epoch.

    Args:
        plateau: the state before.
        loss: mean training loss of the epoch.
        progress: share of the training done, 0 to 1.
        patience: share of the training that may pass without a better loss.
        divisor: what the rate is then divided by.

    Example:
        >>> state = after_epoch(Plateau(), 0.5, progress=0.1, patience=0.06, divisor=5.0)
        >>> after_epoch(state, 0.6, progress=0.2, patience=0.06, divisor=5.0)
        Plateau(best=0.5, best_at=0.2, factor=0.2)
    """
    if loss < plateau.best:
        return Plateau(loss, progress, plateau.factor)
    if progress - plateau.best_at >= patience - 1e-9:  # 0.7 - 0.4 is a little below 0.3
        return Plateau(plateau.best, progress, plateau.factor / divisor)
    return plateau

"""The kinds of test that a claim can be put to, as declarations."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Better:
    """A row scores better than another: higher, or lower for a distance in mm.

    Args:
        experiment: name.
        row: the one that is better.
        than: the other.
        metric: in which.
        only: a metric that must be 1 for a case to count; "" counts all.
    """

    experiment: str
    row: str
    than: str
    metric: str
    only: str = ""


@dataclass(frozen=True)
class Alike:
    """Two rows score alike: closer than a margin.

    Args:
        experiment: name.
        row: one of them.
        than: the other.
        metric: in which.
        margin: the largest mean difference that is of no importance.
    """

    experiment: str
    row: str
    than: str
    metric: str
    margin: float


@dataclass(frozen=True)
class Beyond:
    """A row's mean lies above or below a limit.

    Args:
        experiment: name.
        row: of it.
        metric: in which.
        side: "above" or "below".
        limit: in the metric's unit.
    """

    experiment: str
    row: str
    metric: str
    side: Literal["above", "below"]
    limit: float


@dataclass(frozen=True)
class Correlated:
    """Two numbers of a row go together over its cases, and by how much.

    Args:
        experiment: name.
        row: of it.
        x: a metric.
        y: another.
        r_squared: as the paper prints it; None where it prints none.
    """

    experiment: str
    row: str
    x: str
    y: str
    r_squared: float | None = None


Test = Better | Alike | Beyond | Correlated

"""How a table of a paper is written down: its rows, the data they need, the values it prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lascarlib.errors import LascarError
from lascarlib.training.methods import MethodName

Paper = Mapping[str, tuple[float, float]]
"""Metric to mean and standard deviation as the paper prints them, in the units of our metrics."""

Cohorts = Mapping[str, tuple[str, ...]]
"""Name of a cohort, as "train", to the data sources it is made of."""

Data = Mapping[str, Mapping[str, Cohorts]]
"""Profile to domain ("phantom", "utah2018", "lascarqs2022") to cohorts."""


@dataclass(frozen=True)
class Network:
    """A row made by trained networks.

    Args:
        method: of `lascarlib.training.methods`.
        settings: of its training, by name, beside those of the profile.
        reading: settings that only matter when a case is predicted, as thresholds.
        stages: the networks wanted, all of the method's where empty.
        folds: train BF's stage 1 on every fold, fit the UAM on the cases they held back, and train
            stage 2 once, on the distance maps that these predictions give; else everything is
            trained once, on every case.
        surface: the LA onto which both scars are projected to be compared.
        without_worst: leave out so many cases of the lowest surface Dice.
    """

    method: MethodName
    settings: Mapping[str, Any] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    folds: bool = False
    surface: Literal["manual", "automatic"] = "manual"
    without_worst: int = 0


@dataclass(frozen=True)
class Classical:
    """A row made by a method that learns nothing, on the manual LA or on that of a network.

    Args:
        method: of `lascarlib.baselines`.
        atrium: the network that gives the LA; the label where None.
    """

    method: str
    atrium: Network | None = None


@dataclass(frozen=True)
class LearnGC:
    """A row made by the networks and the minimum cut of LearnGC, on the manual LA."""


@dataclass(frozen=True)
class Observer:
    """A row made by a second observer, see `lascarlib.phantom.observer`; a seed is an observer."""


@dataclass(frozen=True)
class Scan:
    """A row that predicts nothing: how the cases of a cohort were acquired."""


Made = Network | Classical | LearnGC | Observer | Scan


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Args:
        name: as printed.
        made: how its numbers come about.
        paper: the values printed; empty where the row is ours.
        train: names of the cohorts that are learned from.
        test: names of those that are scored.
    """

    name: str
    made: Made
    paper: Paper = field(default_factory=dict)
    train: tuple[str, ...] = ("train",)
    test: tuple[str, ...] = ("test",)

    @property
    def learns(self) -> bool:
        """Whether something is trained for it."""
        made = self.made
        on_network = isinstance(made, Classical) and made.atrium is not None
        return on_network or isinstance(made, Network | LearnGC)


@dataclass(frozen=True)
class Experiment:
    """A table or figure of a paper.

    Args:
        name: on the command line.
        source: paper and place.
        question: what it answers, one sentence.
        metrics: fields of `lascarlib.evaluation.CaseScore`, or of `lascarlib.experiments.answers`.
        rows: in the order printed.
        data: what it is run on in each profile.
        note: what a reader must know about our version of it.
        pictured: id of the case of which every row's answer is kept as masks; "" keeps none.
    """

    name: str
    source: str
    question: str
    metrics: tuple[str, ...]
    rows: tuple[Row, ...]
    data: Data
    note: str = ""
    pictured: str = ""

    def sources(self, names: tuple[str, ...], *, profile: str, domain: str) -> tuple[str, ...]:
        """The data sources of some cohorts; none where the domain lacks one of them."""
        cohorts = self.data[profile][domain]
        if any(name not in cohorts for name in names):
            return ()
        return tuple(source for name in names for source in cohorts[name])

    def row(self, name: str) -> Row:
        """The row of a name.

        Raises:
            LascarError: there is no such row.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise LascarError(
            f"{self.name}: no row {name!r}; there are {', '.join(row.name for row in self.rows)}"
        )

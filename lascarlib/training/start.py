"""Begin a training from the weights of another one (fine-tuning)."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lascarlib.errors import LascarError
from lascarlib.pretrained import run_folder, run_name
from lascarlib.training.checkpoint import load_weights
from lascarlib.training.config import Config
from lascarlib.training.folds import split_fold
from lascarlib.training.methods import STAGES, is_spatial
from lascarlib.training.objective import Objective
from lascarlib.training.record import Record, open_record, trained_folds

RATE_FACTOR = 0.25
"""Share of a profile's learning rate that a network starts with where it has weights already."""

TAKEN = ("plan", "spacing_mm", "patch_voxels", "features", "normalise")
"""Settings of a stage that belong to the weights: its network's shape, and what it is shown."""


@dataclass(frozen=True)
class Start:
    """The networks of one fold of a finished training.

    Args:
        name: what records call it: `pretrained:NAME` or the whole path of the folder, with the fold
            in brackets where one was asked for.
        record: of that training.
        fold: whose weights are taken.
        stages: that have such weights.
    """

    name: str
    record: Record[Config]
    fold: str
    stages: tuple[str, ...]

    def weights(self, stage: str) -> Path:
        """The file of a stage's weights."""
        return self.record.folder / stage / self.fold / "weights.safetensors"


def open_start(words: str) -> Start:
    """Find the networks that a training is to start from.

    Args:
        words: "pretrained:phantom" or the folder of a training; of several folds one is named, as
            in "runs/folds[fold_0]".

    Returns:
        Its networks.

    Raises:
        LascarError: it is no training, or nothing in it is trained, or no such fold, or several and
            none is named.

    Example:
        >>> start = open_start("pretrained:phantom")
        >>> start.fold, start.stages, start.record.config.atrium.features
        ('all', ('atrium', 'scar'), (16, 32, 64, 128))
    """
    place, asked = split_fold(words)
    record = open_record(Record[Config], Config, run_folder(place))
    found = {stage: trained_folds(record.folder, stage) for stage in STAGES}
    folds = sorted(set().union(*found.values()))
    if not folds:
        raise LascarError(f"{place}: no trained network in it; finish the training first")
    if (asked is None and len(folds) > 1) or (asked is not None and asked not in folds):
        raise LascarError(
            f"{words}: holds the networks of {', '.join(folds)}; start from one of them, as in "
            f"{place}[{folds[0]}]"
        )
    fold = asked or folds[0]
    stages = tuple(stage for stage in STAGES if fold in found[stage])
    return Start(start_name(words), record, fold, stages)


def start_name(words: str) -> str:
    """What records call the networks that a training starts from; they need not be there.

    Args:
        words: as for `open_start`.

    Raises:
        LascarError: the package has no weights of that name.

    Example:
        >>> start_name("pretrained:phantom"), start_name("/runs/folds/[fold_0]")
        ('pretrained:phantom', '/runs/folds[fold_0]')
    """
    place, asked = split_fold(words)
    return run_name(run_folder(place)) + (f"[{asked}]" if asked else "")


def started(config: Config, start: Start) -> Config:
    """Give a config the shape and preprocessing of the networks it is to start from.

    The learning rate of these stages becomes `RATE_FACTOR` of what it was.

    Args:
        config: of a profile.
        start: networks of the same method.

    Example:
        >>> config = started(Config(), open_start("pretrained:phantom"))
        >>> config.start, config.atrium.spacing_mm, config.atrium.learning_rate  # 0.01 / 4
        ('pretrained:phantom', (2.0, 2.0, 1.5), 0.0025)
    """
    changes: dict[str, Any] = {"start": start.name}
    for stage in start.stages:
        own = config.stage(stage)
        rate = own.learning_rate * RATE_FACTOR
        changes[stage] = dataclasses.replace(own, learning_rate=rate, **_taken(start, stage))
    if _sees_distance(start):
        changes["distance_map"] = start.record.config.distance_map
    return dataclasses.replace(config, **changes)


def check_start(
    config: Config, start: Start, objectives: Mapping[str, Objective] | None = None
) -> None:
    """Refuse a config whose networks cannot begin with the weights.

    Args:
        config: of the training that is to start.
        start: networks to start from.
        objectives: stage to what its network is, where they are to be compared too.

    Raises:
        LascarError: another method, or a setting of the networks' shape or preprocessing that is
            not that of the weights; or none of the stages has weights, or they are of another
            network.
    """
    theirs = start.record.config
    if config.method != theirs.method:
        raise LascarError(
            f"{start.name}: its method is {theirs.method}, not {config.method}; leave the method "
            "out or start from other weights"
        )
    expected = {
        f"{stage}.{name}": (getattr(config.stage(stage), name), value)
        for stage in start.stages
        for name, value in _taken(start, stage).items()
    }
    if _sees_distance(start):
        expected["distance_map"] = (config.distance_map, theirs.distance_map)
    for name, (own, value) in expected.items():
        if own != value:
            raise LascarError(
                f"setting {name!r} is {own}, but the weights of {start.name} learned with {value}; "
                "leave it out or start from other weights"
            )
    _check_networks(start, objectives or {})


def _check_networks(start: Start, objectives: Mapping[str, Objective]) -> None:
    if objectives and not set(objectives) & set(start.stages):
        raise LascarError(
            f"{start.name}: has no network for {' or '.join(objectives)}, only for "
            f"{', '.join(start.stages)}; start from other weights"
        )
    for stage in set(objectives) & set(start.stages):
        try:
            load_weights(start.weights(stage), objectives[stage].make_network())
        except LascarError as error:
            raise LascarError(
                f"{start.name}: its {stage} network is another than this {stage}.loss trains; "
                f"leave it out ({error})"
            ) from error


def _taken(start: Start, stage: str) -> dict[str, Any]:
    """What the weights of a stage decide; a plan has become numbers."""
    theirs = start.record.config.stage(stage)
    return {name: getattr(theirs, name) for name in TAKEN} | {"plan": "fixed"}


def _sees_distance(start: Start) -> bool:
    """Whether a distance map is among the inputs of its networks: of BF's stage 2."""
    return "scar" in start.stages and not is_spatial(start.record.config.method)

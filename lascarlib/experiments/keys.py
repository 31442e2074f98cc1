"""What a stored number depends on, as two short hashes that survive later commits."""

import dataclasses
import json
from typing import Any

from lascarlib.baselines.learngc.config import LearnGCConfig
from lascarlib.datasets.dataset import digest
from lascarlib.experiments.declaration import Experiment, LearnGC, Network, Row
from lascarlib.experiments.sizes import learngc_config, network_config
from lascarlib.training import Config
from lascarlib.training.settings import differing_settings


def declaration_hash(experiment: Experiment, row: Row, *, profile: str, domain: str) -> str:
    """Hash of how a row is declared: how it is made, and the data it learns from and is scored on.

    Names, printed values and notes are left out, for to reword them changes no number; so is what
    is at its default, for a new field of the declarations changes none either.

    Args:
        experiment: whose row it is.
        row: of the experiment.
        profile: "smoke", "cpu" or "gpu".
        domain: of the data.

    Returns:
        Twelve hexadecimal digits.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> table = EXPERIMENTS["bf-table-1"]
        >>> first, second = (
        ...     declaration_hash(table, row, profile="smoke", domain="phantom")
        ...     for row in table.rows[:2]
        ... )
        >>> len(first), first == second
        (12, False)
    """
    train, test = (
        experiment.sources(names, profile=profile, domain=domain)
        for names in (row.train if row.learns else (), row.test)
    )
    parts = {
        "kind": type(row.made).__name__,
        "made": _declared(row.made),
        "train": train,
        "test": test,
    }
    return _short(parts)


def config_hash(row: Row, *, profile: str, seed: int) -> str:
    """Hash of every setting of a row's networks that differs from the library's defaults.

    A new setting of the library, at its default, changes no hash; another value does.

    Args:
        row: of an experiment.
        profile: "smoke", "cpu" or "gpu".
        seed: of the training.

    Returns:
        Twelve hexadecimal digits.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> row = EXPERIMENTS["bf-table-1"].rows[0]
        >>> config_hash(row, profile="smoke", seed=0) == config_hash(row, profile="smoke", seed=1)
        False
    """
    made = row.made
    network = made if isinstance(made, Network) else getattr(made, "atrium", None)
    parts: dict[str, Any] = {"seed": seed}
    if isinstance(network, Network):
        parts["network"] = differing_settings(
            Config(), network_config(network, profile=profile, seed=seed)
        )
    if isinstance(made, LearnGC):
        parts["learngc"] = differing_settings(
            LearnGCConfig(), learngc_config(profile=profile, seed=seed)
        )
    return _short(parts)


def _declared(record: Any) -> dict[str, Any]:
    """The fields of a declaration that differ from their defaults: a new field changes no hash."""
    found = {}
    for field in dataclasses.fields(record):
        value, default = getattr(record, field.name), field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        if value != default:
            found[field.name] = _declared(value) if dataclasses.is_dataclass(value) else value
    return found


def _short(parts: Any) -> str:
    return digest(json.dumps(parts, sort_keys=True, default=dict))[:12]

"""The named sets of literals an experiment starts from: smoke, cpu, gpu."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from lascarlib.errors import LascarError
from lascarlib.training.config import Config
from lascarlib.training.methods import METHODS, MethodName, foreign_settings, is_spatial
from lascarlib.training.settings import coerce, with_settings
from lascarlib.training.start import check_start, open_start, started

_LAPTOP_AUGMENTATION = {
    "rotation_degrees": 15.0,
    "rotation_chance": 0.6,
    "scaling": 0.2,
    "scaling_chance": 0.6,
    "mirror": False,
}

_LAPTOP_STAGE = {
    "optimizer": "adamw",
    "learning_rate": 2e-3,
    "average_decay": 0.99,
    "epoch_iterations": 20,
    "augmentation": _LAPTOP_AUGMENTATION,
}

_QUICK_STAGE = {
    **_LAPTOP_STAGE,
    "batch_size": 1,
    "learning_rate": 5e-3,
    "augmentation": {**_LAPTOP_AUGMENTATION, "rotation_chance": 0.3, "scaling_chance": 0.3},
}

_SPATIAL_STAGE = {
    **_LAPTOP_STAGE,
    "batch_size": 2,
    "features": (8, 16, 32, 64),
    "learning_rate": 0.01,
    "foreground_share": 0.5,
    # JSQ trains without any; scaling would change the distances that are learned.
    "augmentation": {**_LAPTOP_AUGMENTATION, "scaling_chance": 0.0},
}

PROFILES: dict[str, Mapping[str, Any]] = {
    # Continuous integration: the coarse phantom, about a minute of training a network.
    "smoke": {
        "mirror_at_test": False,
        "atrium": {
            **_QUICK_STAGE,
            "spacing_mm": (2.5, 2.5, 2.5),
            "patch_voxels": (48, 48, 32),
            "features": (8, 16, 32, 64),
            # The hardest tenth alone, BF's choice, teaches too little in so few iterations.
            "top_k_percent": 50.0,
            "iterations": 240,
        },
        "scar": {
            **_QUICK_STAGE,
            "loss": "dice-cross-entropy",
            "spacing_mm": (1.25, 1.25, 2.5),
            "patch_voxels": (64, 64, 24),
            "features": (8, 16, 32, 64),
            "foreground_share": 1.0,
            "iterations": 240,
        },
    },
    # A course laptop with two cores: results worth looking at within minutes.
    # Three folds, not the papers' five, keep a notebook that trains them within ten minutes.
    "cpu": {
        "folds": 3,
        "mirror_at_test": False,
        "atrium": {
            **_LAPTOP_STAGE,
            "spacing_mm": (1.25, 1.25, 1.25),
            "patch_voxels": (96, 80, 48),
            "features": (8, 16, 32, 64, 128),
            "top_k_percent": 50.0,  # as in smoke
            "iterations": 600,
        },
        "scar": {
            **_QUICK_STAGE,
            "loss": "dice-cross-entropy",
            "spacing_mm": (1.25, 1.25, 2.5),
            "patch_voxels": (80, 80, 32),
            "features": (16, 32, 64, 128),
            "learning_rate": 4e-3,
            "foreground_share": 1.0,
            "iterations": 360,
        },
    },
    # The papers' settings: BF, section 3, on nnU-Net's plan.
    "gpu": {
        "atrium": {"plan": "nnunet", "iterations": 500 * 250},
        "scar": {"plan": "nnunet", "loss": "dice-cross-entropy", "iterations": 130 * 250},
    },
}
"""Profile name to settings of BF's method; literals only, never another path through the code."""

SPATIAL_PROFILES: dict[str, Mapping[str, Any]] = {
    "smoke": {
        **_SPATIAL_STAGE,
        "spacing_mm": (2.5, 2.5, 2.5),
        "patch_voxels": (48, 48, 32),
        "iterations": 240,
    },
    # The scar of these methods comes late: the paper's network has twelve times as many iterations.
    "cpu": {
        **_SPATIAL_STAGE,
        "spacing_mm": (1.25, 1.25, 2.5),
        "patch_voxels": (80, 80, 24),
        "iterations": 1000,
    },
    # JSQ, section 4.1: one crop a case, centred on the image. (The authors' code centres it on the
    # LA's label: "patch_centre": "anywhere", "foreground_share": 1.0 comes near.) The paper names
    # neither batch size nor iterations: these are the code's batch, and three steps of the rate. It
    # clips no gradients either; nnU-Net's clip at 12 is kept.
    "gpu": {
        "spacing_mm": (1.0, 1.0, 1.0),
        "patch_voxels": (208, 208, 80),
        "features": (16, 32, 64, 128, 256),
        "optimizer": "heavy-ball",
        "learning_rate": 1e-3,
        "momentum": 0.9,
        "weight_decay": 1e-4,
        "decay": "steps",
        "iterations": 12_000,
        "patch_centre": "image",
        "plateau_divisor": 1.0,
        "augmentation": {
            "rotation_chance": 0.0,
            "scaling_chance": 0.0,
            "mirror": False,
            "gamma_chance": 0.0,
            "noise_chance": 0.0,
        },
    },
}
"""Profile name to settings of every network of the methods JSQ compares, its own among them."""


def make_config(profile: str, *, seed: int, settings: Mapping[str, Any] | None = None) -> Config:
    """The config of a profile, with single settings changed by name.

    Args:
        profile: "smoke", "cpu" or "gpu".
        seed: of the experiment.
        settings: dotted name to value, see `with_settings`; "method" among them decides which
            literals they change, and "start" takes method, shapes and preprocessing from the
            weights it names, see `lascarlib.training.start`.

    Returns:
        The config.

    Raises:
        LascarError: unknown profile or setting, a value of another type, or a setting that the
            method does not have, or that contradicts the weights to start from; or profile or seed
            among the settings.

    Example:
        >>> config = make_config("smoke", seed=1, settings={"atrium.top_k_percent": 20.0})
        >>> config.seed, config.atrium.top_k_percent
        (1, 20.0)
    """
    if profile not in PROFILES:
        raise LascarError(f"unknown profile {profile!r}; known are {', '.join(PROFILES)}")
    named = sorted({"profile", "seed"} & set(settings or {}))
    if named:
        raise LascarError(f"setting {named[0]!r} has an option of its own; use that")
    chosen = dict(settings or {})
    words = coerce(chosen.pop("start", ""), str, name="start")
    start = open_start(words) if words else None
    usual = start.record.config.method if start else Config().method
    config = with_settings(
        Config(profile=profile, seed=seed), {"method": chosen.pop("method", usual)}
    )
    _check_own(config.method, chosen)
    config = with_settings(config, _literals(profile, config.method))
    if start is None:
        return with_settings(config, chosen)
    config = with_settings(started(config, start), chosen)
    check_start(config, start)
    return config


def _check_own(method: MethodName, settings: Mapping[str, Any]) -> None:
    """Refuse settings of another method: they would change nothing."""
    foreign = foreign_settings(method)
    for name in _names(settings):
        parts = name.split(".")
        if any(".".join(parts[: k + 1]) in foreign for k in range(len(parts))):
            own = [
                f"{field.name}.*" if is_dataclass(field.default_factory) else field.name
                for field in fields(Config)
                if field.name not in (*foreign, "profile", "seed")
            ]
            raise LascarError(
                f"setting {name!r} would change nothing in {method}, which has {', '.join(own)}"
                + _except(foreign)
                + "; leave it out or give another method"
            )


def _except(foreign: Sequence[str]) -> str:
    """The parts of its groups that a method does not have, in words."""
    parts = dict.fromkeys(name.partition(".")[2] for name in foreign if "." in name)
    return f" (the stages without {', '.join(parts)})" if parts else ""


def _names(settings: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Dotted names of settings, those within groups included."""
    for name, value in settings.items():
        if isinstance(value, Mapping) and value:
            yield from _names(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def _literals(profile: str, method: MethodName) -> dict[str, Any]:
    """Settings of a profile for a method, with the losses of the method's stages."""
    literals = dict(PROFILES[profile])
    if not is_spatial(method):
        return literals
    del literals["atrium"], literals["scar"]
    for stage, loss in METHODS[method].losses.items():
        literals[stage] = {**SPATIAL_PROFILES[profile], "loss": loss}
    return literals

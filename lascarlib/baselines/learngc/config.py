"""The frozen configuration of LearnGC and its three profiles."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Literal

from lascarlib.errors import LascarError
from lascarlib.training.settings import with_settings


@dataclass(frozen=True)
class LearnGCConfig:
    """One training of LearnGC.

    Args:
        method: "learngc".
        profile: name of the literals it started from: "smoke", "cpu", "gpu".
        seed: decides initial weights, vertices, pairs and offsets.
        budget_minutes: train for so long instead of the iterations; 0 counts iterations.
        mesh_mm: length of a triangle's edge on the LA surface, about.
        patch_steps_mm: distance between samples, one for each scale.
        patch_voxels: samples along the normal and along each tangent, odd, at least 5.
        offset_mm: while learning, a patch is moved along its normal by up to this, either way.
        features: channels of the first convolution of each scale; the second has twice as many.
        batch_size: vertices per iteration; as many pairs of neighbours come with them.
        cases_per_batch: how many cases these are drawn from.
        iterations: how many to train where no time budget is given.
        log_iterations: iterations per row of the log and between checkpoints.
        learning_rate: of AdamW at the start; it falls linearly to 0.
        weight_decay: of AdamW.
        smoothness: weight of the n-links against the t-links, lambda.
        inner_mm: depth inside the LA of the voxels that the labels are brought back to.
        outer_mm: their depth outside.
    """

    method: Literal["learngc"] = "learngc"
    profile: str = "gpu"
    seed: int = 0
    budget_minutes: float = 0.0
    mesh_mm: float = 1.0
    patch_steps_mm: tuple[float, ...] = (1.0, 2.0, 4.0)
    patch_voxels: tuple[int, int] = (17, 13)
    offset_mm: float = 2.0
    features: int = 16
    batch_size: int = 256
    cases_per_batch: int = 4
    iterations: int = 20_000
    log_iterations: int = 100
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    smoothness: float = 0.4
    inner_mm: float = 0.0
    outer_mm: float = 3.0

    def __post_init__(self) -> None:
        for name in ("batch_size", "cases_per_batch", "features", "iterations", "log_iterations"):
            _check(name, getattr(self, name), 1)
        for name in ("mesh_mm", "learning_rate"):
            _check(name, getattr(self, name), 1e-6)
        for name in ("seed", "budget_minutes", "offset_mm", "weight_decay", "smoothness"):
            _check(name, getattr(self, name), 0)
        for name in ("inner_mm", "outer_mm"):
            _check(name, getattr(self, name), 0)
        for step in self.patch_steps_mm:
            _check("patch_steps_mm", step, 1e-6)
        if not all(n >= 5 and n % 2 for n in self.patch_voxels):
            raise LascarError(
                f"setting 'patch_voxels' is {self.patch_voxels}; give odd numbers from 5"
            )
        if self.cases_per_batch > self.batch_size:
            raise LascarError(
                f"setting 'cases_per_batch' is {self.cases_per_batch}, above batch_size "
                f"{self.batch_size}; give a smaller one"
            )


PROFILES: dict[str, Mapping[str, Any]] = {
    "smoke": {
        "mesh_mm": 2.5,
        "patch_steps_mm": (1.5, 3.0),
        "patch_voxels": (9, 5),
        "features": 8,
        "batch_size": 64,
        "iterations": 200,
        "log_iterations": 20,
        "learning_rate": 3e-3,
    },
    "cpu": {
        "mesh_mm": 2.0,
        "patch_voxels": (9, 7),
        "features": 8,
        "batch_size": 128,
        "iterations": 1000,
        "learning_rate": 2e-3,
    },
    "gpu": {},
}
"""Profile name to settings."""


def make_learngc_config(
    profile: str, *, seed: int, settings: Mapping[str, Any] | None = None
) -> LearnGCConfig:
    """The config of a profile, with single settings changed by name.

    Args:
        profile: "smoke", "cpu" or "gpu".
        seed: of the training.
        settings: name to value, see `lascarlib.training.settings.with_settings`.

    Returns:
        The config.

    Raises:
        LascarError: unknown profile or setting, or a value of another type or out of its range.

    Example:
        >>> make_learngc_config("smoke", seed=1, settings={"smoothness": 0.2}).smoothness
        0.2
    """
    if profile not in PROFILES:
        raise LascarError(f"unknown profile {profile!r}; known are {', '.join(PROFILES)}")
    config = with_settings(LearnGCConfig(profile=profile, seed=seed), PROFILES[profile])
    return with_settings(config, settings or {})


def _check(name: str, value: float, low: float) -> None:
    if not (isfinite(value) and low <= value < inf):
        raise LascarError(f"setting {name!r} is {value}; give at least {low:g}")

"""How large the networks of the tables are in each profile, and the data they see."""

from collections.abc import Mapping
from typing import Any

from lascarlib.baselines.learngc import make_learngc_config
from lascarlib.baselines.learngc.config import LearnGCConfig
from lascarlib.experiments.declaration import Network
from lascarlib.training import make_config
from lascarlib.training.config import Config
from lascarlib.training.methods import METHODS, is_spatial

BOUNDARY_SIZES: Mapping[str, Mapping[str, Any]] = {
    "smoke": {"folds": 2, "atrium.iterations": 60, "scar.iterations": 60},
    "cpu": {
        "folds": 3,
        # The whole coarse phantom, of which the LA is 4 to 11 %. Where a patch holds more LA than
        # K %, the hardest voxels are at first all LA or all background, and TopK learns neither.
        "atrium.spacing_mm": (2.5, 2.5, 2.5),
        "atrium.patch_voxels": (48, 48, 40),
        "atrium.features": (8, 16, 32, 64),
        "atrium.iterations": 600,
        "scar.patch_voxels": (64, 64, 24),
        "scar.features": (8, 16, 32, 64),
        "scar.iterations": 400,
    },
    "gpu": {},
}
"""Settings of BF's networks beside the profile's: in the cpu profile a training takes two to four
minutes on one core, on the coarse phantom; in smoke, seconds, which shows that it runs."""

SPATIAL_SIZES: Mapping[str, Mapping[str, Any]] = {
    "smoke": {"iterations": 60},
    "cpu": {
        "spacing_mm": (2.0, 2.0, 2.5),
        "patch_voxels": (48, 48, 32),
        "iterations": 1000,
    },
    "gpu": {},
}
"""The same of every network of JSQ's methods.

Chosen on six test cases of AtrialJSQnet, whose scar comes last, among settings that take as long:
after batches of 1, 4 or 6 it had found no scar, or hardly any; voxels of 2.5 mm, smaller patches or
twice the features brought it no earlier. It is a matter of length: after 600 iterations the U-Net
with BCE finds no scar at all, after 1,200 it does.
"""

LEARNGC_SIZES: Mapping[str, Mapping[str, Any]] = {
    "smoke": {"iterations": 60},
    "cpu": {"iterations": 500},
    "gpu": {},
}
"""The same of LearnGC."""


def network_config(network: Network, *, profile: str, seed: int) -> Config:
    """The config a row's networks are trained with, every number in it final.

    Args:
        network: of the row.
        profile: "smoke", "cpu" or "gpu".
        seed: of the training.

    Raises:
        LascarError: unknown profile or setting.

    Example:
        >>> config = network_config(Network("unet-bce"), profile="smoke", seed=1)
        >>> config.method, config.seed, config.atrium.iterations
        ('unet-bce', 1, 60)
    """
    settings: dict[str, Any] = {"method": network.method}
    if is_spatial(network.method):
        for stage in METHODS[network.method].losses:
            sizes = SPATIAL_SIZES[profile].items()
            settings |= {f"{stage}.{name}": value for name, value in sizes}
    else:
        settings |= BOUNDARY_SIZES[profile]
    return make_config(profile, seed=seed, settings={**settings, **network.settings})


def learngc_config(*, profile: str, seed: int) -> LearnGCConfig:
    """The config LearnGC is trained with.

    Example:
        >>> learngc_config(profile="smoke", seed=0).iterations
        60
    """
    return make_learngc_config(profile, seed=seed, settings=LEARNGC_SIZES[profile])

"""The methods by name: which networks each trains, and what these minimise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MethodName = Literal[
    "boundary-focused",
    "atrialjsqnet",
    "ajsqnet-se",
    "ajsqnet-bce",
    "unet-se",
    "unet-bce-dice",
    "unet-bce",
    "dangi",
    "audebert",
    "xue",
]

Loss = Literal[
    "dice-topk",
    "dice-cross-entropy",
    "bce",
    "bce-dice",
    "se",
    "se-sa",
    "dangi",
    "audebert",
    "xue",
]
"""What a network minimises. The first two train nnU-Net's U-Net, which answers one mask; the next
four JSQ's U-Net, "se-sa" with two decoders only; the last three networks of their own."""

STAGES = ("atrium", "scar", "joint")
"""The networks that methods train, each some of them: of the LA, of the scar, of both at once."""

_SPATIAL_LOSSES: Mapping[str, tuple[Loss, ...]] = {
    "atrium": ("bce", "bce-dice", "se", "dangi", "audebert", "xue"),
    "scar": ("bce", "bce-dice", "se"),
    "joint": ("bce", "se", "se-sa"),
}
_NNUNET_LOSSES: tuple[Loss, ...] = ("dice-topk", "dice-cross-entropy")

_NNUNET_ONLY = ("uncertainty", "distance_map", "scar_maps", "scar_threshold")
_NNUNET_STAGE = ("batch_dice", "deep_supervision", "top_k_percent", "top_k_ranking")
"""What only BF's method, and a stage of it, is set by."""


@dataclass(frozen=True)
class Method:
    """One row of the papers' tables.

    Args:
        stages: the networks it trains, in this order, on cases with scar labels: "atrium" for the
            LA alone, "scar" for the scar alone, "joint" for both at once.
        losses: of each stage. Without scar labels a method trains its "atrium" alone.
        source: the row.
    """

    stages: tuple[str, ...]
    losses: Mapping[str, Loss]
    source: str


def _apart(loss: Loss, name: str) -> Method:
    losses = {"atrium": loss, "scar": loss}
    return Method(("atrium", "scar"), losses, f"JSQ Table 2, U-Net_LA/scar-{name}")


def _joint(loss: Loss, atrium: Loss, name: str) -> Method:
    return Method(("joint",), {"joint": loss, "atrium": atrium}, f"JSQ Table 2, AJSQnet-{name}")


def _atrium(loss: Loss) -> Method:
    return Method(("atrium",), {"atrium": loss}, f"JSQ Table 5, {loss.capitalize()} et al.")


METHODS: Mapping[MethodName, Method] = {
    "boundary-focused": Method(
        ("atrium", "scar"), {"atrium": "dice-topk", "scar": "dice-cross-entropy"}, "BF Fig. 1"
    ),
    "atrialjsqnet": _joint("se-sa", "se", "SESA"),
    "ajsqnet-se": _joint("se", "se", "SE"),
    "ajsqnet-bce": _joint("bce", "bce", "BCE"),
    "unet-se": _apart("se", "SE"),
    "unet-bce-dice": _apart("bce-dice", "Dice"),
    "unet-bce": _apart("bce", "BCE"),
    "dangi": _atrium("dangi"),
    "audebert": _atrium("audebert"),
    "xue": _atrium("xue"),
}
"""Name of a method, as `lascar train --method` takes it, to what it is."""


def stages_of(method: MethodName, *, has_scar: bool) -> tuple[str, ...]:
    """The networks a method trains on some data, in this order.

    Args:
        method: by name.
        has_scar: whether every case has a scar label.

    Returns:
        Names of stages.

    Example:
        >>> stages_of("atrialjsqnet", has_scar=True)
        ('joint',)
        >>> stages_of("atrialjsqnet", has_scar=False)  # its LA half alone
        ('atrium',)
    """
    return METHODS[method].stages if has_scar else ("atrium",)


def foreign_settings(method: MethodName) -> tuple[str, ...]:
    """Settings, and whole groups of them, that a method does not have: they are other methods'.

    Args:
        method: by name. What it has does not depend on the data: AJSQnet's "atrium" is what it
            trains without scar labels, its "joint" what it trains with them.

    Returns:
        Dotted names, a group's without its parts.

    Example:
        >>> foreign_settings("boundary-focused")
        ('joint', 'spatial')
        >>> foreign_settings("dangi")[:3]
        ('scar', 'joint', 'uncertainty')
    """
    stages = METHODS[method].losses
    groups = tuple(stage for stage in STAGES if stage not in stages)
    if not is_spatial(method):
        return (*groups, "spatial")
    parts = tuple(f"{stage}.{name}" for stage in stages for name in _NNUNET_STAGE)
    return (*groups, *_NNUNET_ONLY, *parts)


def is_spatial(method: MethodName) -> bool:
    """Whether a method is one of JSQ's: sigmoid heads, and distance maps among the targets.

    Example:
        >>> is_spatial("boundary-focused"), is_spatial("unet-bce")
        (False, True)
    """
    return method != "boundary-focused"


def stage_losses(method: MethodName, stage: str) -> tuple[Loss, ...]:
    """What a network of a stage may minimise.

    Args:
        method: by name.
        stage: "atrium", "scar" or "joint".

    Example:
        >>> stage_losses("unet-bce", "scar")
        ('bce', 'bce-dice', 'se')
    """
    return _SPATIAL_LOSSES[stage] if is_spatial(method) else _NNUNET_LOSSES

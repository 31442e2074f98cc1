"""What each setting of a phantom may hold: how many numbers, of which kind, between which ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from lascarlib.errors import LascarError


@dataclass(frozen=True)
class Limits:
    """Ends between which the numbers of a setting lie.

    Args:
        least: Lowest number that may be meant.
        most: Highest number that may be meant, itself allowed where it is finite.
        positive: Whether 0 may not be meant, although it is ``least``.
    """

    least: float = 0
    most: float = math.inf
    positive: bool = False

    def hold(self, number: float) -> bool:
        """Whether a number is finite and lies between the ends."""
        above = number > self.least if self.positive else number >= self.least
        return math.isfinite(number) and above and number <= self.most

    def words(self) -> str:
        """The ends in words, as they end a message."""
        low = f"above {self.least:g}" if self.positive else f"at least {self.least:g}"
        ends = [low] if self.least > -math.inf else ["finite"]
        return " and ".join([*ends, f"at most {self.most:g}"] if self.most < math.inf else ends)


POSITIVE, SHARE = Limits(positive=True), Limits(most=1)

LIMITS: Mapping[str, Limits] = {
    "shape_voxels": Limits(8),
    "spacing_mm": POSITIVE,
    "slices_per_sample": Limits(1),
    "la_volume_mean_ml": POSITIVE,
    "la_volume_range_ml": POSITIVE,
    "label_shift_mm": Limits(-math.inf),
    "common_left_trunk_probability": SHARE,
    "extra_right_vein_probability": SHARE,
    "scar_burden_percent": Limits(most=100, positive=True),
    "leaflet_opacity": SHARE,
    "any_signal_probability": SHARE,
    "texture_scale_mm": POSITIVE,
    "noise_blur_mm": POSITIVE,
    "blood_level": POSITIVE,
    "gamma": POSITIVE,
    "halved_slices_probability": SHARE,
    "cropped_probability": SHARE,
}
"""Limits by the setting's name; of any other setting no number is below 0."""


def check_numbers(name: str, value: Any, *, kind: str) -> None:
    """Refuse a setting that holds another number of numbers, another kind, or one out of range.

    Args:
        name: Of the setting, a field of `lascarlib.phantom.PhantomConfig`.
        value: What is given; a list counts as a tuple.
        kind: As the setting is declared: ``int``, ``float``, a tuple of three of either, or
            ``Range``, two floats of which the first is not the higher.

    Raises:
        LascarError: If it cannot be meant.

    Example:
        >>> check_numbers("scar_burden_percent", (2.0, 40.0), kind="Range")
        >>> check_numbers("scar_burden_percent", (150.0, 200.0), kind="Range")
        Traceback (most recent call last):
            ...
        lascarlib.errors.LascarError: PhantomConfig.scar_burden_percent must be (low, high) with \
low <= high, each above 0 and at most 100, got (150.0, 200.0).
    """
    limits, whole = LIMITS.get(name, Limits()), "int" in kind
    single = kind in ("int", "float")
    parts = (value,) if single else value
    many = 1 if single else 2 if kind == "Range" else 3
    sound = (
        isinstance(parts, tuple | list)
        and len(parts) == many
        and all(_is_number(part, whole=whole) and limits.hold(part) for part in parts)
        and (kind != "Range" or parts[0] <= parts[1])
    )
    if not sound:
        number = "whole number" if whole else "number"
        asked = {1: f"a {number}", 2: "(low, high) with low <= high, each", 3: f"three {number}s"}
        said = f"{asked[many]} {limits.words()}, got {value!r}"
        raise LascarError(f"PhantomConfig.{name} must be {said}.")


def _is_number(value: Any, *, whole: bool) -> bool:
    return isinstance(value, Integral if whole else Real) and not isinstance(value, bool)

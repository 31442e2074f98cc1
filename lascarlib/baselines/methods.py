"""The methods without training by name, and one way to call them."""

import inspect
import typing
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from lascarlib.baselines.mixture import mgmm
from lascarlib.baselines.otsu import otsu
from lascarlib.baselines.quantification import Quantification
from lascarlib.baselines.reference import intensity_ratio, n_sd
from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.training.settings import coerce

METHODS: Mapping[str, Callable[..., Quantification]] = MappingProxyType(
    {
        "otsu": otsu,
        "mgmm": mgmm,
        "n-sd": n_sd,
        "iir-1.2": partial(intensity_ratio, ratio=1.2),
        "iir-1.32": partial(intensity_ratio, ratio=1.32),
    }
)
"""Name to function of (case, atrium, **settings); none of them learns anything."""


def quantify(
    method: str, case: Case, atrium: np.ndarray, *, settings: Mapping[str, Any] | None = None
) -> Quantification:
    """Find the scar of one case by a method's name.

    Args:
        method: one of `METHODS`.
        case: image; its labels are not looked at.
        atrium: bool (x, y, z) on the case's grid, the LA, manual or automatic.
        settings: keyword arguments of the method by name.

    Returns:
        Scar, wall and the numbers that decided.

    Raises:
        LascarError: unknown method or setting, or a value of another type; or what the method
            refuses.

    Example:
        >>> image = np.array([100, 100, 125, 140, 90], np.float32).reshape(5, 1, 1)
        >>> atrium = np.array([1, 1, 0, 0, 0], bool).reshape(5, 1, 1)
        >>> found = quantify("iir-1.32", Case("a", image, np.eye(4)), atrium)
        >>> found.scar[:, 0, 0].astype(int)
        array([0, 0, 0, 1, 0])
    """
    keywords = checked_settings(method, settings or {})
    return METHODS[method](case, atrium, **keywords)


def checked_settings(method: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a method, each name known and each value of its type.

    Args:
        method: one of `METHODS`.
        settings: name to value.

    Returns:
        The settings in the types of the method's own arguments.

    Raises:
        LascarError: unknown method or setting, or a value of another type.

    Example:
        >>> checked_settings("otsu", {"outer_mm": 2})
        {'outer_mm': 2.0}
        >>> checked_settings("otsu", {"outer": 2})
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: unknown setting 'outer'; otsu knows inner_mm, outer_mm
    """
    if method not in METHODS:
        raise LascarError(f"unknown method {method!r}; known are {', '.join(METHODS)}")
    function = METHODS[method]
    fixed = function.keywords if isinstance(function, partial) else {}
    plain = function.func if isinstance(function, partial) else function
    hints = typing.get_type_hints(plain)
    keywords = inspect.signature(plain).parameters.values()
    known = [p.name for p in keywords if p.kind is p.KEYWORD_ONLY and p.name not in fixed]
    for name in settings:
        if name not in known:
            raise LascarError(f"unknown setting {name!r}; {method} knows {', '.join(known)}")
    return {name: coerce(value, hints[name], name=name) for name, value in settings.items()}

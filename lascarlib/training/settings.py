"""How a setting of a frozen config is changed by name, strictly, and kept as JSON."""

import ast
import dataclasses
import typing
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal, TypeVar

from lascarlib.errors import LascarError

Record = TypeVar("Record")


def with_settings(record: Record, settings: Mapping[str, Any]) -> Record:
    """Change settings by name; an unknown name or a value of another type is refused.

    Args:
        record: a frozen config.
        settings: dotted name to value, the value of the setting's own type.

    Returns:
        A new record.

    Raises:
        LascarError: unknown name (the known ones are listed), or wrong type or choice.

    Example:
        >>> from lascarlib.training.config import Config
        >>> with_settings(Config(), {"atrium.top_k_percent": 20.0}).atrium.top_k_percent
        20.0
        >>> with_settings(Config(), {"atrium.topk": 20.0})
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: unknown setting 'atrium.topk'; ...
    """
    for name, value in settings.items():
        record = _with_setting(record, name, name.split("."), value)
    return record


def _with_setting(record: Record, name: str, path: list[str], value: Any) -> Record:
    hints = typing.get_type_hints(type(record))
    if path[0] not in hints:
        nearest = "".join(f"did you mean {near}? " for near in get_close_matches(path[0], hints, 1))
        raise LascarError(f"unknown setting {name!r}; {nearest}known here are {', '.join(hints)}")
    old = getattr(record, path[0])
    if len(path) > 1:
        if not dataclasses.is_dataclass(old):
            raise LascarError(f"unknown setting {name!r}; {path[0]} has no parts")
        new = _with_setting(old, name, path[1:], value)
    elif dataclasses.is_dataclass(old) and isinstance(value, Mapping):
        new = old
        for part, inner in value.items():
            new = _with_setting(new, f"{name}.{part}", part.split("."), inner)
    else:
        new = coerce(value, hints[path[0]], name=name)
    try:
        return dataclasses.replace(typing.cast(Any, record), **{path[0]: new})
    except LascarError as error:  # a record knows its own settings, not the group it is in
        group = name.removesuffix(".".join(path))
        said = str(error).removeprefix("setting '")
        raise LascarError(f"setting '{group}{said}") from None


def coerce(value: Any, hint: Any, *, name: str) -> Any:
    """Check a value against a type hint; whole numbers serve as floats, lists as tuples.

    Args:
        value: what was given.
        hint: bool, int, float, str, Literal, or a tuple of these.
        name: setting named in the error.

    Returns:
        The value in the hint's type.

    Raises:
        LascarError: it does not fit.

    Example:
        >>> coerce([1, 2, 3], tuple[float, float, float], name="spacing_mm")
        (1.0, 2.0, 3.0)
        >>> coerce("many", int, name="iterations")
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: setting 'iterations' is 'many'; give a whole number
    """
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal and value in parts and type(value) is not bool:
        return value
    if origin is tuple and isinstance(value, list | tuple):
        hints = [parts[0]] * len(value) if parts[-1] is Ellipsis else list(parts)
        if value and len(hints) == len(value):
            return tuple(coerce(v, h, name=name) for v, h in zip(value, hints, strict=True))
    if hint is float and type(value) in (int, float):
        return float(value)
    if hint in (bool, int, str) and type(value) is hint:
        return value
    raise LascarError(f"setting {name!r} is {value!r}; give {_describe(hint)}")


def _describe(hint: Any) -> str:
    words = {bool: "True or False", int: "a whole number", float: "a number", str: "text"}
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return "one of " + ", ".join(str(part) for part in parts)
    if origin is tuple:
        count = "several" if parts[-1] is Ellipsis else str(len(parts))
        return f"{count} values in parentheses, each {_describe(parts[0])}"
    return words.get(hint, "settings by name")


def parse_settings(assignments: Iterable[str]) -> dict[str, Any]:
    """Read `NAME=VALUE` words of a command line; the value is a Python literal, else text.

    Raises:
        LascarError: a word has no name or no "=", or a name comes twice.

    Example:
        >>> parse_settings(["atrium.iterations=50", "rate=1e-2", "source=phantom:cases=4"])
        {'atrium.iterations': 50, 'rate': 0.01, 'source': 'phantom:cases=4'}
    """
    settings: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not name or not equals:
            raise LascarError(f"{assignment!r} is not of the form NAME=VALUE; write seed=3")
        if name in settings:
            raise LascarError(f"{name!r} is given twice; keep one")
        try:
            settings[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            settings[name] = text
    return settings


def differing_settings(usual: Any, own: Any) -> dict[str, Any]:
    """The settings of a frozen config that are not those of another one of its type.

    Args:
        usual: the config to compare with.
        own: the config whose values are wanted.

    Returns:
        Dotted name to value; empty where the two are equal.

    Example:
        >>> from lascarlib.training.config import Config
        >>> own = with_settings(Config(), {"seed": 3, "atrium.batch_size": 4})
        >>> differing_settings(Config(), own)
        {'seed': 3, 'atrium.batch_size': 4}
    """
    found: dict[str, Any] = {}
    for field in dataclasses.fields(own):
        before, now = getattr(usual, field.name), getattr(own, field.name)
        if dataclasses.is_dataclass(now):
            parts = differing_settings(before, now)
            found |= {f"{field.name}.{name}": value for name, value in parts.items()}
        elif now != before:
            found[field.name] = now
    return found


def to_json(record: Any) -> dict[str, Any]:
    """A config as nested dictionaries of JSON types; `from_json` is the way back."""
    return dataclasses.asdict(record)


def from_json(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """A config from the dictionaries of `to_json`, every name and type checked.

    Raises:
        LascarError: unknown name or wrong type.

    Example:
        >>> from lascarlib.training.config import Config
        >>> from_json(Config, to_json(Config(seed=3))).seed
        3
    """
    return with_settings(kind(), values)

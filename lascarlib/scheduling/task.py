"""A piece of work that another process can do: a function by name, and arguments of JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from lascarlib.errors import LascarError


@dataclass(frozen=True)
class Task:
    """A call that can be made here or elsewhere, once.

    What is long in it is expected to look first whether it is done: a task whose worker died is
    called again.

    Args:
        name: shown while it runs.
        function: of a module, by keyword arguments; returns what JSON can hold.
        arguments: of the call, what JSON can hold.
        log: file for what it prints elsewhere; dropped where None.
    """

    name: str
    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    log: Path | None = None


def described(task: Task) -> dict[str, Any]:
    """A task as JSON, checked to be what another process can call.

    Raises:
        LascarError: its function is of no module, or its arguments are not JSON.

    Example:
        >>> from lascarlib.datasets import count
        >>> described(Task("three", count, {"cases": 3}))["function"]
        'lascarlib.datasets.dataset:count'
    """
    module, name = task.function.__module__, task.function.__qualname__
    if module == "__main__" or "." in name or "<" in name:
        raise LascarError(
            f"{task.name}: another process cannot import {name}; put the function into a module"
        )
    try:
        arguments = json.loads(json.dumps(dict(task.arguments)))
    except TypeError as error:
        raise LascarError(f"{task.name}: {error}; give arguments that JSON can hold") from error
    return {
        "name": task.name,
        "function": f"{module}:{name}",
        "arguments": arguments,
        "log": None if task.log is None else str(task.log),
    }


def called(description: Mapping[str, Any]) -> Any:
    """Make the call that `described` describes.

    Example:
        >>> from lascarlib.datasets import count
        >>> called(described(Task("three", count, {"cases": 3})))
        '3 cases'
    """
    module, _, name = description["function"].partition(":")
    return getattr(import_module(module), name)(**description["arguments"])

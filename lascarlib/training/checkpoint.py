"""Weights and training states on disk: safetensors and JSON, atomic, never a pickle."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lascarlib.errors import LascarError
from lascarlib.io import write_atomically


def write_json(path: Path, record: Any) -> None:
    """Write JSON atomically, indented, keys in their own order."""
    text = json.dumps(record, indent=1) + "\n"
    write_atomically(path, lambda part: part.write_text(text, encoding="utf-8"))


def read_json(path: Path, *, remedy: str = "restore or delete it") -> Any:
    """Read JSON.

    Args:
        path: of the file.
        remedy: what to do about a damaged one.

    Raises:
        LascarError: the file is missing or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LascarError(
            f"{path}: the file is missing; is this the folder of a training?"
        ) from None
    except ValueError as error:
        raise LascarError(f"{path}: no valid JSON ({error}); {remedy}") from error


def save_weights(path: Path, model: nn.Module) -> None:
    """Write a network's weights as safetensors."""
    _save(path, dict(model.state_dict()), {})


def load_weights(path: Path, model: nn.Module) -> None:
    """Load a network's weights in place.

    Raises:
        LascarError: the file is missing, damaged, or of another network.
    """
    tensors = _load(path)
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise LascarError(
            f"{path}: the weights belong to another network; use the run's own config"
        ) from error


def save_checkpoint(
    path: Path,
    model: nn.Module,
    average: list[Tensor],
    optimizer: torch.optim.Optimizer,
    state: dict[str, Any],
) -> None:
    """Write everything that an interrupted training needs to go on to the same bits.

    Args:
        path: of the checkpoint, one file.
        model: the network.
        average: running average of its parameters; empty where none is kept.
        optimizer: its tensors are stored; its options come from the config.
        state: JSON values: iteration, elapsed time, plateau, losses of the current epoch.
    """
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"average.{i}": value for i, value in enumerate(average)}
    for index, slots in optimizer.state_dict()["state"].items():
        tensors |= {
            f"optimizer.{index}.{name}": value
            for name, value in slots.items()
            if isinstance(value, Tensor)
        }
    _save(path, tensors, {"state": json.dumps(state)})


def load_checkpoint(
    path: Path, model: nn.Module, average: list[Tensor], optimizer: torch.optim.Optimizer
) -> dict[str, Any]:
    """Restore model, average and optimizer in place; returns the JSON state.

    Raises:
        LascarError: the file is damaged or belongs to another network.
    """
    tensors = _load(path)
    try:
        own = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
        model.load_state_dict(own)
        for i, value in enumerate(average):
            value.copy_(tensors[f"average.{i}"])
    except (RuntimeError, KeyError) as error:
        raise LascarError(f"{path}: a checkpoint of another network; start a new run") from error
    slots: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, slot = name.split(".", 2)
            # A copy: the optimizer would keep the file itself mapped, and Windows then locks it.
            slots.setdefault(int(index), {})[slot] = value.clone()
    saved = optimizer.state_dict()
    optimizer.load_state_dict({"state": slots, "param_groups": saved["param_groups"]})
    return dict(json.loads(_metadata(path)["state"]))


def _save(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_atomically(path, lambda part: save_file(plain, part, metadata=metadata))


def _load(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except FileNotFoundError:
        raise LascarError(f"{path}: the weights are missing; train first") from None
    except SafetensorError as error:
        raise LascarError(
            f"{path}: the file is damaged ({error}); delete it and train again"
        ) from error


def _metadata(path: Path) -> dict[str, str]:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return dict(file.metadata() or {})

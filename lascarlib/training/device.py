"""Where networks run, in which precision, and in how many processes."""

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from multiprocessing import active_children
from multiprocessing.process import BaseProcess

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies import DDPStrategy
from torch import nn
from torch.multiprocessing import ProcessRaisedException

from lascarlib.errors import LascarError

GRACE_S = 60.0
"""So long joined processes that are interrupted may take to save their checkpoint."""


def choose_device() -> str:
    """Where networks run: "cuda" where there is one, else "cpu".

    Example:
        >>> choose_device() in ("cuda", "cpu")
        True
    """
    return "cuda" if torch.cuda.is_available() else "cpu"


def make_fabric(precision: str) -> Fabric:
    """Lightning Fabric on one device, without its messages.

    On a GPU, cuDNN is let choose its algorithms by timing them: two runs may differ in bits.

    Args:
        precision: "32-true" or "bf16-mixed".
    """
    return _fabric(precision, devices=1, strategy="auto")


def _fabric(precision: str, *, devices: int, strategy: str | DDPStrategy) -> Fabric:
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    torch.backends.cudnn.benchmark = True  # on a GPU: patches are all of one size
    return Fabric(
        accelerator=choose_device(),
        devices=devices,
        strategy=strategy,
        precision=precision,  # type: ignore[arg-type]
    )


def launch(function: Callable[[Fabric], None], *, devices: int, precision: str) -> None:
    """Call a function on one device, or in as many processes as devices, joined by DDP.

    Args:
        function: of a module, or a `functools.partial` of one, so that it can be sent to others.
        devices: GPUs of this machine; processes on its CPU where it has none.
        precision: see `make_fabric`.

    Raises:
        LascarError: there are fewer GPUs; or this is a notebook or an interactive Python, which
            cannot start processes that are joined; or the function raised one, in any process.
    """
    if devices == 1:
        function(make_fabric(precision))
        return
    if hasattr(sys, "ps1"):
        raise LascarError(
            f"setting 'devices' is {devices}, but an interactive Python cannot start joined "
            "processes; train from the shell or a script, or as a task of lascarlib.scheduling"
        )
    if 0 < torch.cuda.device_count() < devices:
        raise LascarError(
            f"setting 'devices' is {devices}, but this machine has {torch.cuda.device_count()} "
            "GPUs; give fewer"
        )
    # Decoder outputs that are not supervised have heads without a gradient.
    strategy = DDPStrategy(start_method="spawn", find_unused_parameters=True)
    fabric = _fabric(precision, devices=devices, strategy=strategy)
    others = set(active_children())
    try:
        fabric.launch(function)
    except KeyboardInterrupt:
        _interrupt(set(active_children()) - others)
        raise
    except ProcessRaisedException as error:
        _, ours, said = str(error).rpartition(f"{LascarError.__name__}: ")
        if not ours:
            raise
        raise LascarError(said.strip()) from None


def _interrupt(processes: Iterable[BaseProcess]) -> None:
    """Pass an interrupt on, which may have reached this process alone, and wait for the end."""
    for process in processes:
        if process.pid is not None and os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGINT)
    for process in processes:
        process.join(GRACE_S)


def ready(model: nn.Module) -> nn.Module:
    """Move a network to where it runs, its weights laid out channels last, twice as fast there."""
    return model.to(choose_device(), memory_format=torch.channels_last_3d)  # type: ignore[call-overload]


def choose_precision(precision: str) -> str:
    """The precision of Lightning Fabric behind "auto": bfloat16 where the processor computes in it.

    Example:
        >>> choose_precision("32-true")
        '32-true'
    """
    if precision != "auto":
        return precision
    return "bf16-mixed" if _computes_in_bfloat16() else "32-true"


def _computes_in_bfloat16() -> bool:
    """Whether the processor has instructions for it; an emulation is slower than float32."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    has = torch.cpu.get_capabilities()
    known = ("amx_bf16", "avx512_bf16", "bf16")  # the last on ARM
    return torch.backends.mkldnn.is_available() and any(has.get(name, False) for name in known)

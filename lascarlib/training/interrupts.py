"""Ctrl-C and SIGTERM that wait until a step of the training is complete."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold interrupts back until the block is left, so that no state is half changed.

    Only handlers written in Python are held back, and only in the main thread, where they run.

    Example:
        >>> done = []
        >>> try:
        ...     with interrupts_held():
        ...         signal.raise_signal(signal.SIGINT)
        ...         done.append("the block")
        ... except KeyboardInterrupt:
        ...     done.append("then the interrupt")
        >>> done
        ['the block', 'then the interrupt']
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        waiting.append(number)

    usual = {number: signal.getsignal(number) for number in _SIGNALS}
    held = [number for number in _SIGNALS if callable(usual[number])]
    for number in held:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, usual[number])
        for caught in waiting[:1]:
            signal.raise_signal(caught)

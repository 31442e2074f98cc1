"""Keep freed memory for the next step, where the C library would give it back and ask again."""

import contextlib
import ctypes
import sys
import threading
from collections.abc import Iterator

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
"""Parameters of glibc's `mallopt`, as its malloc.h numbers them."""

_KEPT = {_MMAP_MAX: 0, _TRIM_THRESHOLD: -1}
_USUAL = {_MMAP_MAX: 65_536, _MMAP_THRESHOLD: 2**25, _TRIM_THRESHOLD: 2**26}
"""What glibc arrives at by itself in a process that has freed large blocks."""

_within = 0
_turn = threading.Lock()


@contextlib.contextmanager
def memory_kept() -> Iterator[None]:
    """Within it, memory that is freed stays with the process; after the last, it is given back.

    Every step of a network on the CPU frees hundreds of megabytes that the next one needs again.
    From the system they come as pages that are zeroed one by one, which takes time.
    No result changes. Resident memory stays at its peak within; afterwards glibc keeps the
    thresholds it arrives at in a process that has freed large blocks, and whatever was made within
    and lives on may hold some of the memory. With glibc (most of Linux) alone; elsewhere nothing
    happens.

    Example:
        >>> @memory_kept()
        ... def steps() -> int:
        ...     return sum(len(bytearray(2**20)) for _ in range(3))
        >>> steps()
        3145728
    """
    library = _glibc()
    if library is None:
        yield
        return
    _count(library, +1)
    try:
        yield
    finally:
        _count(library, -1)


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    has_both = hasattr(library, "mallopt") and hasattr(library, "malloc_trim")
    return library if has_both else None


def _count(library: ctypes.CDLL, change: int) -> None:
    """Note that one more is within, or one less; the first and the last tell the library."""
    global _within
    with _turn:
        before, _within = _within, _within + change
        if not before:
            _set(library, _KEPT)
        elif not _within:
            _set(library, _USUAL)
            library.malloc_trim(0)


def _set(library: ctypes.CDLL, values: dict[int, int]) -> None:
    for parameter, value in values.items():
        library.mallopt(parameter, value)

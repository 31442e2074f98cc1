"""Every worker's share of a machine: threads and GPUs."""

import os
from collections.abc import Mapping, Sequence


def usable_cores() -> int:
    """Cores that this process may use; 1 where the system does not tell."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores or 1


def share(
    slot: int, *, slots: int, cores: int, gpus: Sequence[str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Environment variables that give one of several workers its share of a machine.

    Args:
        slot: number of the worker, 0 and up.
        slots: workers on the machine.
        cores: that they share, equally.
        gpus: names that they share; each worker gets one, in turn.
        environment: of the parent; a number of threads that is set there stays.

    Returns:
        OMP_NUM_THREADS, and CUDA_VISIBLE_DEVICES where there are GPUs.

    Example:
        >>> share(2, slots=4, cores=8, gpus=["0", "1"], environment={})
        {'OMP_NUM_THREADS': '2', 'CUDA_VISIBLE_DEVICES': '0'}
        >>> share(0, slots=4, cores=2, gpus=[], environment={"OMP_NUM_THREADS": "3"})
        {'OMP_NUM_THREADS': '3'}
    """
    threads = environment.get("OMP_NUM_THREADS", str(max(1, cores // slots)))
    found = {"OMP_NUM_THREADS": threads}
    if gpus:
        found["CUDA_VISIBLE_DEVICES"] = gpus[slot % len(gpus)]
    return found

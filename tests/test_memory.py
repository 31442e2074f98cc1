"""Freed memory is kept for the next step, and given back at the end."""

import platform

import psutil
import pytest
import torch

from lascarlib.memory import memory_kept

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="elsewhere no change")

MEGABYTE = 2**20


def resident_mb() -> float:
    return psutil.Process().memory_info().rss / MEGABYTE


def page_faults() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def step() -> None:
    torch.ones(64 * MEGABYTE, dtype=torch.uint8)


def test_the_next_step_finds_the_memory_of_the_last() -> None:
    with memory_kept():
        for _ in range(10):  # the heap grows until a step fits anywhere
            step()
        before = page_faults()
        for _ in range(10):
            step()
        assert page_faults() - before < 16_384  # one step's 64 MB


def test_afterwards_memory_is_given_back() -> None:
    with memory_kept():
        step()
        within = resident_mb()
    assert resident_mb() < within - 50
    step()
    assert resident_mb() < within - 50


def test_an_error_passes_and_memory_is_given_back() -> None:
    before = resident_mb()
    with pytest.raises(ZeroDivisionError):
        failing()
    assert resident_mb() < before + 20


@memory_kept()
def failing() -> None:
    step()
    _ = 1 // 0

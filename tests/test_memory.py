"""Freed memory is kept for the next step, and given back at the end."""

import platform
import sys

import psutil
import pytest
import torch

from lascarlib import memory
from lascarlib.memory import memory_kept

on_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="nothing happens elsewhere")

MEGABYTE = 2**20


def resident_mb() -> float:
    return psutil.Process().memory_info().rss / MEGABYTE


def faults_of_ten_steps() -> int:
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def fewest_faults() -> int:
    """Of several tries, for a small block amid a free one sends a step elsewhere, once."""
    return min(faults_of_ten_steps() for _ in range(10))


def step() -> None:
    torch.ones(64 * MEGABYTE, dtype=torch.uint8)


@memory_kept()
def failing() -> None:
    step()
    _ = 1 // 0


@on_glibc
def test_the_next_step_finds_the_memory_of_the_last() -> None:
    usual = fewest_faults()
    if usual < 10_000:
        pytest.skip("pages are so large here that none of this matters")
    with memory_kept():
        with memory_kept():
            assert fewest_faults() < usual / 10
        assert fewest_faults() < usual / 10


@on_glibc
def test_afterwards_memory_is_given_back() -> None:
    with memory_kept():
        step()
        within = resident_mb()
    assert resident_mb() < within - 32
    step()
    assert resident_mb() < within - 32


@on_glibc
def test_an_error_passes_and_memory_is_given_back() -> None:
    before = resident_mb()
    with pytest.raises(ZeroDivisionError):
        failing()
    assert resident_mb() < before + 32


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with memory_kept():
        assert memory._within == 0

"""Batches one after the other, each made while the one before is learned."""

from collections.abc import Iterator
from time import perf_counter

import torch
from torch import Tensor

from lascarlib.prefetch import prefetch
from lascarlib.training.batches import Batches


def stream(
    batches: Batches, iterations: range, device: torch.device
) -> Iterator[tuple[Tensor, Tensor, float]]:
    """The batches of some iterations, made by another thread on one core.

    Args:
        batches: batch k for any iteration k.
        iterations: k of each.
        device: where they go.

    Returns:
        Image, channels last, and targets, both (batch, channel, x, y, z) on the device, and the
        seconds they were waited for.
    """
    threads = torch.get_num_threads()  # asked for, this thread keeps its number
    asked = perf_counter()
    try:
        for image, targets in prefetch(batches.__getitem__, iterations, prepare=_on_one_core):
            torch.set_num_threads(threads)  # the other's number was that of threads to come
            waited_s = perf_counter() - asked
            image = image.to(device, memory_format=torch.channels_last_3d)
            yield image, targets.to(device), waited_s
            asked = perf_counter()
    finally:
        torch.set_num_threads(threads)


def _on_one_core() -> None:
    """Let this thread's work leave the other cores to the network."""
    torch.get_num_threads()  # from here on its number is its own
    torch.set_num_threads(1)

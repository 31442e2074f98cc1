"""Sliding-window inference: probabilities of one volume from one network or an ensemble."""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lascarlib.errors import LascarError
from lascarlib.geometry.grid import Shape
from lascarlib.memory import memory_kept
from lascarlib.windows import Place, centre_of, covering_places, window_places

Answer = Callable[[Tensor], Tensor]

LEAST_FOUND = 0.001
"""A window is worth a second pass where findings fill more than this share of its centre: where the
first pass's windows hardly overlap, single voxels are mostly noise."""


@memory_kept()
def predict_probability(
    channels: np.ndarray,
    networks: Sequence[nn.Module],
    *,
    read: Callable[[Any], Tensor],
    patch_voxels: Shape,
    precision: str,
    mirror: bool,
    overlap: float = 0.5,
    second_pass_above: float | None = None,
) -> np.ndarray:
    """Probability of every voxel, averaged over windows, mirrored inputs and networks.

    Windows are spread evenly and weighted by a Gaussian about their centre, as in nnU-Net. A volume
    no larger than a window is seen whole; a larger one never is, even where memory would allow it:
    instance norm would meet other means than in training, and the mask is worse, or empty
    (`benchmarks/inference.py` has that row). The probabilities of the networks (folds) are
    averaged, as BF does at test time. On a CPU every thread that torch has works on a window of its
    own, and what they find is added in the order of the windows: the same bits on any number of
    threads.

    Most windows of a wide volume hold no heart. With `second_pass_above` it is therefore predicted
    in two passes: first in the fewest windows that cover it, then in those of the others in whose
    centre more than `LEAST_FOUND` of the voxels are findings. Both passes are averaged. What the
    first misses altogether, the second cannot find. Where the first pass alone takes more than half
    of the windows, all are seen at once.

    Args:
        channels: float32 (channel, x, y, z), z-scored.
        networks: trained, in eval mode.
        read: of their output, probabilities (batch, answer, x, y, z).
        patch_voxels: window, the patch the networks were trained on; a smaller volume is padded
            with zeros on both sides.
        precision: "32-true" or "bf16-mixed".
        mirror: whether to average over all eight flips of the input.
        overlap: least share of a window that its neighbour covers again, 0 to below 1.
        second_pass_above: probability of any answer above which a voxel is a finding, in [0, 1];
            None: all windows are seen.

    Returns:
        float32 (answer, x, y, z) in [0, 1].

    Raises:
        LascarError: no network is given, or overlap or `second_pass_above` is out of range.
    """
    if not networks:
        raise LascarError("no trained network to predict with; train at least one fold")
    if not 0 <= overlap < 1:
        raise LascarError(f"overlap is {overlap:g}; give 0 to below 1")
    if second_pass_above is not None and not 0 <= second_pass_above <= 1:
        raise LascarError(f"second_pass_above is {second_pass_above:g}; give 0 to 1")
    device = next(networks[0].parameters()).device
    inner, volume = _padded(channels, patch_voxels, device)
    shape = volume.shape[2:]
    answer = _averaged(networks, read, precision=precision, mirror=mirror)
    weight = _gaussian(patch_voxels, device)
    places = window_places(shape, patch_voxels, overlap=overlap)
    first = covering_places(shape, patch_voxels, overlap=overlap)
    with torch.inference_mode():
        if second_pass_above is None or 2 * len(first) > len(places):
            total, weights = _weighted(answer, volume, places, weight)
        else:
            rest = [
                (place, centre_of(place, shape, overlap=overlap))
                for place in places
                if place not in first
            ]
            total, weights = _two_passes(
                answer, volume, first, rest, weight, above=second_pass_above
            )
        probability = (total[inner] / weights[inner[1:]]).clamp_(0, 1)
    return probability.cpu().numpy()


def _padded(
    channels: np.ndarray, window: Shape, device: torch.device
) -> tuple[tuple[slice, ...], Tensor]:
    """The volume, (1, channel, x, y, z), at least as large as a window, and where it is in that."""
    edges = channels.shape[1:]
    missing = [max(0, size - edge) for size, edge in zip(window, edges, strict=True)]
    inner = [slice(m // 2, m // 2 + edge) for m, edge in zip(missing, edges, strict=True)]
    pad = [side for m in reversed(missing) for side in (m // 2, m - m // 2)]
    volume = torch.from_numpy(np.ascontiguousarray(channels))[None].to(device)
    return (slice(None), *inner), nn.functional.pad(volume, pad)


def _averaged(
    networks: Sequence[nn.Module],
    read: Callable[[Any], Tensor],
    *,
    precision: str,
    mirror: bool,
) -> Answer:
    """What all networks, on all flips, say on average about one window."""
    asked = list(itertools.product(networks, _flips() if mirror else [()]))
    mixed = precision != "32-true"

    def average(window: Tensor) -> Tensor:
        window = window.contiguous(memory_format=torch.channels_last_3d)
        total: Tensor | None = None
        with (
            torch.inference_mode(),
            torch.autocast(window.device.type, torch.bfloat16, enabled=mixed),
        ):
            for network, axes in asked:
                found = read(network(window.flip(axes) if axes else window)).float()
                found = found.flip(axes) if axes else found
                total = found if total is None else total.add_(found)
        assert total is not None
        return total / len(asked)

    return average


def _weighted(
    answer: Answer, volume: Tensor, places: Sequence[Place], weight: Tensor
) -> tuple[Tensor, Tensor]:
    """Sums over windows: of the weighted answers, (answer, x, y, z), and of their weights."""
    weights = volume.new_zeros(volume.shape[2:])
    total: Tensor | None = None
    for place, found in zip(places, _answers(answer, volume, places), strict=True):
        if total is None:
            total = volume.new_zeros((found.shape[1], *weights.shape))
        total[(slice(None), *place)].addcmul_(found[0], weight)
        weights[place].add_(weight)
    assert total is not None
    return total, weights


def _two_passes(
    answer: Answer,
    volume: Tensor,
    first: Sequence[Place],
    rest: Sequence[tuple[Place, Place]],
    weight: Tensor,
    *,
    above: float,
) -> tuple[Tensor, Tensor]:
    """The same sums over the first windows, and those of the rest in whose centre these find."""
    total, weights = _weighted(answer, volume, first, weight)
    found = (total / weights > above).any(dim=0)
    second = [
        place
        for place, centre in rest
        if int(found[centre].sum()) > LEAST_FOUND * found[centre].numel()
    ]
    if not second:
        return total, weights
    more, more_weights = _weighted(answer, volume, second, weight)
    return total.add_(more), weights.add_(more_weights)


def _answers(answer: Answer, volume: Tensor, places: Sequence[Place]) -> Iterator[Tensor]:
    """The answer for every window, in their order."""
    windows = (volume[(slice(None), slice(None), *place)] for place in places)
    threads = torch.get_num_threads()
    if volume.device.type != "cpu" or threads == 1:
        yield from map(answer, windows)
        return
    workers = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))
    waiting: deque[Future[Tensor]] = deque()
    try:
        for window in windows:
            waiting.append(workers.submit(answer, window))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        workers.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)  # the workers' own number would be that of threads to come


def _gaussian(window: Shape, device: torch.device) -> Tensor:
    """Weight of a window's voxels: standard deviation an eighth of an edge, at least 0.001."""
    axes = [
        torch.exp(-0.5 * ((torch.arange(n, device=device) - (n - 1) / 2) / (n / 8)) ** 2)
        for n in window
    ]
    return torch.einsum("x,y,z->xyz", *axes).clamp_(min=1e-3)


def _flips() -> list[tuple[int, ...]]:
    axes = (2, 3, 4)
    return [chosen for n in range(4) for chosen in itertools.combinations(axes, n)]

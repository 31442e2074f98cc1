"""Signal of every tissue: flat values first, then the texture of lung, fat and marrow."""

from collections.abc import Mapping

import numpy as np

from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.lattice import Lattice, smooth_field
from lascarlib.phantom.streams import draw

ANY_SIGNAL = (0.03, 1.5)
"""Signals of a tissue that may be anything, in units of blood."""

SCAR_TO_WALL = 1.3
"""Dense scar is at least this much brighter than the healthy wall of its case."""


def draw_contrast(rng: np.random.Generator, config: PhantomConfig) -> dict[str, float]:
    """Draw the signal of every tissue of one case.

    Args:
        rng: Generator of the contrast's stream.
        config: Ranges of the tissues that a config names; the others have theirs here, read off
            Utah 2018 volumes.

    Returns:
        Signal by tissue, 1 = mean blood.

    Example:
        >>> from lascarlib.phantom import COARSE
        >>> draw_contrast(np.random.default_rng(0), COARSE)["blood"]
        1.0
    """
    neighbour = [draw(rng, config.neighbour_to_blood) for _ in range(3)]
    fat = draw(rng, config.fat_to_blood)
    signal = {
        "blood": 1.0,
        "wall": draw(rng, config.wall_to_blood),
        "scar": draw(rng, config.scar_to_blood),
        "myocardium": draw(rng, config.myocardium_to_blood),
        "fat": fat,
        "mediastinum": fat,
        "lung": draw(rng, config.lung_to_blood),
        "oesophagus": neighbour[0],
        "aortic wall": neighbour[1],
        "rim": draw(rng, (0.15, 0.8)),  # periosteum and ligaments round the nulled marrow
        "leaflet": neighbour[2],
        "lumen": draw(rng, (0.2, 0.9)),  # mostly collapsed
        "marrow": draw(rng, (0.08, 0.40)),
        "muscle": draw(rng, (0.25, 0.60)),
        "liver": draw(rng, (0.5, 1.4)),
        "fluid": draw(rng, (0.10, 0.35)),
    }
    signal["scar"] = max(signal["scar"], SCAR_TO_WALL * signal["wall"])
    for tissue in sorted(signal.keys() - {"blood", "scar"}):
        anything = draw(rng, ANY_SIGNAL)
        if rng.random() < config.any_signal_probability:
            signal[tissue] = anything
    return signal


def textured_signals(
    rng: np.random.Generator, lattice: Lattice, flat: Mapping[str, float]
) -> dict[str, float | np.ndarray]:
    """Give lung and mediastinum their texture: vessels in the dark, strands in the fat.

    Args:
        rng: Generator of the tissue texture's stream.
        lattice: Where to sample.
        flat: Signal of every tissue, uniform.

    Returns:
        The same keys, with arrays for ``lung``, ``mediastinum`` and ``marrow``.
    """
    fine = smooth_field(lattice, rng, scale_mm=4.0)
    broad = smooth_field(lattice, rng, scale_mm=9.0)
    signals: dict[str, float | np.ndarray] = dict(flat)
    signals["marrow"] = np.float32(flat["marrow"]) * np.clip(fine * np.float32(0.4) + 1, 0.2, 2)
    # Small vessels and nodes are the peaks of the fine field, crowded where the broad one is high.
    peaks = np.clip(fine + broad * np.float32(0.5), 1.1, 2.6)
    peaks -= np.float32(1.1)
    signals["lung"] = peaks * np.float32(0.5) + np.float32(flat["lung"])
    broad *= np.float32(0.25 * flat["fat"])
    peaks *= np.float32(0.35)
    peaks += np.clip(broad + np.float32(flat["fat"]), 0.03, None)
    signals["mediastinum"] = peaks
    return signals

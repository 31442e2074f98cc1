"""Where and how a case is scanned: centres, and domain randomisation wider than any of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lascarlib.phantom.config import Centre, PhantomConfig
from lascarlib.phantom.streams import Stream, draw, generator

ACQUIRED_MM: Mapping[str, tuple[float, float, float]] = {
    "utah": (1.25, 1.25, 2.5),
    "bidmc": (1.4, 1.4, 1.4),
    "kcl": (1.3, 1.3, 4.0),
}
"""Acquired voxels of the three centres (JSQ, Table 1)."""

WIDE: Mapping[str, Any] = {
    "la_volume_sd_ml": 50.0,
    "la_volume_range_ml": (35.0, 230.0),
    "wall_thickness_mm": (1.5, 3.5),
    "vein_stub_mm": (8.0, 32.0),
    "shape_spread": 1.4,
    "neighbour_spread_mm": 6.0,
    "roughness_mm": (0.4, 2.0),
    "label_shift_mm": (-0.7, 0.7),
    "scar_to_blood": (0.9, 2.6),
    "wall_to_blood": (0.3, 1.5),
    "wall_texture_sd": (0.0, 0.6),
    "myocardium_to_blood": (0.1, 1.1),
    "fat_to_blood": (0.05, 0.9),
    "lung_to_blood": (0.02, 0.3),
    "neighbour_to_blood": (0.3, 1.7),
    "pool_to_blood": (0.65, 1.25),
    "any_signal_probability": 0.2,
    "blood_texture_sd": (0.01, 0.15),
    "texture_sd": (0.0, 0.25),
    "texture_scale_mm": (3.0, 30.0),
    "noise_sd_to_blood": (0.01, 0.22),
    "image_blur_mm": (0.2, 1.5),
    "slice_blur_voxels": (0.0, 0.7),
    "bias_field_sd": (0.0, 0.35),
    "ghost_to_signal": (0.0, 0.12),
    "gamma": (0.65, 1.5),
    "origin_jitter_mm": 9.0,
}
"""Ends to which domain randomisation widens the ranges, far beyond reality."""

ALIKE_PROBABILITY = 0.5
ALIKE_POOLS = (0.97, 1.03)
MOST_OPAQUE_LEAFLET = 0.5
"""Share of randomised cases whose blood is equally bright everywhere, as contrast agent that has
mixed makes it; `pool_to_blood` there; and the most that any case shows of its mitral leaflets, the
least being nothing. A network must not find the LA by its brightness, nor its end by a line."""

EXTENT_FACTOR = ((0.75, 1.3), (0.7, 1.2), (0.9, 1.15))
"""Range of the field of view along x, y, z, in units of the usual one, under randomisation."""

LARGE_VIEW_PROBABILITY = 0.2
LARGE_VIEW_FACTOR = (1.4, 2.4)
"""Share of randomised cases that show much more of the chest, and how much more in the plane."""

NAVIGATOR_PROBABILITY = 0.5
NAVIGATOR_GAIN = (0.2, 1.2)
"""Share of randomised cases whose right veins the navigator brightens, and how much: 1.7 +- 0.5
times the blood pool, as measured at the ostia (Keegan, see `lascarlib.phantom.navigator`) in nine
of ten patients of an ordinary sequence. In Utah 2018 it hardly occurs: the rightmost 25th of a
label, eroded twice, is 0.95 +- 0.10 times as bright as the median of the whole (80 cases, one above
1.2). Half is our choice between the two."""


def scan_config(config: PhantomConfig, *, seed: int, index: int) -> PhantomConfig:
    """Settle the scan of one case: its centre's voxels, or randomised ones.

    The centre scales voxels and blur by its acquired voxel over Utah's and keeps the field of view.
    ``domain="wide"`` draws how far a case leaves reality, from 0 (the config's own ranges) to 1
    (:data:`WIDE`), then its resolution (in the plane 0.8 to 1.3 times, through it 0.5 to 1.3
    times), its field of view, whether LA and other blood can be told apart by brightness, and
    whether the navigator brightens the right veins; half of the cases are cropped round their
    atrium later.

    Args:
        config: Of the cohort.
        seed: Seed of the cohort.
        index: Number of the case.

    Returns:
        A config with ``domain="real"`` and one centre, which decides the case with seed and index;
        the same record where nothing is left to settle.

    Example:
        >>> from lascarlib.phantom import COARSE
        >>> kcl = scan_config(replace(COARSE, centre="kcl"), seed=0, index=0)
        >>> kcl.shape_voxels, kcl.spacing_mm
        ((92, 92, 25), (1.3, 1.3, 4.0))
    """
    rng = generator(seed, index, Stream.SCAN)
    centres: tuple[Centre, ...] = ("utah", "bidmc", "kcl")
    drawn = centres[int(rng.integers(len(centres)))]
    name = drawn if config.centre == "mixed" else config.centre
    if name != "utah":
        config = _resampled(config, np.divide(ACQUIRED_MM[name], ACQUIRED_MM["utah"]))
    if config.domain == "wide":
        config = _resampled(_widened(config, rng.random()), _draw_resolution(rng))
        config = _joined(_viewed(config, _draw_view(rng)), rng)
        config = _restored(config, generator(seed, index, Stream.NAVIGATOR))
    return replace(config, centre=name, domain="real")


def _widened(config: PhantomConfig, share: float) -> PhantomConfig:
    def towards(own: Any, wide: Any) -> Any:
        if isinstance(own, tuple):
            return tuple(map(towards, own, wide))
        return own + share * (wide - own)

    changes = {name: towards(getattr(config, name), wide) for name, wide in WIDE.items()}
    return replace(config, **changes, halved_slices_probability=0.5, cropped_probability=0.5)


def _draw_resolution(rng: np.random.Generator) -> np.ndarray:
    in_plane, through = rng.uniform(0.8, 1.3), np.exp(rng.uniform(*np.log([0.5, 1.3])))
    return np.array([in_plane, in_plane, through])


def _draw_view(rng: np.random.Generator) -> np.ndarray:
    factors = np.array([draw(rng, limits) for limits in EXTENT_FACTOR])
    if rng.random() < LARGE_VIEW_PROBABILITY:
        factors[:2] = draw(rng, LARGE_VIEW_FACTOR)
    return factors


def _resampled(config: PhantomConfig, factors: np.ndarray) -> PhantomConfig:
    """Other voxels over the same field of view; blur and noise correlation go with them."""
    spacing = np.round(np.multiply(config.spacing_mm, factors), 4)
    shape = np.rint(np.multiply(config.shape_voxels, config.spacing_mm) / spacing).astype(int)
    low, high = config.image_blur_mm
    return replace(
        config,
        spacing_mm=tuple(spacing.tolist()),
        shape_voxels=tuple(np.maximum(shape, 8).tolist()),
        noise_blur_mm=tuple(np.multiply(config.noise_blur_mm, factors).tolist()),
        image_blur_mm=(low * float(factors[0]), high * float(factors[0])),
    )


def _joined(config: PhantomConfig, rng: np.random.Generator) -> PhantomConfig:
    """Take away, in some cases, what tells the LA's blood from other blood, and its valve."""
    pools = ALIKE_POOLS if rng.random() < ALIKE_PROBABILITY else config.pool_to_blood
    return replace(config, pool_to_blood=pools, leaflet_opacity=rng.uniform(0, MOST_OPAQUE_LEAFLET))


def _restored(config: PhantomConfig, rng: np.random.Generator) -> PhantomConfig:
    gain = draw(rng, NAVIGATOR_GAIN) if rng.random() < NAVIGATOR_PROBABILITY else 0.0
    return replace(config, navigator_gain=(gain, gain))


def _viewed(config: PhantomConfig, factors: np.ndarray) -> PhantomConfig:
    shape = np.maximum(np.rint(np.multiply(config.shape_voxels, factors)).astype(int), 8)
    return replace(config, shape_voxels=tuple(shape.tolist()))

"""One patient: tissue signal on the lattice, labels on voxels, and what is true of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from lascarlib.phantom.acquisition import average_slices
from lascarlib.phantom.atrium import Atrium
from lascarlib.phantom.cavity import (
    Surfaces,
    embed,
    label_cavity,
    label_wall,
    paint_atrium,
    sample_surfaces,
)
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.contrast import draw_contrast, textured_signals
from lascarlib.phantom.lattice import Lattice, smooth_field
from lascarlib.phantom.navigator import restore_blood
from lascarlib.phantom.neighbours import Organ, draw_neighbours, paint_neighbours
from lascarlib.phantom.scar import (
    draw_scar_plan,
    islands_kept,
    paint_strength,
    scar_on_wall,
    scar_score,
)
from lascarlib.phantom.streams import Stream, draw, generator
from lascarlib.phantom.tissue import Canvas, paint

ROUGHNESS_SCALE_MM = 10.0
"""Distance between the knots of a surface's displacement; bumps are about 2 cm wide."""

BLOOD_TEXTURE_SCALE_MM = 9.0
"""Half the width of what makes blood brighter here and darker there."""

WALL_TEXTURE_SCALE_MM, WALL_TEXTURE_REACH_MM = 6.0, 90.0
"""The same of healthy wall, and how far from the middle it varies: further off there is no LA."""

DARKEST_WALL, DARKEST_OVERLAY = 0.2, 0.1
"""Least signal of healthy wall, of mean blood, and least factor of the texture over everything."""

AIR = 0.02
"""Signal where nothing is painted, of mean blood."""

VEIN_WALL_SHARE = 0.6
"""Thickness of the wall of veins behind the stubs, of the LA wall's. Our choice."""

LEAFLET_SHADE = 0.7
"""Signal of thin leaflets against that of valvular tissue."""

Streams = Callable[[Stream], np.random.Generator]
"""The generator of every ingredient of one case."""


@dataclass(frozen=True, eq=False)
class Patient:
    """What the scanner is pointed at, with its labels.

    Args:
        signal: float32 on the sub-sliced lattice, 1 = mean blood.
        atrium: bool on voxels, LA cavity, one connected piece.
        scar: bool on voxels, enhanced wall outside the cavity.
        truth: Numbers that hold for this patient.
    """

    signal: np.ndarray
    atrium: np.ndarray
    scar: np.ndarray
    truth: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class _Wall:
    """The LA wall on its window: signal on samples, scar on voxels before it meets the line."""

    signal: np.ndarray
    scar: np.ndarray
    kind: str
    voxels: int


def draw_patient(
    atrium: Atrium,
    lattice: Lattice,
    *,
    wall_mm: float,
    seed: int,
    index: int,
    config: PhantomConfig,
    neighbours: bool = True,
) -> Patient:
    """Paint a patient round an atrium and label atrium and scar.

    Args:
        atrium: Shape of the cavity.
        lattice: Sub-sliced sample positions.
        wall_mm: Thickness of the LA wall.
        seed: Seed of the cohort.
        index: Number of the case.
        config: Ranges.
        neighbours: Whether other organs are painted too, or air.

    Returns:
        The patient.

    Raises:
        LascarError: If the lattice misses the atrium or its wall.
    """
    streams = partial(generator, seed, index)
    flat = draw_contrast(streams(Stream.CONTRAST), config)
    organs = draw_neighbours(streams(Stream.NEIGHBOURS), atrium, config) if neighbours else ()
    canvas, blood = _paint_surroundings(organs, lattice, flat, streams, config)
    gain = draw(streams(Stream.NAVIGATOR), config.navigator_gain)
    restore_blood(blood, lattice, atrium, gain=gain)
    paint(canvas, atrium.distal_veins, flat["wall"], grow_mm=VEIN_WALL_SHARE * wall_mm)
    paint(canvas, atrium.distal_veins, blood)
    surfaces = sample_surfaces(atrium, canvas, wall_mm=wall_mm, config=config)
    wall = _draw_wall(atrium, surfaces, flat, streams, config)
    leaflet, opacity = LEAFLET_SHADE * flat["leaflet"], config.leaflet_opacity
    paint_atrium(canvas, surfaces, wall=wall.signal, blood=blood, leaflet=leaflet, opacity=opacity)
    paint(canvas, atrium.distal_veins, blood)
    _overlay_texture(canvas, streams(Stream.OVERLAY), config)
    shift_mm = draw(streams(Stream.LABEL), config.label_shift_mm)
    cavity = label_cavity(surfaces, config=config, shift_mm=shift_mm)
    scar = islands_kept(wall.scar & ~cavity, touching=cavity)
    voxel_ml = float(np.prod(config.spacing_mm)) / 1000
    truth: dict[str, object] = {
        "la_volume_ml": float(cavity.sum()) * voxel_ml,
        "variant": atrium.variant,
        "wall_thickness_mm": wall_mm,
        "wall_volume_ml": wall.voxels * voxel_ml,
        "scar_kind": wall.kind,
        "scar_burden_percent": 100 * float(scar.sum()) / wall.voxels,
        "signal_to_blood": flat,
        "navigator_gain": gain,
    }
    atrium_label, scar_label = (embed(m, surfaces, config=config) for m in (cavity, scar))
    return Patient(canvas.signal, atrium_label, scar_label, truth)


def _paint_surroundings(
    organs: tuple[Organ, ...],
    lattice: Lattice,
    flat: Mapping[str, float],
    streams: Streams,
    config: PhantomConfig,
) -> tuple[Canvas, np.ndarray]:
    """The canvas with all neighbours, and the blood signal to go on with."""
    texture = streams(Stream.TISSUE_TEXTURE)
    tissue = textured_signals(texture, lattice, flat)
    blood_sd = np.float32(draw(texture, config.blood_texture_sd))
    blood = 1 + blood_sd * smooth_field(lattice, texture, scale_mm=BLOOD_TEXTURE_SCALE_MM)
    tissue["blood"] = blood
    surface = streams(Stream.SURFACE)
    canvas = Canvas(
        lattice,
        np.full(lattice.shape, AIR, np.float32),
        np.float32(draw(surface, config.roughness_mm))
        * smooth_field(lattice, surface, scale_mm=ROUGHNESS_SCALE_MM),
        edge_mm=max(config.spacing_mm[:2]),
    )
    paint_neighbours(canvas, organs, tissue)
    return canvas, blood


def _draw_wall(
    atrium: Atrium,
    surfaces: Surfaces,
    flat: Mapping[str, float],
    streams: Streams,
    config: PhantomConfig,
) -> _Wall:
    """Decide where a wall is scarred, and how bright it is everywhere."""
    part = surfaces.lattice
    cavity = label_cavity(surfaces, config=config)
    wall = label_wall(surfaces, cavity, atrium=atrium, config=config)
    bounds_mm = atrium.chambers[0].bounds_mm()
    plan = draw_scar_plan(
        streams(Stream.SCAR), config, ostia_mm=atrium.ostia_mm, bounds_mm=bounds_mm
    )
    rng = streams(Stream.SCAR_TEXTURE)
    score = scar_score(plan, part, rng)
    on_voxels = average_slices(score, slices_per_sample=config.slices_per_sample)
    scar, threshold = scar_on_wall(on_voxels, wall, plan=plan, config=config)
    strength = paint_strength(score, part, rng, threshold=threshold)
    uneven = draw(rng, config.wall_texture_sd) * smooth_field(
        part, rng, scale_mm=WALL_TEXTURE_SCALE_MM, margin_mm=WALL_TEXTURE_REACH_MM
    )
    healthy = np.clip(flat["wall"] * (1 + uneven), DARKEST_WALL, None)
    signal = healthy + (np.float32(flat["scar"]) - healthy) * strength
    return _Wall(signal, scar, plan.kind, int(wall.sum()))


def _overlay_texture(canvas: Canvas, rng: np.random.Generator, config: PhantomConfig) -> None:
    sd, scale_mm = draw(rng, config.texture_sd), np.exp(draw(rng, _logs(config.texture_scale_mm)))
    field = smooth_field(canvas.lattice, rng, scale_mm=scale_mm)
    field *= np.float32(sd)
    field += 1
    np.clip(field, DARKEST_OVERLAY, None, out=field)
    signal = canvas.signal
    signal *= field


def _logs(limits: tuple[float, float]) -> tuple[float, float]:
    return float(np.log(limits[0])), float(np.log(limits[1]))

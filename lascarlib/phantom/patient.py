"""One patient: tissue signal on the lattice, labels on voxels, and what is true of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from lascarlib.errors import LascarError
from lascarlib.phantom.acquisition import average_slices
from lascarlib.phantom.atrium import Atrium
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.contrast import draw_contrast, textured_signals
from lascarlib.phantom.lattice import Lattice, Window, smooth_field
from lascarlib.phantom.neighbours import draw_neighbours, paint_neighbours
from lascarlib.phantom.scar import (
    draw_scar_plan,
    islands_kept,
    paint_strength,
    scar_on_wall,
    scar_score,
)
from lascarlib.phantom.shapes import union_distance_mm
from lascarlib.phantom.streams import Stream, draw, generator
from lascarlib.phantom.tissue import Canvas, coverage, paint

ROUGHNESS_SCALE_MM = 10.0
"""Distance between the knots of a surface's displacement; bumps are about 2 cm wide."""

WALL_TEXTURE_SCALE_MM = 6.0
"""Half the width of what makes healthy wall brighter here and darker there."""


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


def draw_patient(
    atrium: Atrium,
    lattice: Lattice,
    *,
    wall_mm: float,
    seed: int,
    index: int,
    config: PhantomConfig,
) -> Patient:
    """Paint a patient round an atrium and label atrium and scar.

    Args:
        atrium: Shape of the cavity.
        lattice: Sub-sliced sample positions.
        wall_mm: Thickness of the LA wall.
        seed: Seed of the cohort.
        index: Number of the case.
        config: Ranges.

    Returns:
        The patient.

    Raises:
        LascarError: If the lattice misses the atrium or its wall.
    """
    flat = draw_contrast(generator(seed, index, Stream.CONTRAST), config)
    canvas, blood = _paint_surroundings(atrium, lattice, flat, seed, index, config)
    paint(canvas, atrium.distal_veins, flat["wall"], grow_mm=0.6 * wall_mm)
    paint(canvas, atrium.distal_veins, blood)

    window = _whole_slices(lattice, atrium, wall_mm, config)
    part = lattice.crop(window)
    opening = atrium.open_distance_mm(part) + canvas.roughness_mm[window]
    valve = atrium.valve_distance_mm(part)
    cavity, wall = _label_cavity_and_wall(atrium, part, opening, valve, wall_mm, config)
    plan = draw_scar_plan(
        generator(seed, index, Stream.SCAR),
        config,
        ostia_mm=atrium.ostia_mm,
        bounds_mm=atrium.chambers[0].bounds_mm(),
    )
    scar_rng = generator(seed, index, Stream.SCAR_TEXTURE)
    score = scar_score(plan, part, scar_rng)
    score_on_voxels = average_slices(score, slices_per_sample=config.slices_per_sample)
    scar, threshold = scar_on_wall(score_on_voxels, wall, plan=plan, config=config)
    shift_mm = draw(generator(seed, index, Stream.LABEL), config.label_shift_mm)
    cavity = _label_cavity(opening - np.float32(shift_mm), valve, config)
    strength = paint_strength(score, part, scar_rng, threshold=threshold)
    uneven = draw(scar_rng, config.wall_texture_sd) * smooth_field(
        part, scar_rng, scale_mm=WALL_TEXTURE_SCALE_MM, margin_mm=90.0
    )
    healthy = np.clip(flat["wall"] * (1 + uneven), 0.2, None)
    wall_signal = healthy + (np.float32(flat["scar"]) - healthy) * strength

    _paint_atrium(canvas, window, opening, valve, wall_signal, flat, blood, wall_mm, config)
    paint(canvas, atrium.distal_veins, blood)
    _overlay_texture(canvas, seed, index, config)
    scar = islands_kept(scar & ~cavity, touching=cavity)
    voxel_ml = float(np.prod(config.spacing_mm)) / 1000
    truth: dict[str, object] = {
        "la_volume_ml": float(cavity.sum()) * voxel_ml,
        "variant": atrium.variant,
        "wall_thickness_mm": wall_mm,
        "wall_volume_ml": float(wall.sum()) * voxel_ml,
        "scar_kind": plan.kind,
        "scar_burden_percent": 100 * float(scar.sum()) / float(wall.sum()),
        "signal_to_blood": flat,
    }
    return Patient(
        canvas.signal, _embed(cavity, window, config), _embed(scar, window, config), truth
    )


def _paint_surroundings(
    atrium: Atrium,
    lattice: Lattice,
    flat: Mapping[str, float],
    seed: int,
    index: int,
    config: PhantomConfig,
) -> tuple[Canvas, np.ndarray]:
    """The canvas with all neighbours, and the blood signal to go on with."""
    texture = generator(seed, index, Stream.TISSUE_TEXTURE)
    tissue = textured_signals(texture, lattice, flat)
    blood_sd = np.float32(draw(texture, config.blood_texture_sd))
    blood = 1 + blood_sd * smooth_field(lattice, texture, scale_mm=9.0)
    tissue["blood"] = blood
    surface = generator(seed, index, Stream.SURFACE)
    canvas = Canvas(
        lattice,
        np.full(lattice.shape, 0.02, np.float32),
        np.float32(draw(surface, config.roughness_mm))
        * smooth_field(lattice, surface, scale_mm=ROUGHNESS_SCALE_MM),
        edge_mm=max(config.spacing_mm[:2]),
    )
    organs = draw_neighbours(generator(seed, index, Stream.NEIGHBOURS), atrium, config)
    paint_neighbours(canvas, organs, tissue)
    return canvas, blood


def _overlay_texture(canvas: Canvas, seed: int, index: int, config: PhantomConfig) -> None:
    rng = generator(seed, index, Stream.OVERLAY)
    sd, scale_mm = draw(rng, config.texture_sd), np.exp(draw(rng, _logs(config.texture_scale_mm)))
    field = smooth_field(canvas.lattice, rng, scale_mm=scale_mm)
    field *= np.float32(sd)
    field += 1
    np.clip(field, 0.1, None, out=field)
    signal = canvas.signal
    signal *= field


def _logs(limits: tuple[float, float]) -> tuple[float, float]:
    return float(np.log(limits[0])), float(np.log(limits[1]))


def _label_cavity(opening: np.ndarray, valve: np.ndarray, config: PhantomConfig) -> np.ndarray:
    inside = np.maximum(opening, valve)
    return _largest_piece(average_slices(inside, slices_per_sample=config.slices_per_sample) < 0)


def _label_cavity_and_wall(
    atrium: Atrium,
    part: Lattice,
    opening: np.ndarray,
    valve: np.ndarray,
    wall_mm: float,
    config: PhantomConfig,
) -> tuple[np.ndarray, np.ndarray]:
    n = config.slices_per_sample
    cavity = _label_cavity(opening, valve, config)
    opening, valve = (average_slices(d, slices_per_sample=n) for d in (opening, valve))
    veins = union_distance_mm(atrium.distal_veins, part, blend_mm=3.0, margin_mm=4.0)
    beyond = average_slices(veins, slices_per_sample=n) < 0  # blood behind the stubs: no wall
    wall = (opening >= 0) & (opening < wall_mm) & (valve < 0) & ~beyond
    # Fillets thicken the implicit wall in the crotches of veins: hold it to its thickness, measured
    # from the nearest cavity voxel, whose centre lies at most one voxel behind the surface.
    reach_mm = ndimage.distance_transform_edt(~cavity, sampling=config.spacing_mm)
    return cavity, wall & (reach_mm > 0) & (reach_mm <= wall_mm + max(config.spacing_mm))


def _whole_slices(
    lattice: Lattice, atrium: Atrium, wall_mm: float, config: PhantomConfig
) -> Window:
    """The window round atrium and wall, widened to whole slices."""
    low_mm, high_mm = atrium.bounds_mm()
    reach_mm = wall_mm + 4.0
    x, y, z = lattice.window(low_mm - reach_mm, high_mm + reach_mm)
    n = config.slices_per_sample
    z = slice(z.start // n * n, -(-z.stop // n) * n)
    if min(s.stop - s.start for s in (x, y, z)) < 2:
        raise LascarError(
            "The phantom's field of view misses the atrium: enlarge shape_voxels or spacing_mm "
            "or reduce origin_jitter_mm."
        )
    return x, y, z


def _embed(mask: np.ndarray, window: Window, config: PhantomConfig) -> np.ndarray:
    full = np.zeros(config.shape_voxels, bool)
    n = config.slices_per_sample
    full[window[0], window[1], window[2].start // n : window[2].stop // n] = mask
    return full


def _largest_piece(mask: np.ndarray) -> np.ndarray:
    pieces, n = ndimage.label(mask)
    if n == 0:
        raise LascarError(
            "The phantom's field of view misses the atrium: enlarge shape_voxels or spacing_mm."
        )
    return np.asarray(pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:]))


def _paint_atrium(
    canvas: Canvas,
    window: Window,
    opening: np.ndarray,
    valve: np.ndarray,
    wall: np.ndarray,
    flat: dict[str, float],
    blood: np.ndarray,
    wall_mm: float,
    config: PhantomConfig,
) -> None:
    """Wall with its scar, then blood on both sides of the valve, then the leaflets."""
    target = canvas.signal[window]
    edge = canvas.edge_mm
    above = coverage(valve, edge_mm=edge)
    target += coverage(opening - np.float32(wall_mm), edge_mm=edge) * above * (wall - target)
    inlet = coverage(opening, edge_mm=edge) * coverage(valve - np.float32(12.0), edge_mm=4.0)
    target += inlet * (blood[window] - target)
    leaflet = coverage(np.abs(valve - np.float32(1.0)) - np.float32(0.7), edge_mm=edge)
    dark = np.float32(flat["leaflet"] * 0.7)
    target += config.leaflet_opacity * leaflet * inlet * (dark - target)

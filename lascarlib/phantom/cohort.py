"""Cases and cohorts: one seed, one index and one config decide every voxel."""

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
from scipy import ndimage

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.phantom.acquisition import acquire, average_slices
from lascarlib.phantom.atrium import Atrium, draw_atrium
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.lattice import Lattice, Window, make_lattice, smooth_field
from lascarlib.phantom.neighbours import draw_neighbours, paint_neighbours, textured_signals
from lascarlib.phantom.scar import (
    FADE_SCORE,
    draw_scar_plan,
    scar_score,
    scar_threshold,
    without_specks,
)
from lascarlib.phantom.shapes import union_distance_mm
from lascarlib.phantom.streams import Stream, draw, generator
from lascarlib.phantom.tissue import Canvas, coverage, paint

ROUGHNESS_MM = 0.9
"""SD of the smooth displacement of every surface: trabeculae, fat, the reader's hand."""

ROUGHNESS_SCALE_MM = 10.0
"""Distance between the knots of that displacement; bumps are about 2 cm wide."""


def case_id(index: int, *, seed: int) -> str:
    """Name a case after its cohort and its number.

    Args:
        index: Number of the case in the cohort.
        seed: Seed of the cohort.

    Returns:
        The name.

    Example:
        >>> case_id(3, seed=7)
        'phantom_0007_003'
    """
    return f"phantom_{seed:04d}_{index:03d}"


def phantom_cohort(n_cases: int, *, seed: int, config: PhantomConfig) -> Iterator[Case]:
    """Make the cases 0 to n_cases - 1 of a cohort, each when it is asked for.

    Args:
        n_cases: How many; 0 gives none.
        seed: Seed of the cohort.
        config: Size and ranges.

    Yields:
        Cases; case k does not depend on n_cases.

    Raises:
        LascarError: If n_cases is negative.
    """
    if n_cases < 0:
        raise LascarError(f"n_cases must not be negative, got {n_cases}.")
    return (phantom_case(index, seed=seed, config=config) for index in range(n_cases))


def phantom_case(index: int, *, seed: int, config: PhantomConfig) -> Case:
    """Make one synthetic LGE-MRI with its labels.

    Voxel axes point to the patient's left, back and head, as in scanner files; the affine says so
    in RAS+. The same arguments give the same bits in every process.

    Args:
        index: Number of the case in the cohort, not negative.
        seed: Seed of the cohort, not negative.
        config: Size and ranges.

    Returns:
        A case named by :func:`case_id`: image float32 with whole grey levels; atrium bool, the LA
        cavity with appendage and vein stubs, one connected piece; scar bool, enhanced voxels of the
        wall outside it. Provenance holds ``source``, ``seed``, ``index``, ``config`` and ``truth``
        (la_volume_ml, wall_volume_ml, scar_burden_percent of the wall, wall_thickness_mm, variant,
        scar_kind, and what contrast and acquisition drew).

    Raises:
        LascarError: If seed or index is negative, or the field of view misses the atrium.

    Example:
        >>> from lascarlib.phantom import COARSE
        >>> case = phantom_case(0, seed=7, config=COARSE)
        >>> case.id, case.image.shape, bool((case.atrium & case.scar).any())
        ('phantom_0007_000', (96, 96, 40), False)
    """
    geometry = generator(seed, index, Stream.GEOMETRY)
    atrium = draw_atrium(generator(seed, index, Stream.ATRIUM), config)
    wall_mm = draw(geometry, config.wall_thickness_mm)
    low_mm, high_mm = atrium.bounds_mm()
    jitter_mm = geometry.uniform(-1, 1, 3) * config.origin_jitter_mm
    shift_mm = (low_mm + high_mm) / 2 + jitter_mm
    lattice = make_lattice(
        config.shape_voxels,
        config.spacing_mm,
        slices_per_sample=config.slices_per_sample,
        shift_mm=shift_mm,
    )
    signal, atrium_label, scar_label, truth = _draw_patient(
        atrium, lattice, wall_mm, seed=seed, index=index, config=config
    )
    image, acquired = acquire(signal, lattice, seed=seed, index=index, config=config)
    truth["la_volume_ml"] = float(atrium_label.sum()) * float(np.prod(config.spacing_mm)) / 1000
    return Case(
        id=case_id(index, seed=seed),
        image=image,
        affine=_affine(lattice, config, table_mm=geometry.uniform(-20, 20, 3)),
        atrium=atrium_label,
        scar=scar_label,
        provenance={
            "source": "phantom",
            "seed": seed,
            "index": index,
            "config": asdict(config),
            "truth": truth | acquired,
        },
    )


def _affine(lattice: Lattice, config: PhantomConfig, *, table_mm: np.ndarray) -> np.ndarray:
    sx, sy, sz = config.spacing_mm
    affine = np.diag([-sx, -sy, sz, 1.0])
    first_slice = lattice.z_mm.ravel()[: config.slices_per_sample].astype(np.float64).mean()
    affine[:3, 3] = [float(lattice.x_mm[0, 0, 0]), float(lattice.y_mm[0, 0, 0]), first_slice]
    affine[:3, 3] = np.round(affine[:3, 3] + table_mm, 3)
    return affine


def _draw_contrast(rng: np.random.Generator, config: PhantomConfig) -> dict[str, float]:
    """Signal of every tissue, 1 = mean blood."""
    neighbour = [draw(rng, config.neighbour_to_blood) for _ in range(3)]
    fat = draw(rng, config.fat_to_blood)
    return {
        "blood": 1.0,
        "wall": draw(rng, config.wall_to_blood),
        "scar": draw(rng, config.scar_to_blood),
        "myocardium": draw(rng, config.myocardium_to_blood),
        "fat": fat,
        "mediastinum": fat,
        "lung": draw(rng, config.lung_to_blood),
        "oesophagus": neighbour[0],
        "aortic wall": neighbour[1],
        "rim": 0.8 * neighbour[2],  # periosteum and ligaments round the nulled marrow
        "leaflet": neighbour[2],
        "lumen": draw(rng, (0.1, 0.6)),
        "marrow": draw(rng, (0.08, 0.25)),
        "muscle": draw(rng, (0.25, 0.45)),
        "liver": draw(rng, (0.35, 0.65)),
        "fluid": draw(rng, (0.10, 0.35)),
    }


def _draw_patient(
    atrium: Atrium,
    lattice: Lattice,
    wall_mm: float,
    *,
    seed: int,
    index: int,
    config: PhantomConfig,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, object]]:
    """Signal on the sub-sliced lattice, atrium and scar on voxels, and what is true of them."""
    flat = _draw_contrast(generator(seed, index, Stream.CONTRAST), config)
    texture = generator(seed, index, Stream.TISSUE_TEXTURE)
    tissue = textured_signals(texture, lattice, flat)
    blood_sd = np.float32(draw(texture, config.blood_texture_sd))
    blood = 1 + blood_sd * smooth_field(lattice, texture, scale_mm=9.0)
    tissue["blood"] = blood
    roughness = generator(seed, index, Stream.SURFACE)
    canvas = Canvas(
        lattice,
        np.full(lattice.shape, 0.02, np.float32),
        ROUGHNESS_MM * smooth_field(lattice, roughness, scale_mm=ROUGHNESS_SCALE_MM),
        edge_mm=max(config.spacing_mm[:2]),
    )
    organs = draw_neighbours(generator(seed, index, Stream.NEIGHBOURS), atrium)
    paint_neighbours(canvas, organs, tissue)
    paint(canvas, atrium.distal_veins, flat["wall"], grow_mm=0.6 * wall_mm)
    paint(canvas, atrium.distal_veins, blood)

    window = _whole_slices(lattice, atrium, wall_mm, config)
    part = lattice.crop(window)
    opening = atrium.open_distance_mm(part) + canvas.roughness_mm[window]
    valve = atrium.valve_distance_mm(part)
    plan = draw_scar_plan(generator(seed, index, Stream.SCAR), atrium, config)
    score = scar_score(plan, part, generator(seed, index, Stream.SCAR_TEXTURE))

    def on_voxels(samples: np.ndarray) -> np.ndarray:
        return average_slices(samples, slices_per_sample=config.slices_per_sample)

    opening_v, valve_v, score_v = on_voxels(opening), on_voxels(valve), on_voxels(score)
    cavity = _largest_piece(np.maximum(opening_v, valve_v) < 0)
    veins = union_distance_mm(atrium.distal_veins, part, blend_mm=3.0, margin_mm=4.0)
    beyond = on_voxels(veins) < 0  # blood goes on behind the stubs: no wall there
    wall = (opening_v < wall_mm) & (valve_v < 0) & ~cavity & ~beyond & (opening_v >= 0)
    threshold = scar_threshold(score_v, wall, burden_percent=plan.burden_percent)
    voxel_mm3 = float(np.prod(config.spacing_mm))
    scar = without_specks(
        wall & (score_v > threshold),
        least_voxels=int(np.ceil(config.scar_min_volume_mm3 / voxel_mm3)),
    )
    membership = np.clip((score - np.float32(threshold)) / np.float32(FADE_SCORE) + 0.5, 0, 1)
    _paint_atrium(canvas, window, opening, valve, membership, flat, blood, wall_mm)
    paint(canvas, atrium.distal_veins, blood)
    truth: dict[str, object] = {
        "variant": atrium.variant,
        "wall_thickness_mm": wall_mm,
        "wall_volume_ml": float(wall.sum()) * voxel_mm3 / 1000,
        "scar_kind": plan.kind,
        "scar_burden_percent": 100 * float(scar.sum()) / float(wall.sum()),
        "signal_to_blood": flat,
    }
    return canvas.signal, _embed(cavity, window, config), _embed(scar, window, config), truth


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
    membership: np.ndarray,
    flat: dict[str, float],
    blood: np.ndarray,
    wall_mm: float,
) -> None:
    """Wall with its scar, then blood on both sides of the valve, then the leaflets."""
    target = canvas.signal[window]
    edge = canvas.edge_mm
    wall = flat["wall"] + np.float32(flat["scar"] - flat["wall"]) * membership
    above = coverage(valve, edge_mm=edge)
    target += coverage(opening - np.float32(wall_mm), edge_mm=edge) * above * (wall - target)
    inlet = coverage(opening, edge_mm=edge) * coverage(valve - np.float32(12.0), edge_mm=4.0)
    target += inlet * (blood[window] - target)
    leaflet = coverage(np.abs(valve - np.float32(1.0)) - np.float32(0.7), edge_mm=edge)
    target += 0.4 * leaflet * inlet * (np.float32(flat["leaflet"] * 0.7) - target)

"""Cases and cohorts: one seed, one index and one config decide every voxel."""

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.phantom.acquisition import acquire
from lascarlib.phantom.atrium import Atrium, draw_atrium
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.crop import crop_round_atrium
from lascarlib.phantom.lattice import Lattice, make_lattice
from lascarlib.phantom.observer import second_observer
from lascarlib.phantom.patient import draw_patient
from lascarlib.phantom.scan import scan_config
from lascarlib.phantom.streams import Stream, draw, generator

EDGE_MM = 4.0
"""What is left between atrium and edge of the field of view, where the atrium fits into it."""


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


def phantom_case(index: int, *, seed: int, config: PhantomConfig, neighbours: bool = True) -> Case:
    """Make one synthetic LGE-MRI with its labels.

    Voxel axes point to the patient's left, back and head, as in scanner files; the affine says so
    in RAS+. The same arguments give the same bits in every process.

    Args:
        index: Number of the case in the cohort, not negative.
        seed: Seed of the cohort, not negative.
        config: Size and ranges.
        neighbours: Whether there is anything round atrium and veins; False leaves them in air, to
            learn what the rest of the chest is good for.

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
    config = scan_config(config, seed=seed, index=index)
    atrium, wall_mm, lattice, geometry = lay_out(config, seed=seed, index=index)
    patient = draw_patient(
        atrium,
        lattice,
        wall_mm=wall_mm,
        seed=seed,
        index=index,
        config=config,
        neighbours=neighbours,
    )
    image, acquired = acquire(patient.signal, lattice, seed=seed, index=index, config=config)
    case = Case(
        id=case_id(index, seed=seed),
        image=image,
        affine=_affine(lattice, config, geometry),
        atrium=patient.atrium,
        scar=patient.scar,
        provenance={
            "source": "phantom",
            "seed": seed,
            "index": index,
            "config": asdict(config),
            "truth": {**patient.truth, **acquired},
        },
    )
    rng = generator(seed, index, Stream.CROP)
    if rng.random() < config.cropped_probability:
        case = crop_round_atrium(case, rng, margin_mm=config.crop_margin_mm)
    return second_observer(case, seed=config.observer) if config.observer else case


def lay_out(
    config: PhantomConfig, *, seed: int, index: int
) -> tuple[Atrium, float, Lattice, np.random.Generator]:
    """Draw a case's atrium, the thickness of its wall and where the field of view lies round it.

    Args:
        config: Of the case, its scan settled by `scan_config`.
        seed: Seed of the cohort.
        index: Number of the case.

    Returns:
        Atrium, wall in mm, sample positions, and the geometry's generator for what is drawn next.
    """
    geometry = generator(seed, index, Stream.GEOMETRY)
    atrium = draw_atrium(generator(seed, index, Stream.ATRIUM), config)
    wall_mm = draw(geometry, config.wall_thickness_mm)
    low_mm, high_mm = atrium.bounds_mm()
    jitter_mm = geometry.uniform(-1, 1, 3) * config.origin_jitter_mm
    view_mm = np.multiply(config.shape_voxels, config.spacing_mm)
    room_mm = np.clip((view_mm - (high_mm - low_mm)) / 2 - EDGE_MM, 0, None)
    shift_mm = (low_mm + high_mm) / 2 + np.clip(jitter_mm, -room_mm, room_mm)
    lattice = make_lattice(
        config.shape_voxels,
        config.spacing_mm,
        slices_per_sample=config.slices_per_sample,
        shift_mm=shift_mm,
    )
    return atrium, wall_mm, lattice, geometry


def first_sample_mm(lattice: Lattice, config: PhantomConfig) -> list[float]:
    """Where the centre of voxel (0, 0, 0) lies on the lattice, RAS+ about the atrium's centre."""
    first_slice = lattice.z_mm.ravel()[: config.slices_per_sample].astype(np.float64).mean()
    return [float(lattice.x_mm[0, 0, 0]), float(lattice.y_mm[0, 0, 0]), first_slice]


def _affine(lattice: Lattice, config: PhantomConfig, rng: np.random.Generator) -> np.ndarray:
    sx, sy, sz = config.spacing_mm
    origin_mm = first_sample_mm(lattice, config)
    table_mm = rng.uniform(-20, 20, 3)
    stated = 0.5 if rng.random() < config.halved_slices_probability else 1.0
    affine = np.diag([-sx, -sy, sz * stated, 1.0])
    affine[:3, 3] = np.round(origin_mm + table_mm, 3)
    return affine

"""The left atrium: body, vestibule, appendage and pulmonary veins with their variants."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.lattice import Lattice, make_lattice
from lascarlib.phantom.shapes import (
    Ellipsoid,
    Shape,
    Tube,
    rotation_deg,
    smooth_minimum,
    union_distance_mm,
)
from lascarlib.phantom.streams import draw
from lascarlib.phantom.veins import draw_vein, draw_vein_layout, join_left_veins

BLEND_MM = 6.0
"""Fillets between body, veins and appendage: the funnel-shaped antrum of a vein."""

MARGIN_MM = 8.0
"""How far outside the atrium its distance is needed: wall, fillet and roughness."""

REFERENCE_SPACING_MM = 2.5
"""Grid on which the unscaled atrium is measured, to scale it to the volume drawn."""


@dataclass(frozen=True, eq=False)
class Atrium:
    """One left atrium in mm, RAS+ about its centre.

    Args:
        chambers: Body, vestibule and appendage.
        stubs: Labelled parts of the pulmonary veins.
        distal_veins: Their continuations into the lungs: blood, but not labelled.
        ostia_mm: Where each vein leaves the body: left upper, left lower, right upper, right lower,
            and the extra right one if there is one.
        valve_mm: Centre of the mitral opening.
        valve_normal: (3,) unit vector from the atrium into the left ventricle.
        scale: Factor against the unscaled shape.
        variant: ``usual``, ``common left trunk``, ``extra right vein`` or both joined by " + ".
    """

    chambers: tuple[Shape, ...]
    stubs: tuple[Tube, ...]
    distal_veins: tuple[Tube, ...]
    ostia_mm: np.ndarray
    valve_mm: np.ndarray
    valve_normal: np.ndarray
    scale: float
    variant: str

    def bounds_mm(self) -> tuple[np.ndarray, np.ndarray]:
        """Corners of the box round chambers and stubs."""
        corners = [shape.bounds_mm() for shape in (*self.chambers, *self.stubs)]
        return np.min([c[0] for c in corners], axis=0), np.max([c[1] for c in corners], axis=0)

    def open_distance_mm(self, lattice: Lattice) -> np.ndarray:
        """Distance of the cavity as if it had no mitral valve, right within MARGIN_MM."""
        body = union_distance_mm(
            self.chambers, lattice, blend_mm=BLEND_MM, margin_mm=MARGIN_MM + BLEND_MM
        )
        veins = union_distance_mm(self.stubs, lattice, blend_mm=2.0, margin_mm=MARGIN_MM + BLEND_MM)
        return smooth_minimum(body, veins, blend_mm=BLEND_MM)

    def valve_distance_mm(self, lattice: Lattice) -> np.ndarray:
        """Signed distance to the mitral plane, positive on the ventricle's side."""
        n = self.valve_normal.astype(np.float32)
        offset = np.float32(self.valve_mm @ self.valve_normal)
        return lattice.x_mm * n[0] + lattice.y_mm * n[1] + lattice.z_mm * n[2] - offset


def draw_atrium(rng: np.random.Generator, config: PhantomConfig) -> Atrium:
    """Draw an atrium whose cavity has a volume of an atrial-fibrillation population.

    Shape and proportions follow Ho, Cabrera and Sanchez-Quintana, Circ Arrhythm Electrophysiol 5,
    2012: the broad chamber in front of spine and oesophagus, veins at its four corners, the left
    ones higher, the appendage in front of the left upper vein, the valve facing left, down and
    forward. Extents were checked against Utah labels (about 103 x 60 x 73 mm with stubs).

    Args:
        rng: Generator of the atrium's stream.
        config: Gives the volume's distribution, the stubs' length and the variants' shares.

    Returns:
        The scaled atrium.
    """
    target_ml = _draw_volume_ml(rng, config)
    unit = _draw_unit_atrium(rng, config)
    scale = 1.0
    for _ in range(3):  # stubs keep their length in mm, so the volume is not quite cubic in scale
        scale *= (target_ml / volume_ml(_scaled(unit, scale))) ** (1 / 3)
    return _scaled(unit, scale)


def volume_ml(atrium: Atrium) -> float:
    """Volume of the cavity in ml, counted on a REFERENCE_SPACING_MM grid (about 1 % accurate).

    Args:
        atrium: The atrium.

    Returns:
        Millilitres, valve plane and stubs included.
    """
    step = REFERENCE_SPACING_MM
    lattice = make_lattice((60, 52, 52), (step,) * 3, slices_per_sample=1, shift_mm=np.zeros(3))
    inside = np.maximum(atrium.open_distance_mm(lattice), atrium.valve_distance_mm(lattice)) < 0
    return float(inside.sum()) * step**3 / 1000


def _draw_volume_ml(rng: np.random.Generator, config: PhantomConfig) -> float:
    low, high = config.la_volume_range_ml
    for _ in range(100):
        value = float(rng.normal(config.la_volume_mean_ml, config.la_volume_sd_ml))
        if low <= value <= high:
            return value
    return draw(rng, config.la_volume_range_ml)


def _draw_unit_atrium(rng: np.random.Generator, config: PhantomConfig) -> Atrium:
    spread = config.shape_spread

    def jitter(mean: float, sd: float, size: int | None = None) -> Any:
        return rng.normal(mean, sd * spread, size)

    turn = rotation_deg(jitter(4, 7), jitter(0, 8), jitter(-2, 10))
    axes_mm = np.array([36.0, 18.5, 27.0]) * np.exp(jitter(0, 0.09, 3))
    body = Ellipsoid(np.array([0.0, 0.0, 3.0]), axes_mm, turn)
    normal = np.array([-0.50, 0.62, -0.60]) + jitter(0, 0.07, 3)
    normal /= np.linalg.norm(normal)
    lower_mm = np.array([24.0, 17.0, 21.0]) * np.exp(jitter(0, 0.09, 3))
    lower = np.array([-8.0, 5.0, -14.0]) + jitter(0, 2.5, 3)
    reach = 1 / np.sqrt((((turn @ normal) / lower_mm) ** 2).sum())
    vestibule = Ellipsoid(lower, lower_mm, turn)
    sides = draw_vein_layout(rng, config)
    stubs, distal, ostia = [], [], []
    for anchor, direction, radius_mm in sides:
        ostium = body.centre_mm + turn.T @ (axes_mm * (anchor / np.linalg.norm(anchor))) * 0.94
        length_mm = draw(rng, config.vein_stub_mm)
        stub, tail = draw_vein(rng, ostium, direction, radius_mm, length_mm)
        stubs.append(stub)
        distal.extend(tail)
        ostia.append(ostium)
    trunk = rng.random() < config.common_left_trunk_probability
    if trunk:
        stubs = join_left_veins(stubs, ostia)
    variants = [
        name
        for name, on in (("common left trunk", trunk), ("extra right vein", len(sides) > 4))
        if on
    ]
    return Atrium(
        chambers=(body, vestibule, _draw_appendage(rng, body, spread)),
        stubs=tuple(stubs),
        distal_veins=tuple(distal),
        ostia_mm=np.array(ostia),
        valve_mm=lower + normal * reach * float(np.clip(jitter(0.82, 0.05), 0.6, 0.96)),
        valve_normal=normal,
        scale=1.0,
        variant=" + ".join(variants) or "usual",
    )


def _draw_appendage(rng: np.random.Generator, body: Ellipsoid, spread: float) -> Tube:
    """A bent, tapering finger from the upper left front, between vein and pulmonary trunk."""
    anchor = np.array([-0.74, 0.45, 0.50]) + rng.normal(0, 0.06 * spread, 3)
    neck = body.rotation.T @ (body.semi_axes_mm * (anchor / np.linalg.norm(anchor))) * 0.92
    neck += body.centre_mm
    first = np.array([-0.45, 0.55, 0.62]) + rng.normal(0, 0.15 * spread, 3)
    second = np.array([0.05, 0.80, 0.45]) + rng.normal(0, 0.30 * spread, 3)
    lengths_mm = np.array([15.0, 15.0]) * np.exp(rng.normal(0, 0.2 * spread, 2))
    knee = neck + first / np.linalg.norm(first) * lengths_mm[0]
    tip = knee + second / np.linalg.norm(second) * lengths_mm[1]
    radii_mm = np.array([9.5, 8.0, 4.0]) * float(np.exp(rng.normal(0, 0.15 * spread)))
    return Tube(np.array([neck, knee, tip]), radii_mm)


def _scaled(unit: Atrium, scale: float) -> Atrium:
    def tube(t: Tube) -> Tube:
        root = t.points_mm[0] * scale
        thick = np.sqrt(scale)  # veins widen less than the chamber they drain into
        return Tube(root + (t.points_mm - t.points_mm[0]) * thick, t.radii_mm * thick)

    def chamber(shape: Shape) -> Shape:
        if isinstance(shape, Tube):
            return Tube(shape.points_mm * scale, shape.radii_mm * scale)
        return Ellipsoid(shape.centre_mm * scale, shape.semi_axes_mm * scale, shape.rotation)

    stubs = tuple(tube(s) for s in unit.stubs)
    tails = []
    for k, tail in enumerate(unit.distal_veins):
        stub, scaled = unit.stubs[k // 2], stubs[k // 2]
        shift = scaled.points_mm[-1] - stub.points_mm[-1]
        tails.append(Tube(tail.points_mm + shift, tail.radii_mm))
    return replace(
        unit,
        chambers=tuple(chamber(c) for c in unit.chambers),
        stubs=stubs,
        distal_veins=tuple(tails),
        ostia_mm=unit.ostia_mm * scale,
        valve_mm=unit.valve_mm * scale,
        scale=scale,
    )

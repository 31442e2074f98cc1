"""What surrounds the atrium: other chambers, great vessels, oesophagus, spine, lungs, chest wall.

Positions are mm in RAS+ about the centre of the atrium: x to the patient's right, y forward, z up.
They were read off axial anatomy and Utah 2018 volumes and follow the atrium's size where they touch
it. Organs are painted from far to near; the atrium covers them last.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from lascarlib.phantom.atrium import Atrium
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.shapes import Ellipsoid, Shape, Tube, rotation_deg
from lascarlib.phantom.streams import draw
from lascarlib.phantom.tissue import Canvas, paint

Near = Callable[..., np.ndarray]
"""Jitters a point: x, y, z in mm and optionally the share of the usual jitter."""

UPRIGHT = np.eye(3)


@dataclass(frozen=True, eq=False)
class Organ:
    """Shapes that share one tissue.

    Args:
        name: What it is.
        shapes: Its parts.
        tissue: Key of the signal.
        wall_mm: Thickness of a wall painted first, 0 for none.
        wall_tissue: Key of the wall's signal.
        level: Factor on the signal of its inside.
    """

    name: str
    shapes: tuple[Shape, ...]
    tissue: str
    wall_mm: float = 0.0
    wall_tissue: str = "wall"
    level: float = 1.0


def draw_neighbours(
    rng: np.random.Generator, atrium: Atrium, config: PhantomConfig
) -> tuple[Organ, ...]:
    """Place every organ round an atrium.

    Args:
        rng: Generator of the neighbours' stream.
        atrium: Decides where the organs that touch it lie.
        config: How far organs stray, and how the blood of other chambers differs.

    Returns:
        Organs in painting order.
    """
    back_mm = float(atrium.chambers[0].bounds_mm()[0][1])
    top_mm = float(atrium.chambers[0].bounds_mm()[1][2])
    s = atrium.scale

    def near(x: float, y: float, z: float, share: float = 1.0) -> np.ndarray:
        return np.array([x, y, z]) + rng.normal(0, share * config.neighbour_spread_mm, 3)

    organs = (
        *_chest(near),
        *_spine_and_oesophagus(rng, near, back_mm),
        *_great_vessels(rng, near, s, top_mm),
        *_chambers(rng, near, atrium, s),
    )
    return tuple(
        replace(organ, level=draw(rng, config.pool_to_blood)) if organ.tissue == "blood" else organ
        for organ in organs
    )


def _ball(centre_mm: np.ndarray, semi_axes_mm: tuple[float, float, float]) -> Ellipsoid:
    return Ellipsoid(centre_mm, np.array(semi_axes_mm), UPRIGHT)


def _tube(points_mm: list[np.ndarray], radii_mm: list[float]) -> Tube:
    return Tube(np.array(points_mm), np.array(radii_mm))


def _moved(point_mm: np.ndarray, x: float, y: float, z: float) -> np.ndarray:
    return point_mm + np.array([x, y, z])


def _chest(near: Near) -> tuple[Organ, ...]:
    return (
        Organ("skin and fat", (_ball(near(4, 5, 0), (160, 112, 600)),), "fat"),
        Organ("chest wall", (_ball(near(4, 5, 0), (146, 98, 600)),), "muscle"),
        Organ("chest cavity", (_ball(near(4, 6, 0), (134, 88, 600)),), "mediastinum"),
        Organ(
            "lungs",
            (
                _ball(near(88, -8, 0), (57, 80, 190)),
                _ball(near(-86, -12, 0), (56, 76, 190)),
            ),
            "lung",
        ),
        Organ("pericardial fat", (_ball(near(-6, 36, -20), (66, 52, 75)),), "mediastinum"),
        Organ(
            "liver and spleen",
            (
                _ball(near(58, 14, -94, 2.5), (84, 80, 66)),
                _ball(near(-66, 6, -112, 2.5), (66, 70, 62)),
            ),
            "liver",
        ),
        Organ("sternum", (_ball(near(6, 97, 20), (16, 6, 80)),), "marrow", 1.5, "rim"),
    )


def _spine_and_oesophagus(
    rng: np.random.Generator, near: Near, back_mm: float
) -> tuple[Organ, ...]:
    front_mm = back_mm - 11.0  # front of the vertebral bodies: oesophagus and fat lie between
    spine = near(10, front_mm - 15, 0, 0.8)
    axis = np.array([0.0, 0.0, 1.0])
    bodies = tuple(
        Ellipsoid(spine + axis * (k * 24.0 + 4.0), np.array([18.0, 15.0, 22.0]), UPRIGHT)
        for k in range(-4, 5)
    )
    aorta = near(-15, back_mm - 10.0, 0, 0.8)
    tilt = rng.normal(0, 0.05, 2)
    run = np.array([tilt[0], tilt[1], 1.0])
    gullet = near(float(rng.normal(5, 3.5)), back_mm - 2.5, 0, 0.4)
    flat = rotation_deg(0, 0, float(rng.normal(10, 10)))
    return (
        Organ("vertebrae", bodies, "marrow", 1.6, "rim"),
        Organ(
            "spinal canal",
            (_tube([_moved(spine, 0, -22, -150), _moved(spine, 0, -22, 150)], [8, 8]),),
            "fluid",
            2.0,
            "marrow",
        ),
        Organ(
            "azygos vein",
            (_tube([_moved(spine, 6, 17, -150), _moved(spine, 6, 17, 150)], [2.6, 2.6]),),
            "blood",
        ),
        Organ(
            "oesophagus",
            (Ellipsoid(gullet, np.array([7.0, 2.2, 400.0]), flat),),
            "lumen",
            2.0,
            "oesophagus",
        ),
        Organ(
            "descending aorta",
            (_tube([aorta - run * 150, aorta + run * 150], [rng.normal(11.5, 1.0)] * 2),),
            "blood",
            float(rng.uniform(1.2, 2.0)),
            "aortic wall",
        ),
    )


def _great_vessels(
    rng: np.random.Generator, near: Near, s: float, top_mm: float
) -> tuple[Organ, ...]:
    wide = float(np.exp(rng.normal(0, 0.08)))
    fork = near(-8, 16, top_mm + 13)
    root = near(2, 27 * s, -4)
    return (
        Organ(
            "caval veins",
            (
                _tube([near(25, 14 * s, 75), near(27, 16 * s, 8)], [8.5 * wide, 9.5 * wide]),
                _tube([near(30, 6, -40), near(28, 0, -120)], [11, 12]),
            ),
            "blood",
            1.0,
        ),
        Organ(
            "pulmonary arteries",
            (
                _tube([near(-16, 46 * s, 2), near(-17, 36 * s, 22), fork], [13, 13.5, 12]),
                _tube([fork, near(14, 8, top_mm + 11), near(46, -2, top_mm + 5)], [11, 10, 8]),
                _tube([fork, near(-30, -6, top_mm + 12), near(-42, -24, top_mm)], [11, 9.5, 7]),
            ),
            "blood",
            1.2,
        ),
        Organ(
            "ascending aorta",
            (
                _tube(
                    [root, near(12, 34 * s, 18), near(14, 34, 46), near(4, 22, 75)],
                    [15 * wide, 15.5 * wide, 15 * wide, 13],
                ),
            ),
            "blood",
            1.6,
            "aortic wall",
        ),
    )


def _chambers(rng: np.random.Generator, near: Near, atrium: Atrium, s: float) -> tuple[Organ, ...]:
    heading = np.array([-0.62, 0.62, -0.42]) + rng.normal(0, 0.06, 3)
    heading /= np.linalg.norm(heading)
    long_mm = float(rng.normal(42, 3))
    centre = atrium.valve_mm + heading * (long_mm * 0.80)
    across = np.cross(heading, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    frame = np.array([heading, across, np.cross(heading, across)])
    cavity = Ellipsoid(centre, np.array([long_mm, 23.0, 23.0]) * rng.normal(1, 0.05, 3), frame)
    tract = _tube(
        [atrium.valve_mm + heading * 18 + np.array([8, 6, 6]), near(2, 27 * s, -4)], [12, 13]
    )
    right = Ellipsoid(
        near(8, 50 * s, -32),
        np.array([40.0, 20.0, 36.0]),
        rotation_deg(0, 0, float(rng.normal(-22, 6))),
    )
    outflow = _tube([_moved(right.centre_mm, -8, 2, 12), near(-16, 46 * s, 2)], [14, 13])
    turned = rotation_deg(0, 0, float(rng.normal(-20, 8)))
    side = near(37 * s**0.5, 22 * s, -20)
    atrium_right = Ellipsoid(side, np.array([21.0, 25.0, 33.0]) * s**0.5, turned)
    ear = _tube([near(30, 30 * s, 2), near(20, 46 * s, 12)], [10, 6])
    inflow = _tube([atrium_right.centre_mm, _moved(right.centre_mm, 10, -4, -2)], [13, 14])
    crux = _ball((atrium.valve_mm + atrium_right.centre_mm) / 2, (24, 22, 24))
    return (
        Organ("septum and valve rings", (crux,), "myocardium"),
        Organ("left ventricle", (cavity,), "blood", float(rng.normal(10, 1.2)), "myocardium"),
        Organ("right ventricle", (right, outflow), "blood", 3.0, "myocardium"),
        Organ("right atrium", (atrium_right, ear), "blood", 2.0),
        Organ("openings", (tract, inflow), "blood"),
    )


def paint_neighbours(
    canvas: Canvas, organs: tuple[Organ, ...], signal: Mapping[str, float | np.ndarray]
) -> None:
    """Paint organs in their order, walls before contents.

    Args:
        canvas: Painted in place.
        organs: What to paint.
        signal: Signal of every tissue the organs name, numbers or arrays of the lattice's shape.
    """
    for organ in organs:
        if organ.wall_mm:
            paint(canvas, organ.shapes, signal[organ.wall_tissue], grow_mm=organ.wall_mm)
        paint(canvas, organ.shapes, signal[organ.tissue], level=organ.level)

"""Pulmonary veins: where they leave the atrium, how they bend, branch and vary."""

import numpy as np

from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.shapes import Tube


def join_left_veins(stubs: list[Tube], ostia_mm: list[np.ndarray]) -> list[Tube]:
    """Let both left veins spring from one trunk.

    Args:
        stubs: Stubs in the order of the layout, the two left ones first.
        ostia_mm: Their ostia, RAS+.

    Returns:
        The stubs with the left two rerouted, and the trunk appended.
    """
    root = (ostia_mm[0] + ostia_mm[1]) / 2
    out = root * 1.22
    joined = [Tube(np.vstack([out, s.points_mm[1:]]), s.radii_mm) for s in stubs[:2]]
    trunk = Tube(np.array([root * 0.8, out]), np.array([11.5, 10.0]))
    return [*joined, *stubs[2:], trunk]


def draw_vein_layout(
    rng: np.random.Generator, config: PhantomConfig
) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Draw where the veins leave the body, where to, and how wide they are.

    Ostia are about 16 mm wide: mean areas in atrial fibrillation are 224 +- 48 mm2 before and
    182 +- 43 mm2 after ablation (Wu et al., J Geriatr Cardiol 13, 2016).

    Args:
        rng: Generator of the atrium's stream.
        config: Share of cases with an extra right vein.

    Returns:
        Per vein: direction of its ostium from the centre of the body, unit direction of the vein,
        radius in mm. Left upper, left lower, right upper, right lower, and the extra one if any.
    """
    layout = [
        ((-0.76, -0.10, 0.66), (-0.66, -0.20, 0.72), 7.0),  # left upper: up, behind the appendage
        ((-0.88, -0.42, 0.00), (-0.74, -0.66, 0.05), 6.3),  # left lower: back, past the aorta
        ((0.82, 0.05, 0.56), (0.86, 0.08, 0.50), 7.2),  # right upper: behind the caval vein
        ((0.90, -0.35, -0.12), (0.84, -0.50, -0.10), 6.6),  # right lower: back and slightly down
    ]
    if rng.random() < config.extra_right_vein_probability:
        layout.append(((0.95, -0.15, 0.15), (0.98, -0.12, 0.06), 4.2))  # right middle-lobe vein
    result = []
    for anchor, direction, radius_mm in layout:
        heading = np.array(direction) + rng.normal(0, 0.16 * config.shape_spread, 3)
        result.append(
            (
                np.array(anchor) + rng.normal(0, 0.08 * config.shape_spread, 3),
                heading / np.linalg.norm(heading),
                radius_mm * float(np.exp(rng.normal(0, 0.15 * config.shape_spread))),
            )
        )
    return result


def draw_vein(
    rng: np.random.Generator,
    ostium: np.ndarray,
    direction: np.ndarray,
    radius_mm: float,
    length_mm: float,
) -> tuple[Tube, list[Tube]]:
    """Draw one vein: the labelled stub and the two branches beyond it.

    Args:
        rng: Generator of the atrium's stream.
        ostium: (3,) where it leaves the body, RAS+ mm.
        direction: (3,) unit vector away from the atrium.
        radius_mm: Its radius.
        length_mm: Labelled length beyond the ostium.

    Returns:
        The stub, from inside the body outward, and its two branches.
    """
    bend = rng.normal(0, 0.18, 3)
    inner = ostium - direction * 6.0
    middle = ostium + direction * (length_mm * 0.55)
    end = middle + (direction + bend) * (length_mm * 0.45)
    stub = Tube(
        np.array([inner, ostium, middle, end]),
        radius_mm * np.array([1.35, 1.15, 0.92, 0.86]),
    )
    tails = []
    for sign in (-1.0, 1.0):  # the first branching lies just beyond the labelled stub
        heading = direction + bend + sign * np.array([0.05, 0.25, 0.55]) + rng.normal(0, 0.15, 3)
        heading /= np.linalg.norm(heading)
        fork = end + (direction + bend) * 6.0
        tip = fork + heading * 22.0
        tails.append(Tube(np.array([end, fork, tip]), radius_mm * np.array([0.86, 0.72, 0.40])))
    return stub, tails

"""Where the veins, the valve and the appendage of a phantom are: what nobody tells of a patient."""

from typing import Any

import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.openings import APPENDAGE, VALVE, VEINS, Opening
from lascarlib.phantom.cohort import first_sample_mm, lay_out
from lascarlib.phantom.config import PhantomConfig
from lascarlib.phantom.shapes import Tube

VALVE_DEPTH_MM = 3.0
"""How far inside the mitral plane the LA is cut: past the rounded edge of its smoothed surface."""

VALVE_RADIUS_MM = 60.0
"""Further from the valve's axis nothing is cut with it."""

REACH = 1.4
"""Radius within which a vein or the appendage is cut, in units of its own at the cut."""


def phantom_openings(case: Case) -> dict[str, Opening]:
    """The six openings of a phantom's LA, from the shapes that it was drawn with.

    Args:
        case: A phantom, as from `phantom_case` or `open_dataset("phantom:...")`.

    Returns:
        Mitral valve, four veins and appendage (`lascarlib.geometry.OPENINGS`), in RAS+ world mm:
        veins and appendage are cut where they have left the fillet round their mouth, the valve
        just inside its plane.

    Raises:
        LascarError: The case is not a phantom, or was drawn by another version of it.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> openings = phantom_openings(phantom_case(0, seed=7, config=COARSE))
        >>> left, right = openings["left upper vein"], openings["right upper vein"]
        >>> bool(left.point_mm[0] < right.point_mm[0])  # RAS+: x grows to the right
        True
    """
    told = case.provenance
    if told.get("source") != "phantom":
        raise LascarError(f"{case.id} is no phantom; give the openings that you see on its surface")
    try:
        record: Any = told["config"]
        config = PhantomConfig(**record)
        seed, index = int(str(told["seed"])), int(str(told["index"]))
    except (KeyError, TypeError, ValueError) as error:
        raise LascarError(
            f"{case.id}: its provenance is of another version; make it anew"
        ) from error
    atrium, _, lattice, _ = lay_out(config, seed=seed, index=index)
    drawn = np.diag([*np.multiply(config.spacing_mm, (-1, -1, 1)), 1.0])
    drawn[:3, 3] = first_sample_mm(lattice, config)
    first: Any = told.get("first_voxel", (0, 0, 0))
    drawn[:3, 3] += drawn[:3, :3] @ np.array(first)
    to_world = case.affine @ np.linalg.inv(drawn)
    appendage = atrium.chambers[2]
    assert isinstance(appendage, Tube)
    inside_mm = atrium.valve_mm - VALVE_DEPTH_MM * atrium.valve_normal
    cuts = {VALVE: (inside_mm, atrium.valve_normal, VALVE_RADIUS_MM)}
    for name, stub in zip(VEINS, atrium.stubs, strict=False):
        cuts[name] = _across(stub, 1, share=0.7)
    cuts[APPENDAGE] = _across(appendage, 0, share=0.6)
    return {
        name: Opening(
            to_world[:3, :3] @ point + to_world[:3, 3],
            np.linalg.inv(to_world[:3, :3]).T @ (outward / np.linalg.norm(outward)),
            radius_mm,
        )
        for name, (point, outward, radius_mm) in cuts.items()
    }


def _across(tube: Tube, segment: int, *, share: float) -> tuple[np.ndarray, np.ndarray, float]:
    """A point within one segment of a tube's centre line, its direction, and how far it reaches."""
    start, end = tube.points_mm[segment : segment + 2]
    radius_mm = float(tube.radii_mm[segment : segment + 2].max())
    return start + share * (end - start), end - start, REACH * radius_mm

"""Inflow of blood that the respiratory navigator restored: bright right veins, which mimic scar."""

import numpy as np

from lascarlib.phantom.atrium import Atrium
from lascarlib.phantom.lattice import Lattice
from lascarlib.phantom.shapes import Tube, union_distance_mm

GAIN_SHARES = {2: 1.0, 3: 0.6, 4: 1.0}
"""How much of the gain each right vein shows, by its place in `Atrium.ostia_mm`: the lower one less
than the upper one. Readers graded inflow 0.7 in the right inferior and 1.2 in the right superior
vein (of 0 to 2; Peters et al., J Magn Reson Imaging 38, 2013). An extra right vein counts as upper,
which is our choice."""

CORE_SHARE = 0.5
MIXING_MM = 8.0
"""Share of a vein's radius, from its ostium outward, in which restored blood shows its whole gain,
and distance from there at which it has mixed down to 37 % of it. Our choice: the papers measure how
bright it is at the ostium, not how far it reaches."""


def restore_blood(blood: np.ndarray, lattice: Lattice, atrium: Atrium, *, gain: float) -> None:
    """Let blood in the right pulmonary veins shine, and fade where it mixes into the atrium.

    The navigator that watches the right half of the diaphragm ends in a pulse that puts the
    magnetisation of its slice back after the inversion. Blood of that slice, from the right lung,
    reaches the right veins within the inversion time and is brighter there than the rest: it hides
    their walls and mimics scar (Keegan, Drivas and Firmin, Magn Reson Med 72, 2014, who measured
    1.7 +- 0.5 times the blood pool at the ostia, 1.1 +- 0.2 where the pulse was moved).

    Args:
        blood: float32 of the lattice's shape, changed in place.
        lattice: Sample positions.
        atrium: Whose right veins.
        gain: Relative brightening in the right upper vein; 0 changes nothing.

    Example:
        >>> from lascarlib.phantom import COARSE
        >>> from lascarlib.phantom.cohort import lay_out
        >>> atrium, _, lattice, _ = lay_out(COARSE, seed=7, index=0)
        >>> blood = np.ones(lattice.shape, np.float32)
        >>> restore_blood(blood, lattice, atrium, gain=0.5)
        >>> float(blood.min()), float(blood.max())
        (1.0, 1.5)
    """
    if gain == 0:
        return
    reach_mm = 2.5 * MIXING_MM
    veins = {k: _cores(atrium, k) for k in GAIN_SHARES if k < len(atrium.ostia_mm)}
    corners = [core.bounds_mm() for cores in veins.values() for core in cores]
    window = lattice.window(
        np.min([low for low, _ in corners], axis=0) - reach_mm,
        np.max([high for _, high in corners], axis=0) + reach_mm,
    )
    near = lattice.crop(window)
    restored = np.zeros(near.shape, np.float32)
    for k, cores in veins.items():
        away_mm = union_distance_mm(cores, near, blend_mm=0.0, margin_mm=reach_mm)
        mixed = np.clip(away_mm, 0, reach_mm) / np.float32(MIXING_MM)
        np.maximum(restored, np.float32(GAIN_SHARES[k]) * np.exp(-(mixed**2)), out=restored)
    blood[window] *= 1 + np.float32(gain) * restored


def _cores(atrium: Atrium, vein: int) -> list[Tube]:
    """The middle of a vein from its ostium outward, branches included."""
    stub = atrium.stubs[vein]
    outward = Tube(stub.points_mm[1:], stub.radii_mm[1:])  # the first point lies inside the body
    parts = (outward, *atrium.distal_veins[2 * vein : 2 * vein + 2])
    return [Tube(part.points_mm, CORE_SHARE * part.radii_mm) for part in parts]

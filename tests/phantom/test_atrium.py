from dataclasses import replace

import numpy as np
import pytest

from lascarlib.phantom import COARSE
from lascarlib.phantom.atrium import draw_atrium, volume_ml


@pytest.mark.parametrize("target_ml", [65.0, 105.0, 170.0])
def test_the_atrium_is_scaled_to_the_volume_drawn(target_ml):
    config = replace(COARSE, la_volume_range_ml=(target_ml, target_ml + 1e-6))
    atrium = draw_atrium(np.random.default_rng(5), config)
    assert volume_ml(atrium) == pytest.approx(target_ml, rel=0.02)


@pytest.mark.parametrize(
    ("trunk", "extra", "stubs", "variant"),
    [
        (0.0, 0.0, 4, "usual"),
        (1.0, 0.0, 5, "common left trunk"),
        (0.0, 1.0, 5, "extra right vein"),
        (1.0, 1.0, 6, "common left trunk + extra right vein"),
    ],
)
def test_variants_add_a_trunk_or_a_vein(trunk, extra, stubs, variant):
    config = replace(
        COARSE, common_left_trunk_probability=trunk, extra_right_vein_probability=extra
    )
    atrium = draw_atrium(np.random.default_rng(1), config)
    assert (len(atrium.stubs), atrium.variant) == (stubs, variant)


def test_veins_leave_on_their_sides_and_the_valve_faces_the_left_ventricle():
    atrium = draw_atrium(np.random.default_rng(2), COARSE)
    left_upper, left_lower, right_upper, right_lower = atrium.ostia_mm[:4]
    # RAS+: the patient's left is negative
    assert max(left_upper[0], left_lower[0]) < 0 < min(right_upper[0], right_lower[0])
    assert left_upper[2] > left_lower[2]
    assert right_upper[2] > right_lower[2]
    x, y, z = atrium.valve_normal  # left, forward, down
    assert max(x, z) < 0 < y

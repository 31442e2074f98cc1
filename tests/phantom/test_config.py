from dataclasses import FrozenInstanceError, replace

import pytest

from lascarlib.errors import LascarError
from lascarlib.phantom import COARSE, FULL, SIZES


def test_sizes_cover_the_stated_field_of_view():
    # 96 x 1.25 = 120 mm, 40 x 2.5 = 100 mm; 576 x 0.625 = 360 mm, 44 x 2.5 = 110 mm
    extent = {
        name: tuple(n * s for n, s in zip(c.shape_voxels, c.spacing_mm, strict=True))
        for name, c in SIZES.items()
    }
    assert extent == {"coarse": (120.0, 120.0, 100.0), "full": (360.0, 360.0, 110.0)}


def test_sizes_differ_in_the_grid_only():
    assert replace(FULL, shape_voxels=COARSE.shape_voxels, spacing_mm=COARSE.spacing_mm) == COARSE


def test_config_is_frozen():
    with pytest.raises(FrozenInstanceError):
        COARSE.slices_per_sample = 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape_voxels": (96, 96)}, "shape_voxels"),
        ({"shape_voxels": (96, 96, 4)}, "shape_voxels"),
        ({"spacing_mm": (1.0, 0.0, 1.0)}, "spacing_mm"),
        ({"spacing_mm": (1.0, float("nan"), 1.0)}, "spacing_mm"),
        ({"slices_per_sample": 0}, "slices_per_sample"),
        ({"scar_pattern": "stripes"}, "scar_pattern"),
        ({"scar_to_blood": (1.5, 1.2)}, "scar_to_blood"),
        ({"scar_burden_percent": (0.0, 10.0)}, "scar_burden_percent"),
        ({"extra_right_vein_probability": 1.5}, "extra_right_vein_probability"),
        ({"shape_voxels": (96, 96, 40.5)}, "shape_voxels must be three whole numbers at least 8"),
        ({"scar_burden_percent": (150.0, 200.0)}, "above 0 and at most 100, got"),
        ({"la_volume_mean_ml": float("nan")}, "la_volume_mean_ml must be a number above 0, got"),
        ({"la_volume_mean_ml": -5}, "la_volume_mean_ml must be a number above 0, got -5"),
        ({"la_volume_sd_ml": -1.0}, "la_volume_sd_ml must be a number at least 0, got"),
        ({"la_volume_range_ml": (45.0, float("inf"))}, "la_volume_range_ml"),
        ({"la_volume_range_ml": (45.0, 90.0, 210.0)}, "la_volume_range_ml"),
        ({"label_shift_mm": (1.0, -1.0)}, "low <= high, each finite, got"),
        ({"leaflet_opacity": 2.0}, "leaflet_opacity must be .* at least 0 and at most 1"),
        ({"noise_blur_mm": (-1, 0, 0)}, "noise_blur_mm must be three numbers above 0, got"),
        ({"observer": True}, "observer must be a whole number at least 0, got True"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes, message):
    with pytest.raises(LascarError, match=message):
        replace(COARSE, **changes)

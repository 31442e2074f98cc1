from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.phantom import COARSE
from lascarlib.phantom.implant import implant_scar


def scan(spacing_mm=(1.25, 1.25, 2.5)) -> Case:
    """A ball of blood of 25 mm at 200, round it 100, with noise."""
    shape = tuple(round(80 / s) for s in spacing_mm)
    place = [(np.arange(n) - (n - 1) / 2) * s for n, s in zip(shape, spacing_mm, strict=True)]
    x, y, z = np.meshgrid(*place, indexing="ij")
    atrium = x**2 + y**2 + z**2 < 25**2
    noise = np.random.default_rng(0).normal(0, 5, shape)
    image = (100 + 100 * atrium + noise).astype(np.float32)
    return Case("ball", image, np.diag([*(-s for s in spacing_mm[:2]), spacing_mm[2], 1]), atrium)


FIXED = replace(COARSE, scar_to_blood=(1.5, 1.5), wall_thickness_mm=(2.5, 2.5))


def test_the_image_changes_on_the_wall_alone():
    before = scan()
    after = implant_scar(before, seed=0, config=FIXED)
    outside_mm = ndimage.distance_transform_edt(~before.atrium, sampling=before.spacing_mm)
    changed = after.image != before.image
    assert changed.any()
    # The shell is 2.5 mm thick and fades over one voxel, 1.25 mm; centres lie 0.6 mm further out.
    assert outside_mm[changed].max() < 2.5 + 1.25 + 1.25
    assert after.scar.any()
    assert not (after.scar & before.atrium).any()
    assert before.scar is None


def test_scar_has_the_signal_asked_for_and_keeps_its_grain():
    before = scan()
    after = implant_scar(before, seed=0, config=FIXED)
    eroded = ndimage.binary_erosion(after.scar)
    core = after.scar if not eroded.any() else eroded
    # Dense scar is 1.5 x 200 = 300; borders fade, and texture varies it by 30 %.
    assert 220 < after.image[core].mean() < 330
    grain = after.image - ndimage.gaussian_filter(after.image, 1.0)
    old = before.image - ndimage.gaussian_filter(before.image, 1.0)
    air = ndimage.binary_dilation(before.atrium, iterations=8)
    assert np.array_equal(grain[~air][:500], old[~air][:500])


def test_the_burden_is_recorded_and_in_the_range():
    config = replace(FIXED, scar_burden_percent=(10.0, 10.0), scar_min_volume_mm3=0.0)
    case = implant_scar(scan(), seed=3, config=config)
    record = case.provenance["implanted_scar"]
    assert record["burden_percent"] == pytest.approx(10.0, abs=0.2)
    assert record["signal_to_blood"] == 1.5


def test_the_order_of_axes_does_not_matter():
    case = scan(spacing_mm=(1.25, 1.25, 1.25))
    turned = replace(
        case,
        image=np.ascontiguousarray(case.image[::-1]),
        atrium=np.ascontiguousarray(case.atrium[::-1]),
        affine=case.affine @ np.array([[-1, 0, 0, 63], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
    )
    one, other = (implant_scar(c, seed=0, config=FIXED) for c in (case, turned))
    assert np.array_equal(one.scar, other.scar[::-1])
    assert np.array_equal(one.image, other.image[::-1])


def test_another_seed_or_name_gives_another_scar():
    case = scan()
    scars = [
        implant_scar(c, seed=seed, config=FIXED).scar
        for c, seed in ((case, 0), (case, 1), (replace(case, id="other"), 0))
    ]
    assert not np.array_equal(scars[0], scars[1])
    assert not np.array_equal(scars[0], scars[2])


def test_what_has_no_atrium_is_refused():
    case = scan()
    with pytest.raises(LascarError, match="label the case first"):
        implant_scar(replace(case, atrium=None), seed=0, config=FIXED)
    with pytest.raises(LascarError, match="-1"):
        implant_scar(case, seed=-1, config=FIXED)

from dataclasses import fields, replace

import numpy as np
import pytest

from lascarlib.phantom import COARSE, FULL, PhantomConfig, phantom_case
from lascarlib.phantom.scan import WIDE, scan_config

TINY = replace(COARSE, shape_voxels=(48, 48, 20), spacing_mm=(2.5, 2.5, 5.0))


def extent_mm(config: PhantomConfig) -> np.ndarray:
    return np.multiply(config.shape_voxels, config.spacing_mm)


def test_utah_is_what_the_sizes_say():
    assert scan_config(FULL, seed=3, index=1) == FULL


@pytest.mark.parametrize(
    ("centre", "coarse", "full"),
    [
        # Acquired voxels of JSQ's Table 1; full size interpolates twofold within the slice.
        ("bidmc", (1.4, 1.4, 1.4), (0.7, 0.7, 1.4)),
        ("kcl", (1.3, 1.3, 4.0), (0.65, 0.65, 4.0)),
    ],
)
def test_centres_have_their_voxels_over_the_same_field_of_view(centre, coarse, full):
    for size, spacing_mm in ((COARSE, coarse), (FULL, full)):
        config = scan_config(replace(size, centre=centre), seed=0, index=0)
        assert config.spacing_mm == spacing_mm
        # Whole voxels: at most half a voxel more or less.
        assert (np.abs(extent_mm(config) - extent_mm(size)) <= np.array(spacing_mm) / 2).all()


def test_coarser_voxels_blur_more():
    kcl = scan_config(replace(COARSE, centre="kcl"), seed=0, index=0)
    # 1.3 / 1.25 = 1.04 in the slice, 4.0 / 2.5 = 1.6 through it
    assert kcl.noise_blur_mm == pytest.approx((0.75 * 1.04, 0.75 * 1.04, 1.45 * 1.6))
    assert kcl.image_blur_mm == pytest.approx((0.4 * 1.04, 0.8 * 1.04))


def test_mixed_has_all_three_centres_and_says_which():
    mixed = replace(COARSE, centre="mixed")
    drawn = [scan_config(mixed, seed=0, index=k).centre for k in range(30)]
    assert set(drawn) == {"utah", "bidmc", "kcl"}
    case = phantom_case(4, seed=0, config=replace(TINY, centre="mixed"))
    assert case.provenance["config"]["centre"] == drawn[4]


def test_every_wide_range_reaches_beyond_the_real_one():
    names = {field.name for field in fields(PhantomConfig)}
    assert set(WIDE) <= names
    for name, wide in WIDE.items():
        real = getattr(COARSE, name)
        if isinstance(wide, tuple):
            assert wide[1] - wide[0] > real[1] - real[0], name
        else:
            assert wide > real, name


def test_wide_widens_every_range_of_a_case_by_one_share():
    scan = scan_config(replace(COARSE, domain="wide"), seed=1, index=3)
    # 4.0 mm for real and 6.0 mm for wide organs, 1.0 and 1.4 for shapes: the same way between.
    share = (scan.neighbour_spread_mm - 4.0) / 2.0
    assert 0 < share < 1
    assert scan.shape_spread == pytest.approx(1.0 + 0.4 * share)
    assert scan.gamma == pytest.approx((1 - 0.35 * share, 1 + 0.5 * share))


def test_wide_draws_resolution_and_field_of_view_anew():
    config = replace(COARSE, domain="wide")
    scans = [scan_config(config, seed=1, index=k) for k in range(60)]
    assert len({scan.spacing_mm for scan in scans}) == 60
    in_plane = np.array([scan.spacing_mm[0] for scan in scans]) / 1.25
    through = np.array([scan.spacing_mm[2] for scan in scans]) / 2.5
    assert 0.8 <= in_plane.min() < 0.9 < 1.2 < in_plane.max() <= 1.3
    assert 0.5 <= through.min() < 0.6 < 1.1 < through.max() <= 1.3
    width = np.array([extent_mm(scan)[0] for scan in scans]) / 120
    assert 0.1 < (width > 1.35).mean() < 0.35  # one in five shows much more of the chest
    assert all(scan.domain == "real" for scan in scans)  # nothing is left to settle
    assert all(scan_config(scan, seed=1, index=0) == scan for scan in scans)


def test_a_wide_case_is_whole_and_the_same_again():
    wide = replace(TINY, domain="wide")
    case, again = (phantom_case(0, seed=4, config=wide) for _ in range(2))
    assert np.array_equal(case.image, again.image)
    assert case.atrium.shape == case.image.shape
    assert case.atrium.any()
    assert not (case.atrium & case.scar).any()


def test_a_file_may_state_half_the_distance_of_its_slices():
    case = phantom_case(0, seed=0, config=replace(TINY, halved_slices_probability=1.0))
    true = phantom_case(0, seed=0, config=TINY)
    assert case.spacing_mm == (2.5, 2.5, 2.5)
    assert np.array_equal(case.image, true.image)


def test_a_generous_annotator_draws_a_larger_atrium_in_the_same_image():
    exact, generous = (
        phantom_case(0, seed=0, config=replace(TINY, label_shift_mm=(shift, shift)))
        for shift in (0.0, 2.0)
    )
    assert np.array_equal(exact.image, generous.image)
    assert (exact.atrium <= generous.atrium).all()
    assert generous.atrium.sum() > 1.1 * exact.atrium.sum()


def test_half_of_the_wide_cases_have_equal_blood_everywhere_and_leaflets_come_and_go():
    config = replace(COARSE, domain="wide")
    scans = [scan_config(config, seed=2, index=k) for k in range(60)]
    alike = [scan.pool_to_blood == (0.97, 1.03) for scan in scans]
    assert 18 < sum(alike) < 42  # 30 +- 3.9
    opacity = np.array([scan.leaflet_opacity for scan in scans])
    assert 0 <= opacity.min() < 0.1 < 0.4 < opacity.max() <= 0.5

import numpy as np
import pytest
from skimage.transform import resize

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry import boundary_distance_map
from lascarlib.preprocess import (
    atrium_sample,
    body_mask,
    case_in_lps,
    network_shape,
    scar_sample,
    to_case_grid,
    z_score,
)

TARGET_MM = (1.0, 2.0, 3.0)  # of the tiny cases' 2 x 2 x 3 mm, only x changes


def test_the_z_score_has_mean_0_and_deviation_1() -> None:
    scores = z_score(np.array([[2, 4], [4, 6]], np.int16))
    # Mean 4, deviations -2, 0, 0, 2: variance (4 + 4) / 4 = 2.
    np.testing.assert_allclose(scores, np.array([[-1, 0], [0, 1]]) * np.sqrt(2), rtol=1e-6)
    assert scores.dtype == np.float32


def test_the_z_score_ignores_scale_and_offset_of_the_grey_levels(tiny_cases) -> None:
    image = tiny_cases["case_0"].image
    np.testing.assert_allclose(z_score(image), z_score(3 * image + 1000), atol=1e-4)


def test_a_constant_image_becomes_zero() -> None:
    assert (z_score(np.full((2, 2, 2), 7.3)) == 0).all()


def test_large_grey_levels_keep_their_contrast() -> None:
    np.testing.assert_allclose(z_score(np.array([1e6, 1e6 + 2])), [-1, 1], rtol=1e-4)


def test_a_masked_z_score_counts_the_voxels_of_the_mask_and_zeroes_the_others() -> None:
    image = np.array([9.0, 2.0, 4.0, 4.0, 6.0])
    # Of 2, 4, 4, 6: mean 4, variance 2.
    scores = z_score(image, mask=image < 9)
    np.testing.assert_allclose(scores, np.array([0, -1, 0, 0, 1]) * np.sqrt(2), rtol=1e-6)
    assert scores.dtype == np.float32
    assert not z_score(image, mask=image > 9).any()
    np.testing.assert_array_equal(z_score(image, mask=image > 0), z_score(image))


def test_the_body_has_its_holes_but_not_the_border() -> None:
    image = np.zeros((7, 5, 5), np.float32)
    image[1:4, 1:4, 1:4] = -3.0  # not zero is enough
    body = image != 0
    image[2, 2, 2] = 0
    np.testing.assert_array_equal(body_mask(image), body)
    image[2, 2, 1] = 0  # the hole is now open to the border
    assert body_mask(image).sum() == 25
    assert not body_mask(np.zeros((3, 3, 3))).any()


def test_a_black_border_does_not_move_the_scores_of_the_body(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    border = np.pad(case.image, ((12, 12), (0, 0), (0, 0)))
    wide = Case("wide", border, case.affine, np.pad(case.atrium, ((12, 12), (0, 0), (0, 0))))
    inside = (slice(None), slice(12, -12))
    grid = {"spacing_mm": case.spacing_mm}
    scored = atrium_sample(wide, **grid, normalise="nonzero").channels
    np.testing.assert_array_equal(scored[inside], atrium_sample(case, **grid).channels)
    assert not np.allclose(atrium_sample(wide, **grid).channels[inside], scored[inside], atol=0.1)
    both = [scar_sample(wide, wide.atrium, **grid, normalise=n) for n in ("image", "nonzero")]
    np.testing.assert_array_equal(both[1].channels[0], scored[0])
    # The distance map has no background.
    np.testing.assert_array_equal(both[0].channels[1], both[1].channels[1])


def test_stage_1_sees_the_scored_image_on_the_networks_grid(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    sample = atrium_sample(case, spacing_mm=TARGET_MM)
    assert network_shape(case, spacing_mm=TARGET_MM) == (48, 20, 12)
    assert sample.channels.shape == (1, 48, 20, 12)
    assert sample.channels.dtype == np.float32
    expected = resize(z_score(case.image), (48, 20, 12), order=3, mode="edge", clip=False)
    np.testing.assert_allclose(sample.channels[0], expected, atol=1e-4)
    assert sample.label.dtype == bool
    # Twice as many voxels of half the size: the volume stays.
    assert sample.label.sum() == pytest.approx(2 * case.atrium.sum(), rel=0.03)


def test_an_unlabelled_case_gives_an_unlabelled_sample(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    bare = Case("bare", case.image, case.affine)
    assert atrium_sample(bare, spacing_mm=TARGET_MM).label is None
    assert scar_sample(bare, case.atrium, spacing_mm=TARGET_MM).label is None


def test_stage_2_sees_the_distance_map_of_the_given_atrium(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    given = np.roll(case.atrium, 1, axis=0)
    sample = scar_sample(case, given, spacing_mm=case.spacing_mm)
    distance_mm = boundary_distance_map(given, spacing_mm=case.spacing_mm)
    np.testing.assert_array_equal(sample.channels[0], z_score(case.image))
    np.testing.assert_array_equal(sample.channels[1], z_score(distance_mm))
    np.testing.assert_array_equal(sample.label, case.scar)


def test_the_variant_of_the_map_is_passed_on(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    literal, consistent = (
        scar_sample(case, case.atrium, spacing_mm=TARGET_MM, variant=variant).channels[1]
        for variant in ("literal", "sign-consistent")
    )
    assert not np.allclose(literal, consistent)


def test_an_empty_atrium_has_no_distance_map(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    with pytest.raises(LascarError, match="empty"):
        scar_sample(case, np.zeros_like(case.atrium), spacing_mm=TARGET_MM)


def test_probabilities_return_to_the_grid_of_the_case(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    sample = atrium_sample(case, spacing_mm=TARGET_MM)
    back = to_case_grid(sample.label.astype(np.float32), case)
    assert back.shape == case.image.shape
    assert back.min() >= 0
    assert back.max() <= 1
    np.testing.assert_array_equal(back > 0.5, case.atrium)


def stored_otherwise(case: Case) -> Case:
    """The same patient with the axes in the order (z, x, y) and x to the right."""

    def turn(array: np.ndarray) -> np.ndarray:
        return np.flip(array, 0).transpose(2, 0, 1).copy()

    old_index = np.zeros((4, 4))
    old_index[0, 1], old_index[1, 2], old_index[2, 0], old_index[3, 3] = -1, 1, 1, 1
    old_index[0, 3] = case.image.shape[0] - 1
    affine = case.affine @ old_index
    return Case(case.id, turn(case.image), affine, turn(case.atrium), turn(case.scar))


def test_a_network_sees_the_same_however_the_case_is_stored(tiny_cases) -> None:
    case = tiny_cases["case_0"]
    other = stored_otherwise(case)
    assert other.image.shape == (12, 24, 20)
    assert case_in_lps(case) is case
    for seen, expected in (
        (atrium_sample(other, spacing_mm=TARGET_MM), atrium_sample(case, spacing_mm=TARGET_MM)),
        (
            scar_sample(other, other.atrium, spacing_mm=TARGET_MM),
            scar_sample(case, case.atrium, spacing_mm=TARGET_MM),
        ),
    ):
        np.testing.assert_allclose(seen.channels, expected.channels, atol=1e-4)
        np.testing.assert_array_equal(seen.label, expected.label)
    sample = atrium_sample(other, spacing_mm=TARGET_MM)
    back = to_case_grid(sample.label.astype(np.float32), other)
    np.testing.assert_array_equal(back > 0.5, other.atrium)


def test_a_second_stage_without_a_map_sees_zeros_in_its_place(tiny_cases):
    case = tiny_cases["case_0"]
    spacing_mm = (2.0, 2.0, 3.0)
    plain = scar_sample(case, case.atrium, spacing_mm=spacing_mm, variant="none")
    usual = scar_sample(case, case.atrium, spacing_mm=spacing_mm)
    assert not plain.channels[1].any()
    assert np.array_equal(plain.channels[0], usual.channels[0])
    nothing = np.zeros_like(case.atrium)  # no LA is needed where none is looked at
    assert scar_sample(case, nothing, spacing_mm=spacing_mm, variant="none").channels.shape[0] == 2

import numpy as np
import pytest

from lascarlib.case import Case, check_image, same_geometry, spacing_of
from lascarlib.errors import LascarError

IMAGE = np.zeros((3, 4, 5), np.float32)


def test_the_spacing_is_the_length_of_the_affines_columns_whatever_the_orientation() -> None:
    # Columns (0, 2, 0), (-1, 0, 0), (0, 3, 4): lengths 2, 1 and 5.
    affine = np.eye(4)
    affine[:3, :3] = np.array([[0, 2, 0], [-1, 0, 0], [0, 3, 4]]).T
    assert spacing_of(affine) == (2.0, 1.0, 5.0)


def test_noise_of_a_float32_header_makes_no_new_spacing() -> None:
    assert spacing_of(np.diag([np.float32(0.1), 0.1, 0.1, 1.0])) == (0.1, 0.1, 0.1)


def test_the_volume_of_a_voxel_is_in_millilitres() -> None:
    # 10 x 10 x 10 mm = 1 cm^3 = 1 ml.
    assert Case("a", IMAGE, np.diag([10.0, 10.0, 10.0, 1.0])).voxel_volume_ml == 1.0


def test_the_volume_of_a_mask_is_that_of_its_voxels() -> None:
    case = Case("a", IMAGE, np.diag([10.0, 20.0, 5.0, 1.0]))  # a voxel of 1 ml
    mask = IMAGE > 0
    assert case.volume_ml(mask) == 0.0
    mask[0, :2, 0] = True
    assert case.volume_ml(mask) == 2.0


@pytest.mark.parametrize("axes", [(0, 1), (0, 2), (1, 2)])
def test_a_sheared_grid_is_refused_a_headers_noise_is_not(axes) -> None:
    a, b = axes
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[a, b] = 2.0  # the edges are (2, 0) and (2, 2): 45 degrees apart
    with pytest.raises(LascarError, match=r"a: two of its axes are 45\.0 degrees apart, not 90"):
        Case("a", IMAGE, affine)
    affine[a, b] = 0.019  # a cosine of 0.0095
    assert Case("a", IMAGE, affine).voxel_volume_ml == pytest.approx(0.008)
    affine[a, b] = -0.021
    with pytest.raises(LascarError, match=r"89\.4 degrees apart"):
        Case("a", IMAGE, affine)


@pytest.mark.parametrize("name", ["atrium", "scar"])
def test_a_label_must_be_bool_and_of_the_images_shape(name) -> None:
    with pytest.raises(LascarError, match=f"a: the {name} label has type uint8; give a bool"):
        Case("a", IMAGE, np.eye(4), **{name: IMAGE.astype(np.uint8)})
    with pytest.raises(LascarError, match=rf"the {name} label has shape \(3, 4, 4\)"):
        Case("a", IMAGE, np.eye(4), **{name: np.zeros((3, 4, 4), bool)})


def test_an_empty_scar_is_a_valid_case() -> None:
    assert not Case("a", IMAGE, np.eye(4), scar=np.zeros(IMAGE.shape, bool)).scar.any()


@pytest.mark.parametrize(
    ("image", "affine", "words"),
    [
        (np.zeros((3, 4)), np.eye(4), "2 dimensions where 3 are needed"),
        (np.zeros((3, 4, 5, 1)), np.eye(4), "4 dimensions where 3 are needed"),
        (np.zeros((3, 0, 5)), np.eye(4), "an axis of length 0"),
        (np.full((3, 4, 5), np.nan), np.eye(4), "60 voxels are NaN or infinite"),
        (np.full((1, 1, 1), np.inf), np.eye(4), "1 voxels are NaN or infinite"),
        (IMAGE, np.eye(3), "not a finite 4 x 4 matrix"),
        (IMAGE, np.full((4, 4), np.nan), "not a finite 4 x 4 matrix"),
        (IMAGE, np.diag([1.0, 0.0, 1.0, 1.0]), "spacing is zero or degenerate"),
        (IMAGE, np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]), "degenerate"),
        (IMAGE, np.diag([1250.0, 1250.0, 2500.0, 1.0]), "1250 x 1250 x 2500 mm"),
        (np.zeros((41, 4, 5)), np.diag([50.0, 50.0, 50.0, 1.0]), "a field of view of 2.05 m"),
        (IMAGE, np.diag([0.00125, 0.00125, 0.0025, 1.0]), "0.00125 x 0.00125 x 0.0025 mm"),
    ],
)
def test_what_is_no_volume_is_refused_in_one_sentence(image, affine, words) -> None:
    with pytest.raises(LascarError, match=words) as raised:
        check_image(image, affine, name="scan.nii")
    assert str(raised.value).startswith("scan.nii: ")
    assert "\n" not in str(raised.value)


def test_geometries_agree_as_long_as_no_corner_moves_by_more_than_a_micrometre() -> None:
    shifted = np.eye(4)
    shifted[0, 3] = 0.0009
    assert same_geometry(np.eye(4), shifted, shape=(9, 9, 9))
    shifted[0, 3] = 0.0011
    assert not same_geometry(np.eye(4), shifted, shape=(9, 9, 9))
    # 0.0002 mm a voxel is 0.0008 mm at the fifth voxel and 0.0012 mm at the seventh.
    finer = np.diag([1.0002, 1.0, 1.0, 1.0])
    assert same_geometry(np.eye(4), finer, shape=(5, 1, 1))
    assert not same_geometry(np.eye(4), finer, shape=(7, 1, 1))

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.models.fingerprint import fingerprint
from lascarlib.models.planner import plan


def bright_case(name: str, width: int) -> Case:
    """20 x 16 x 10 voxels of 1 x 1 x 2.5 mm, of which `width` columns along x are not zero."""
    image = np.zeros((20, 16, 10), np.float32)
    image[:width] = -1.0
    return Case(name, image, np.diag([1.0, 1.0, 2.5, 1.0]))


def test_black_borders_are_cropped_and_the_axes_reversed() -> None:
    found = fingerprint(bright_case(str(width), width) for width in (20, 10, 5))
    assert found["shapes_after_crop"] == [[10, 16, 20], [10, 16, 10], [10, 16, 5]]
    assert found["spacings"] == [[2.5, 1.0, 1.0]] * 3
    # Shares of 1, 1/2 and 1/4.
    assert found["median_relative_size_after_cropping"] == 0.5


def test_a_hole_is_not_a_border() -> None:
    case = bright_case("a", 20)
    case.image[5:15, 5:10, 3:6] = 0
    assert fingerprint([case])["median_relative_size_after_cropping"] == 1


def test_the_planner_takes_it() -> None:
    result = plan(
        fingerprint([bright_case("a", 20), bright_case("b", 16)]),
        {"channel_names": {"0": "MRI"}, "labels": {"bg": 0, "LA": 1}, "numTraining": 2},
    )
    assert result.median_image_size_in_voxels == (10.0, 16.0, 18.0)


def test_nothing_to_measure() -> None:
    with pytest.raises(LascarError, match="cases is empty"):
        fingerprint([])
    with pytest.raises(LascarError, match="black: the image is zero"):
        fingerprint([Case("black", np.zeros((2, 2, 2), np.float32), np.eye(4))])

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry.mask import check_mask, check_spacing


@pytest.mark.parametrize("shape", [(3, 3), (3, 3, 3, 3), (3, 0, 3)])
def test_only_volumes_are_masks(shape: tuple[int, ...]) -> None:
    with pytest.raises(LascarError, match="axes"):
        check_mask(np.zeros(shape, bool))


def test_the_error_names_the_argument_and_its_type() -> None:
    with pytest.raises(LascarError, match="target has type uint8"):
        check_mask(np.zeros((2, 2, 2), np.uint8), name="target")


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (1.0, -1.0, 1.0), (1.0, float("nan"), 1.0)])
def test_spacing_is_three_positive_lengths(spacing: tuple[float, ...]) -> None:
    with pytest.raises(LascarError, match="three lengths above 0"):
        check_spacing(spacing)  # type: ignore[arg-type]

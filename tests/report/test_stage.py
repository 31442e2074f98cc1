import pytest

from lascarlib.errors import LascarError
from lascarlib.report import STAGINGS, fibrosis_stage


@pytest.mark.parametrize(
    ("share", "utah", "decaaf"),
    [
        (0.0, "I", "I"),
        (4.99, "I", "I"),
        (5.0, "II", "I"),
        (9.99, "II", "I"),
        (10.0, "II", "II"),
        (20.0, "II", "III"),
        (20.01, "III", "III"),
        (29.99, "III", "III"),
        (30.0, "III", "IV"),
        (35.0, "III", "IV"),
        (35.01, "IV", "IV"),
        (100.0, "IV", "IV"),
    ],
)
def test_one_share_may_be_two_stages(share, utah, decaaf) -> None:
    assert fibrosis_stage(share, scale="utah") == utah
    assert fibrosis_stage(share, scale="decaaf") == decaaf


@pytest.mark.parametrize("scale", STAGINGS)
def test_more_fibrosis_is_never_a_lower_stage(scale) -> None:
    stages = [fibrosis_stage(share / 10, scale=scale) for share in range(1001)]
    order = ["I", "II", "III", "IV"]
    numbers = [order.index(stage) for stage in stages]
    assert numbers == sorted(numbers)
    assert set(stages) == set(order)


def test_what_has_no_stage() -> None:
    for share in (-0.1, 100.1, float("nan")):
        with pytest.raises(LascarError, match="give a share from 0 to 100"):
            fibrosis_stage(share, scale="utah")
    with pytest.raises(LascarError, match="known are utah, decaaf"):
        fibrosis_stage(10.0, scale="oakes")

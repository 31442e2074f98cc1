import pytest

from lascarlib.errors import LascarError
from lascarlib.models.budget import Budget, budget_for


def test_the_limit_is_proportional_to_the_memory() -> None:
    assert budget_for("gpu").feature_map_limit == 560_000_000
    assert budget_for("gpu", memory_gb=24).feature_map_limit == 3 * 560_000_000
    # A 32nd.
    assert budget_for("cpu").feature_map_limit == 17_500_000


def test_a_given_memory_leaves_the_devices_channels() -> None:
    assert budget_for("cpu", memory_gb=1.0) == Budget(1.0, 16)
    assert budget_for("gpu", memory_gb=1.0) == Budget(1.0, 32)


@pytest.mark.parametrize("memory_gb", [0.0, -1.0, float("nan"), float("inf")])
def test_a_memory_that_is_no_number_above_zero_is_refused(memory_gb: float) -> None:
    with pytest.raises(LascarError, match=r"a memory of .* GB; give a number above 0"):
        budget_for("gpu", memory_gb=memory_gb)


def test_unknown_devices_and_no_channels_are_refused() -> None:
    with pytest.raises(LascarError, match="unknown device 'tpu'; known are gpu, cpu"):
        budget_for("tpu")
    with pytest.raises(LascarError, match="base_features is 0"):
        Budget(base_features=0)

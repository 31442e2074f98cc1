import pytest

from lascarlib.models.pooling import pooling_for


def n_pools(patch, spacing=(1.0, 1.0, 1.0)) -> tuple[int, ...]:
    """How often each axis is pooled."""
    strides = pooling_for(patch, spacing_mm=spacing).strides
    return tuple(sum(stride[axis] == 2 for stride in strides) for axis in range(3))


def test_an_axis_pools_from_eight_voxels_on() -> None:
    assert n_pools((7, 8, 8)) == (0, 1, 1)
    assert n_pools((7, 7, 7)) == (0, 0, 0)
    # 15 halves to 8, rounded up, and 8 to 4.
    assert n_pools((7, 15, 15)) == (0, 2, 2)


def test_an_axis_alone_pools_from_twelve_voxels_on() -> None:
    assert n_pools((4, 4, 11)) == (0, 0, 0)
    assert n_pools((4, 4, 12)) == (0, 0, 1)


def test_a_coarse_axis_waits_until_the_others_are_under_half() -> None:
    # At exactly twice the spacing z waits one pooling; just below it does not.
    assert pooling_for((64, 64, 64), spacing_mm=(2.0, 1.0, 1.0)).strides[1] == (1, 2, 2)
    assert pooling_for((64, 64, 64), spacing_mm=(1.99, 1.0, 1.0)).strides[1] == (2, 2, 2)


def test_only_axes_that_are_long_enough_are_compared() -> None:
    # The finest axis is too short to pool, so the two coarse ones pool together at once.
    assert pooling_for((4, 32, 32), spacing_mm=(0.5, 2.0, 2.0)).strides[1] == (1, 2, 2)


def test_a_kernel_is_one_wide_along_a_coarse_axis() -> None:
    kernels = pooling_for((32, 64, 64), spacing_mm=(4.5, 1.0, 1.0)).kernel_sizes
    # z is 4.5 mm beside 1, 2 and 4 mm in plane: 3 wide from the third resolution on.
    assert kernels[:3] == ((1, 3, 3), (1, 3, 3), (3, 3, 3))
    assert kernels[-1] == (3, 3, 3)


def test_without_pooling_there_is_the_bottleneck() -> None:
    pooling = pooling_for((4, 4, 4), spacing_mm=(5.0, 1.0, 1.0))
    assert pooling.strides == ((1, 1, 1),)
    assert pooling.kernel_sizes == ((3, 3, 3),)


@pytest.mark.parametrize(
    ("patch", "padded"), [((55, 89, 120), (56, 96, 128)), ((9, 9, 9), (10, 10, 10))]
)
def test_the_patch_is_padded_to_divide(patch, padded) -> None:
    # 55, 28, 14, 7: three poolings, so a multiple of 8; 89, 45, 23, 12, 6 and 120, 60, 30, 15, 8:
    # four each, of 16, for the last 8 would pool alone. 9 pools once, to 5.
    assert pooling_for(patch, spacing_mm=(1.0, 1.0, 1.0)).patch_size == padded

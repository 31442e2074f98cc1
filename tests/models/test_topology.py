import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.models.topology import architecture_for
from lascarlib.models.unet import UNet


def test_thick_slices_are_halved_later_and_convolved_in_plane_first() -> None:
    net = architecture_for(
        (32, 32, 8), spacing_mm=(0.625, 0.625, 2.5), features=(4, 8, 16, 32), in_channels=2
    )
    # In plane 0.625 -> 1.25 -> 2.5 mm: only then is z within a factor of two.
    assert net.strides == ((1, 1, 1), (2, 2, 1), (2, 2, 1), (2, 2, 2))
    assert net.kernels[0] == net.kernels[1] == (3, 3, 1)
    assert net.kernels[-1] == (3, 3, 3)
    assert net.in_channels == 2


def test_isotropic_voxels_are_halved_alike() -> None:
    net = architecture_for((16, 16, 16), spacing_mm=(1, 1, 1), features=(4, 8), in_channels=1)
    assert net.strides == ((1, 1, 1), (2, 2, 2))


def test_the_patch_fits_the_network_that_was_made_for_it() -> None:
    patch = (24, 16, 8)
    net = architecture_for(patch, spacing_mm=(1, 1, 2), features=(2, 4, 8), in_channels=1)
    assert UNet(net).eval()(torch.zeros(1, 1, *patch)).shape == (1, 2, *patch)


def test_a_patch_too_small_for_its_features_is_refused() -> None:
    with pytest.raises(LascarError, match=r"cannot be halved 4 times; give at most \d features"):
        architecture_for((8, 8, 8), spacing_mm=(1, 1, 1), features=(2,) * 5, in_channels=1)


def test_a_patch_that_does_not_divide_is_refused() -> None:
    with pytest.raises(LascarError, match=r"no multiple of \(2, 2, 2\)"):
        architecture_for((15, 16, 16), spacing_mm=(1, 1, 1), features=(2, 4), in_channels=1)


def test_a_single_resolution_is_no_u_net() -> None:
    with pytest.raises(LascarError, match="at least two resolutions"):
        architecture_for((32, 32, 32), spacing_mm=(1.0, 1.0, 1.0), features=(8,), in_channels=1)

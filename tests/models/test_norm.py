"""Instance norm: equal to PyTorch's whatever way it takes."""

import numpy as np
import pytest
import torch
from torch import nn

from lascarlib.models.norm import InstanceNorm

CL = torch.channels_last_3d


def both(channels: int) -> tuple[InstanceNorm, nn.InstanceNorm3d]:
    """Ours and PyTorch's, with the same random scale and shift."""
    torch.manual_seed(0)
    ours, theirs = InstanceNorm(channels), nn.InstanceNorm3d(channels, affine=True)
    for parameter in ours.parameters():
        nn.init.normal_(parameter)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


# 7 x 5 x 3 voxels share no factor with 256 / 8 columns; 300 channels are more than 256.
@pytest.mark.parametrize("shape", [(1, 8, 16, 12, 6), (1, 8, 7, 5, 3), (1, 300, 2, 3, 2)])
@pytest.mark.parametrize("batch", [1, 2])
def test_it_is_pytorchs_instance_norm(shape, batch) -> None:
    ours, theirs = both(shape[1])
    volume = (3 + 2 * torch.randn(batch, *shape[1:])).contiguous(memory_format=CL)
    with torch.inference_mode():
        found = ours(volume)
        torch.testing.assert_close(found, theirs(volume), atol=2e-5, rtol=1e-5)
        half = ours(volume.bfloat16())
        assert half.dtype == torch.bfloat16
        torch.testing.assert_close(half.float(), found, atol=0.05, rtol=0.02)
    assert batch > 1 or found.is_contiguous(memory_format=CL)


def test_a_large_mean_does_not_swallow_the_variance() -> None:
    # The columns' own means differ, so their variance has to be added.
    ours, theirs = both(4)
    ramp = torch.linspace(100, 200, 4 * 8 * 8 * 8).reshape(1, 4, 8, 8, 8)
    volume = ramp.contiguous(memory_format=CL)
    with torch.inference_mode():
        expected = theirs(volume)
        np.testing.assert_allclose(ours(volume), expected, atol=1e-4)


@pytest.mark.parametrize("shape", [(2, 8, 16, 12, 6), (1, 8, 7, 5, 3), (3, 300, 2, 3, 2)])
def test_its_gradients_are_pytorchs(shape) -> None:
    ours, theirs = both(shape[1])
    volume = (3 + 2 * torch.randn(shape)).contiguous(memory_format=CL)
    wanted = torch.randn(shape)  # channels first: brought to the volume's order
    found = []
    for norm in (ours, theirs):
        image = volume.clone().requires_grad_()
        norm(image).backward(wanted)
        found.append((image.grad, norm.weight.grad, norm.bias.grad))
    for own, reference in zip(*found, strict=True):
        torch.testing.assert_close(own, reference, atol=2e-4, rtol=1e-4)
    assert found[0][0].is_contiguous(memory_format=CL)


def test_its_gradients_are_those_of_small_steps() -> None:
    norm = both(3)[0].double()
    volume = torch.randn(2, 3, 4, 3, 2, dtype=torch.float64).contiguous(memory_format=CL)
    parts = (volume.requires_grad_(), norm.weight, norm.bias)
    assert torch.autograd.gradcheck(lambda *_: norm(volume), parts)


def test_gradients_in_bfloat16_are_near_those_in_float32() -> None:
    ours, _ = both(16)
    volume = (1 + torch.randn(2, 16, 8, 8, 8)).contiguous(memory_format=CL)
    wanted = torch.randn(2, 16, 8, 8, 8).contiguous(memory_format=CL)
    found = []
    for dtype in (torch.bfloat16, torch.float32):
        image = volume.detach().to(dtype).requires_grad_()
        ours(image).backward(wanted.to(dtype))
        found.append(image.grad.float())
    size = float(found[1].abs().max())
    torch.testing.assert_close(found[0], found[1], atol=0.01 * size, rtol=0.02)


def test_one_voxel_is_refused_in_training_as_pytorch_does() -> None:
    with pytest.raises(ValueError, match="more than 1 spatial element"):
        InstanceNorm(2)(torch.zeros(1, 2, 1, 1, 1))

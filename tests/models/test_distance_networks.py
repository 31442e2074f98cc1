import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.models.distance_networks import AudebertNet, DangiNet, XueNet
from lascarlib.models.halving import HalvingArchitecture
from lascarlib.models.halving_unet import HalvingUNet

SMALL = HalvingArchitecture(features=(2, 4, 6))
NETWORKS = [DangiNet, AudebertNet, XueNet]


def count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("network", NETWORKS)
def test_the_answer_lies_on_the_grid_of_the_image(network) -> None:
    answer = network(SMALL)(torch.randn(2, 1, 8, 4, 12))
    assert answer.atrium.shape == answer.distance.shape == (2, 1, 8, 4, 12)
    with pytest.raises(LascarError, match=r"\(1, 2, 8, 8, 8\)"):
        network(SMALL)(torch.zeros(1, 2, 8, 8, 8))


def test_what_each_adds_to_the_unet_by_hand() -> None:
    unet = count(HalvingUNet(SMALL, out_channels=1))
    # Audebert: a distance head 2 + 1, and 27 x 3 + 1 in place of 2 + 1. Xue: nothing.
    assert count(AudebertNet(SMALL)) == unet + 27 * 3 + 1
    assert count(XueNet(SMALL)) == unet
    # Dangi: a decoder whose blocks read one half of the channels, a head, two variances.
    blocks = [2 * (27 * f * f + f) + 4 * f for f in (2, 4)]
    ups = [8 * 4 * 2 + 2, 8 * 6 * 4 + 4]
    assert count(DangiNet(SMALL)) == unet + sum(blocks) + sum(ups) + 3 + 2


def test_dangis_regulariser_has_no_skip_connections() -> None:
    torch.manual_seed(0)
    net = DangiNet(SMALL)
    for upsample in net.distance_decoder.upsample:
        torch.nn.init.zeros_(upsample.weight)
    first, second = (net(torch.randn(1, 1, 8, 8, 8)).distance for _ in range(2))
    assert torch.equal(first, second)  # nothing of the image passes but through the bottleneck


def test_segmenting_does_without_dangis_regulariser() -> None:
    net = DangiNet(SMALL)
    net(torch.randn(1, 1, 8, 8, 8)).atrium.sum().backward()
    assert all(p.grad is None for p in net.distance_decoder.parameters())


def test_audeberts_segmentation_reads_the_distance() -> None:
    torch.manual_seed(0)
    net = AudebertNet(SMALL)
    answer = net(torch.randn(1, 1, 8, 8, 8))
    assert answer.distance.abs().max() <= 1
    answer.atrium.sum().backward()
    assert net.distance_head.weight.grad.abs().sum() > 0


def test_xues_segmentation_is_the_sign_of_the_distance() -> None:
    torch.manual_seed(0)
    answer = XueNet(SMALL, steepness=10.0)(torch.randn(1, 1, 8, 8, 8))
    assert torch.equal(answer.atrium > 0, answer.distance < 0)
    assert torch.allclose(answer.atrium, -10 * answer.distance)

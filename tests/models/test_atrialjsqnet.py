import numpy as np
import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.geometry import (
    distance_probability_maps,
    signed_distance_map,
    surface_voxels,
)
from lascarlib.losses import JointTarget, joint_loss, loss_weights
from lascarlib.models.atrialjsqnet import AtrialJSQnet, HalvingArchitecture

CUBES = (1.0, 1.0, 1.0)
SMALL = HalvingArchitecture(features=(2, 4, 6))


def count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def block(channels_in: int, channels: int) -> int:
    """Two convolutions, weights plus biases, then scale and shift of two norms."""
    return channels * (27 * channels_in + 1) + channels * (27 * channels + 1) + 4 * channels


def up(coarse: int, fine: int) -> int:
    """A transposed convolution 2 x 2 x 2 and the block behind it, whose input is twice as wide."""
    return 8 * coarse * fine + fine + block(2 * fine, fine)


def test_the_number_of_weights_by_hand() -> None:
    # The finest block: 16 x (27 + 1) + 16 x (432 + 1) + 4 x 16 = 448 + 6,928 + 64.
    assert block(1, 16) == 7_440
    encoder = 7_440 + block(16, 32) + block(32, 64) + block(64, 128) + block(128, 256)
    decoder = up(256, 128) + up(128, 64) + up(64, 32) + up(32, 16)
    net = AtrialJSQnet(HalvingArchitecture())
    assert count(net.encoder) == encoder == 3_535_440
    assert count(net.atrium_decoder) == count(net.wall_decoder) == decoder
    assert (count(net.atrium_head), count(net.wall_head)) == (16 + 1, 2 * (16 + 1))
    assert count(net) == encoder + 2 * decoder + 3 * 17


def test_two_heads_on_the_grid_of_the_image() -> None:
    logits = AtrialJSQnet(SMALL)(torch.zeros(2, 1, 8, 12, 4))
    assert tuple(logits.atrium.shape) == (2, 1, 8, 12, 4)
    assert tuple(logits.wall.shape) == (2, 2, 8, 12, 4)


def test_logits_go_out() -> None:
    # A head whose weights vanish answers with its bias, whatever a sigmoid would make of it.
    net = AtrialJSQnet(SMALL)
    for head, biases in ((net.atrium_head, [-3.0]), (net.wall_head, [4.0, -5.0])):
        torch.nn.init.zeros_(head.weight)
        head.bias.data = torch.tensor(biases)
    logits = net(torch.randn(1, 1, 4, 4, 8))
    assert (logits.atrium == -3).all()
    assert (logits.wall[:, 0] == 4).all()
    assert (logits.wall[:, 1] == -5).all()


def test_the_decoders_share_the_encoder_and_nothing_else() -> None:
    net = AtrialJSQnet(SMALL)
    net(torch.randn(1, 1, 8, 8, 8)).atrium.square().sum().backward()
    assert all(p.grad is not None for p in net.encoder.parameters())
    assert all(p.grad is not None for p in net.atrium_decoder.parameters())
    assert all(p.grad is None for p in net.wall_decoder.parameters())


def test_the_finest_features_skip_to_both_heads() -> None:
    # Without what comes up from the coarser resolutions, the image still passes.
    torch.manual_seed(0)
    net = AtrialJSQnet(SMALL)
    for decoder in (net.atrium_decoder, net.wall_decoder):
        for upsample in decoder.upsample:
            torch.nn.init.zeros_(upsample.weight)
    first, second = (net(torch.randn(1, 1, 8, 8, 8)) for _ in range(2))
    assert not torch.equal(first.atrium, second.atrium)
    assert not torch.equal(first.wall, second.wall)


def test_every_weight_learns_from_the_joint_loss() -> None:
    torch.manual_seed(0)
    net = AtrialJSQnet(SMALL).train()
    atrium = torch.zeros(2, 8, 8, 8, dtype=torch.bool)
    atrium[:, 2:6, 2:6, 2:6] = True
    target = JointTarget(atrium, torch.randn(2, 8, 8, 8), torch.rand(2, 2, 8, 8, 8), atrium)
    logits = net(torch.randn(2, 1, 8, 8, 8))
    joint_loss(*logits, target, weights=loss_weights(0), spacing_mm=CUBES).total.backward()
    # A batch norm takes out the bias before it, so biases of convolutions may stand still.
    still = [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert all(name.endswith("bias") for name in still)
    assert not [name for name in still if "head" in name]


def test_the_joint_loss_falls_and_the_atrium_of_one_case_is_learned() -> None:
    # A block with scar on half of it, to be read off the image; no claim about other cases.
    torch.manual_seed(0)
    atrium, scar = np.zeros((2, 10, 10, 8), bool)
    atrium[3:8, 3:8, 2:6], scar[2:5, 2:9, 1:7] = True, True
    arrays = (
        atrium,
        signed_distance_map(atrium, spacing_mm=CUBES),
        distance_probability_maps(atrium, scar, spacing_mm=CUBES),
        surface_voxels(atrium),
    )
    target = JointTarget(*(torch.from_numpy(array)[None] for array in arrays))
    image = torch.from_numpy(atrium + 2.0 * scar).float()[None, None]
    net = AtrialJSQnet(HalvingArchitecture(features=(4, 8))).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    losses = []
    for iteration in range(60):
        logits = net(image)
        loss = joint_loss(*logits, target, weights=loss_weights(iteration), spacing_mm=CUBES).total
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    probability = torch.sigmoid(logits.atrium.detach())[0, 0].numpy()
    assert dice(probability > 0.5, atrium) > 0.95


@pytest.mark.parametrize("shape", [(1, 1, 8, 8, 6), (1, 2, 8, 8, 8), (1, 8, 8, 8)])
def test_the_error_names_both_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(LascarError, match=r"the image has shape \(1, .*multiples of \(4, 4, 4\)"):
        AtrialJSQnet(SMALL)(torch.zeros(shape))


def test_an_architecture_needs_resolutions_and_channels() -> None:
    assert SMALL.divisor == 4
    with pytest.raises(LascarError, match="two resolutions"):
        HalvingArchitecture(features=(8,))
    with pytest.raises(LascarError, match="1 or more"):
        HalvingArchitecture(features=(8, 0))


def test_half_precision_under_autocast_stays_finite() -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = AtrialJSQnet(SMALL)(torch.randn(1, 1, 8, 8, 8))
    assert all(torch.isfinite(x).all() for x in logits)

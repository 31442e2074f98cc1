import pytest
import torch

from lascarlib.models.unet import Architecture, UNet

TWO = Architecture(1, (4, 8), ((1, 1, 1), (2, 2, 1)), ((3, 3, 1), (3, 3, 3)))
THREE = Architecture(
    2, (2, 4, 6), ((1, 1, 1), (2, 2, 1), (2, 2, 2)), ((3, 3, 1), (3, 3, 3), (3, 3, 3))
)


def test_while_training_every_decoder_resolution_answers_finest_first() -> None:
    outputs = UNet(THREE).train()(torch.zeros(2, 2, 8, 12, 4))
    # The coarsest resolution, (2, 3, 2), is the bottleneck and has no head.
    assert [tuple(o.shape) for o in outputs] == [(2, 2, 8, 12, 4), (2, 2, 4, 6, 4)]


def test_afterwards_only_the_finest_does() -> None:
    net = UNet(THREE)
    image = torch.randn(1, 2, 8, 12, 4)
    with torch.no_grad():
        finest = net.train()(image)[0]
        assert torch.equal(net.eval()(image), finest)


def test_the_number_of_weights_by_hand() -> None:
    # Two convolutions a block, weights plus biases, then scale and shift of two norms.
    def block(channels_in, channels, kernel):
        return (
            channels * (channels_in * kernel + 1)
            + channels * (channels * kernel + 1)
            + 4 * channels
        )

    expected = (
        block(1, 4, 9)
        + block(4, 8, 27)
        + (8 * 4 * 4 + 4)  # transposed convolution, kernel 2 x 2 x 1
        + block(8, 4, 9)
        + (4 * 2 + 2)  # head
    )
    assert sum(p.numel() for p in UNet(TWO).parameters()) == expected


def test_the_divisor_multiplies_the_strides() -> None:
    assert THREE.divisor == (4, 4, 2)


def test_every_weight_learns() -> None:
    net = UNet(TWO).train()
    sum(o.square().sum() for o in net(torch.randn(1, 1, 4, 4, 3))).backward()
    # An instance norm takes out the bias before it, so biases of convolutions may stand still.
    still = [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert all(name.endswith("bias") for name in still)
    assert "heads.0.bias" not in still


def test_the_seed_decides_the_weights_and_biases_start_at_zero() -> None:
    first, again, other = (UNet(TWO) for seed in (1, 1, 2) if torch.manual_seed(seed))
    assert torch.equal(first.encoder[0][0].weight, again.encoder[0][0].weight)
    assert not torch.equal(first.encoder[0][0].weight, other.encoder[0][0].weight)
    assert not first.encoder[0][0].bias.any()


def test_a_patch_that_does_not_divide_is_no_silent_crop() -> None:
    with pytest.raises(RuntimeError, match="Sizes of tensors must match"):
        UNet(TWO)(torch.zeros(1, 1, 5, 4, 4))

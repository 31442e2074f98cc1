"""AtrialJSQnet: one encoder that looks at the image, two decoders that answer two questions."""

from typing import NamedTuple

from torch import Tensor, nn

from lascarlib.models.halving import Decoder, Encoder, HalvingArchitecture


class JointLogits(NamedTuple):
    """What the two heads answer; a sigmoid makes probabilities of either.

    Args:
        atrium: (batch, 1, x, y, z), the LA.
        wall: (batch, 2, x, y, z), normal wall and scar, each a probability of its own.
    """

    atrium: Tensor
    wall: Tensor


class AtrialJSQnet(nn.Module):
    """A U-Net with two decoders, for the LA and for the scar on its wall.

    Both decoders read the same features through skip connections of their own, so what helps one
    task shapes the features of the other; shape attention (`lascarlib.losses`) ties their answers.
    Weights start as PyTorch draws them, as in the authors' code. The coarsest resolution must keep
    more than one voxel or the batch more than one item: a batch norm cannot train on one value.

    Args:
        architecture: channels of the input and of each resolution.

    Shapes:
        input: (batch, in_channels, x, y, z), each edge a multiple of `architecture.divisor`.
        output: logits of the LA, (batch, 1, x, y, z), and of the wall, (batch, 2, x, y, z).

    Raises:
        LascarError: on a call, the input has another number of channels or edges that do not
            divide.

    Source: JSQ Fig. 2; features, batch norm, max-pooling and transposed convolutions from the
    authors' code.

    Example:
        >>> import torch
        >>> net = AtrialJSQnet(HalvingArchitecture(features=(2, 4, 8)))
        >>> logits = net(torch.zeros(1, 1, 8, 8, 4))
        >>> logits.atrium.shape, logits.wall.shape
        (torch.Size([1, 1, 8, 8, 4]), torch.Size([1, 2, 8, 8, 4]))
    """

    def __init__(self, architecture: HalvingArchitecture) -> None:
        super().__init__()
        self.architecture = architecture
        self.encoder = Encoder(architecture)
        self.atrium_decoder = Decoder(architecture.features)
        self.atrium_head = nn.Conv3d(architecture.features[0], 1, 1)
        self.wall_decoder = Decoder(architecture.features)
        self.wall_head = nn.Conv3d(architecture.features[0], 2, 1)

    def forward(self, image: Tensor) -> JointLogits:
        """Answer both questions for a batch of patches; see the class for the shapes."""
        encoded = self.encoder(image)
        return JointLogits(
            self.atrium_head(self.atrium_decoder(encoded)),
            self.wall_head(self.wall_decoder(encoded)),
        )

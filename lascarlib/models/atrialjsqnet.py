"""AtrialJSQnet: one encoder that looks at the image, two decoders that answer two questions."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lascarlib.errors import LascarError


@dataclass(frozen=True)
class JointArchitecture:
    """What an AtrialJSQnet is made of.

    Args:
        in_channels: channels of the input, the image alone in the paper.
        features: channels of each resolution, finest first; each halves the edges of the one
            before. The default is the authors' code's, since the paper gives none.

    Raises:
        LascarError: there are fewer than two resolutions, or a number of channels is below 1.

    Example:
        >>> JointArchitecture().divisor  # four halvings
        16
    """

    in_channels: int = 1
    features: tuple[int, ...] = (16, 32, 64, 128, 256)

    def __post_init__(self) -> None:
        if len(self.features) < 2:
            raise LascarError(f"features is {self.features}; give at least two resolutions")
        if min(self.in_channels, *self.features) < 1:
            raise LascarError(
                f"in_channels is {self.in_channels} and features {self.features}; give 1 or more"
            )

    @property
    def divisor(self) -> int:
        """A patch's edge lengths must be multiples of this."""
        return 2 ** (len(self.features) - 1)


class JointLogits(NamedTuple):
    """What the two heads answer; a sigmoid makes probabilities of either.

    Args:
        atrium: (batch, 1, x, y, z), the LA.
        wall: (batch, 2, x, y, z), normal wall and scar, each a probability of its own.
    """

    atrium: Tensor
    wall: Tensor


class NormedConvolutions(nn.Sequential):
    """Two times convolution 3 x 3 x 3 (with bias), batch norm, ReLU."""

    def __init__(self, channels_in: int, channels: int) -> None:
        layers: list[nn.Module] = []
        for source in (channels_in, channels):
            layers += [
                nn.Conv3d(source, channels, 3, padding=1),
                nn.BatchNorm3d(channels),
                nn.ReLU(inplace=True),
            ]
        super().__init__(*layers)


class Decoder(nn.Module):
    """From the coarsest features back to the image's grid, and through a head.

    Args:
        features: channels of each resolution, finest first.
        out_channels: channels of the head.
    """

    def __init__(self, features: tuple[int, ...], out_channels: int) -> None:
        super().__init__()
        self.upsample = nn.ModuleList(
            nn.ConvTranspose3d(coarse, fine, 2, stride=2) for fine, coarse in pairwise(features)
        )
        self.convolutions = nn.ModuleList(
            NormedConvolutions(2 * fine, fine) for fine in features[:-1]
        )
        self.head = nn.Conv3d(features[0], out_channels, 1)

    def forward(self, skips: list[Tensor]) -> Tensor:
        """Decode the encoder's features, finest first, into logits."""
        x = skips[-1]  # (batch, features[-1], edges / divisor)
        for i in reversed(range(len(self.upsample))):
            x = torch.cat([self.upsample[i](x), skips[i]], dim=1)  # (batch, 2 features[i], ...)
            x = self.convolutions[i](x)  # (batch, features[i], edges / 2^i)
        logits: Tensor = self.head(x)  # (batch, out_channels, x, y, z)
        return logits


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
        >>> net = AtrialJSQnet(JointArchitecture(features=(2, 4, 8)))
        >>> logits = net(torch.zeros(1, 1, 8, 8, 4))
        >>> logits.atrium.shape, logits.wall.shape
        (torch.Size([1, 1, 8, 8, 4]), torch.Size([1, 2, 8, 8, 4]))
    """

    def __init__(self, architecture: JointArchitecture) -> None:
        super().__init__()
        self.architecture = architecture
        channels = (architecture.in_channels, *architecture.features)
        self.encoder = nn.ModuleList(NormedConvolutions(*pair) for pair in pairwise(channels))
        self.pool = nn.MaxPool3d(2)
        self.atrium_decoder = Decoder(architecture.features, out_channels=1)
        self.wall_decoder = Decoder(architecture.features, out_channels=2)

    def forward(self, image: Tensor) -> JointLogits:
        """Answer both questions for a batch of patches; see the class for the shapes."""
        self._check(image)
        skips: list[Tensor] = []
        x = image
        for i, stage in enumerate(self.encoder):
            x = stage(x if i == 0 else self.pool(x))  # (batch, features[i], edges / 2^i)
            skips.append(x)
        return JointLogits(self.atrium_decoder(skips), self.wall_decoder(skips))

    def _check(self, image: Tensor) -> None:
        channels, divisor = self.architecture.in_channels, self.architecture.divisor
        shape = tuple(image.shape)
        if len(shape) != 5 or shape[1] != channels or any(n % divisor for n in shape[2:]):
            raise LascarError(
                f"the image has shape {shape}; give (batch, {channels}, x, y, z) with x, y and z "
                f"multiples of ({divisor}, {divisor}, {divisor})"
            )

"""The parts of JSQ's U-Nets: an encoder that halves the grid, decoders that double it again."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from lascarlib.errors import LascarError


@dataclass(frozen=True)
class HalvingArchitecture:
    """What a U-Net of JSQ's is made of, with one decoder or two.

    Args:
        in_channels: channels of the input, the image alone in the paper.
        features: channels of each resolution, finest first; each halves the edges of the one
            before. The default is the authors' code's, since the paper gives none.

    Raises:
        LascarError: there are fewer than two resolutions, or a number of channels is below 1.

    Example:
        >>> HalvingArchitecture().divisor  # four halvings
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


class Encoder(nn.Module):
    """From the image to features of every resolution, each max-pooled from the one before it.

    Args:
        architecture: channels of the input and of each resolution.
    """

    def __init__(self, architecture: HalvingArchitecture) -> None:
        super().__init__()
        self.architecture = architecture
        channels = (architecture.in_channels, *architecture.features)
        self.convolutions = nn.ModuleList(NormedConvolutions(*pair) for pair in pairwise(channels))
        self.pool = nn.MaxPool3d(2)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Features of each resolution, finest first: (batch, features[i], edges / 2^i).

        Raises:
            LascarError: the input has another number of channels or edges that do not divide.
        """
        channels, divisor = self.architecture.in_channels, self.architecture.divisor
        shape = tuple(image.shape)
        if len(shape) != 5 or shape[1] != channels or any(n % divisor for n in shape[2:]):
            raise LascarError(
                f"the image has shape {shape}; give (batch, {channels}, x, y, z) with x, y and z "
                f"multiples of ({divisor}, {divisor}, {divisor})"
            )
        features: list[Tensor] = []
        x = image
        for i, stage in enumerate(self.convolutions):
            x = stage(x if i == 0 else self.pool(x))
            features.append(x)
        return features


class Decoder(nn.Module):
    """From the coarsest features back to the image's grid.

    Args:
        features: channels of each resolution, finest first.
        skips: whether the encoder's finer features are read on the way.
    """

    def __init__(self, features: tuple[int, ...], *, skips: bool = True) -> None:
        super().__init__()
        self.skips = skips
        self.upsample = nn.ModuleList(
            nn.ConvTranspose3d(coarse, fine, 2, stride=2) for fine, coarse in pairwise(features)
        )
        self.convolutions = nn.ModuleList(
            NormedConvolutions(2 * fine if skips else fine, fine) for fine in features[:-1]
        )

    def forward(self, encoded: list[Tensor]) -> Tensor:
        """Decode the encoder's features, finest first: (batch, features[0], x, y, z)."""
        x = encoded[-1]  # (batch, features[-1], edges / divisor)
        for i in reversed(range(len(self.upsample))):
            x = self.upsample[i](x)  # (batch, features[i], edges / 2^i)
            if self.skips:
                x = torch.cat([x, encoded[i]], dim=1)  # (batch, 2 features[i], edges / 2^i)
            x = self.convolutions[i](x)  # (batch, features[i], edges / 2^i)
        return x

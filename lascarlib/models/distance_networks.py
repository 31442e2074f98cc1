"""Three networks that regress a distance map to segment the LA better (JSQ Table 5).

As in JSQ's comparison, the ideas are their authors' while encoder and decoder are those of JSQ's
own U-Net, so that only the idea differs. Distances are `lascarlib.geometry.signed_distance_map`
divided by its clip: -1 deep inside, 1 far outside.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from lascarlib.models.halving import Decoder, Encoder, HalvingArchitecture


class DistanceAnswer(NamedTuple):
    """A segmentation and the distance map that helped to make it.

    Args:
        atrium: (batch, 1, x, y, z), logits of the LA.
        distance: (batch, 1, x, y, z), signed distance divided by its clip.
        log_variance: (2,), logarithm of how uncertain each of the two tasks is, learned with the
            weights; None where the network does not weigh them.
    """

    atrium: Tensor
    distance: Tensor
    log_variance: Tensor | None = None


class DangiNet(nn.Module):
    """U-Net_LA with a second decoder, from the coarsest features alone, that regresses distances.

    The second decoder only regularises: it has no skip connections, and segmenting does without it.

    Args:
        architecture: channels of the input and of each resolution.

    Shapes:
        input: (batch, in_channels, x, y, z), each edge a multiple of `architecture.divisor`.
        output: a `DistanceAnswer`.

    Source: Dangi et al., Medical Physics 46(12), 2019.

    Example:
        >>> net = DangiNet(HalvingArchitecture(features=(2, 4)))
        >>> net(torch.zeros(1, 1, 4, 4, 2)).distance.shape
        torch.Size([1, 1, 4, 4, 2])
    """

    def __init__(self, architecture: HalvingArchitecture) -> None:
        super().__init__()
        self.architecture = architecture
        self.encoder = Encoder(architecture)
        self.decoder = Decoder(architecture.features)
        self.head = nn.Conv3d(architecture.features[0], 1, 1)
        self.distance_decoder = Decoder(architecture.features, skips=False)
        self.distance_head = nn.Conv3d(architecture.features[0], 1, 1)
        self.log_variance = nn.Parameter(torch.zeros(2))

    def forward(self, image: Tensor) -> DistanceAnswer:
        """Segment a batch of patches; see the class for the shapes."""
        encoded = self.encoder(image)
        return DistanceAnswer(
            self.head(self.decoder(encoded)),
            self.distance_head(self.distance_decoder(encoded)),
            self.log_variance,
        )


class AudebertNet(nn.Module):
    """U-Net_LA that first regresses the distance, then segments from features and distance.

    Args:
        architecture: channels of the input and of each resolution.

    Shapes:
        input: (batch, in_channels, x, y, z), each edge a multiple of `architecture.divisor`.
        output: a `DistanceAnswer`, its distance in [-1, 1].

    Source: Audebert et al., Computer Vision and Image Understanding 189, 2019.

    Example:
        >>> net = AudebertNet(HalvingArchitecture(features=(2, 4)))
        >>> net.head.in_channels  # two features and the distance
        3
    """

    def __init__(self, architecture: HalvingArchitecture) -> None:
        super().__init__()
        self.architecture = architecture
        self.encoder = Encoder(architecture)
        self.decoder = Decoder(architecture.features)
        self.distance_head = nn.Conv3d(architecture.features[0], 1, 1)
        self.head = nn.Conv3d(architecture.features[0] + 1, 1, 3, padding=1)

    def forward(self, image: Tensor) -> DistanceAnswer:
        """Segment a batch of patches; see the class for the shapes."""
        features = self.decoder(self.encoder(image))
        distance = torch.tanh(self.distance_head(features))
        return DistanceAnswer(self.head(torch.cat([features, distance], dim=1)), distance)


class XueNet(nn.Module):
    """U-Net_LA that answers with the distance alone; a steep sigmoid of it is the segmentation.

    Args:
        architecture: channels of the input and of each resolution.
        steepness: k of the sigmoid that stands for Heaviside's step.

    Shapes:
        input: (batch, in_channels, x, y, z), each edge a multiple of `architecture.divisor`.
        output: a `DistanceAnswer`, its distance in [-1, 1] and its logits -k times the distance.

    Source: Xue et al., AAAI 34(07), 2020; k = 1500 is theirs.

    Example:
        >>> answer = XueNet(HalvingArchitecture(features=(2, 4)))(torch.zeros(1, 1, 4, 4, 2))
        >>> torch.equal(answer.atrium, -1500 * answer.distance)
        True
    """

    def __init__(self, architecture: HalvingArchitecture, *, steepness: float = 1500.0) -> None:
        super().__init__()
        self.architecture = architecture
        self.steepness = steepness
        self.encoder = Encoder(architecture)
        self.decoder = Decoder(architecture.features)
        self.head = nn.Conv3d(architecture.features[0], 1, 1)

    def forward(self, image: Tensor) -> DistanceAnswer:
        """Segment a batch of patches; see the class for the shapes."""
        distance = torch.tanh(self.head(self.decoder(self.encoder(image))))
        return DistanceAnswer(-self.steepness * distance, distance)

"""One encoder and one decoder of JSQ's network: U-Net for the LA alone, or for the scar alone."""

from torch import Tensor, nn

from lascarlib.models.halving import Decoder, Encoder, HalvingArchitecture


class HalvingUNet(nn.Module):
    """JSQ's U-Net_LA (one output channel) or U-Net_scar (two): AtrialJSQnet with one decoder.

    Args:
        architecture: channels of the input and of each resolution.
        out_channels: 1 for the LA, 2 for normal wall and scar.

    Shapes:
        input: (batch, in_channels, x, y, z), each edge a multiple of `architecture.divisor`.
        output: logits (batch, out_channels, x, y, z); a sigmoid makes probabilities of them.

    Raises:
        LascarError: on a call, the input has another number of channels or edges that do not
            divide.

    Source: JSQ section 4.2 and Table 2, "U-Net_LA/scar".

    Example:
        >>> import torch
        >>> net = HalvingUNet(HalvingArchitecture(features=(2, 4)), out_channels=2)
        >>> net(torch.zeros(1, 1, 4, 4, 2)).shape
        torch.Size([1, 2, 4, 4, 2])
    """

    def __init__(self, architecture: HalvingArchitecture, *, out_channels: int) -> None:
        super().__init__()
        self.architecture = architecture
        self.encoder = Encoder(architecture)
        self.decoder = Decoder(architecture.features)
        self.head = nn.Conv3d(architecture.features[0], out_channels, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Segment a batch of patches; see the class for the shapes."""
        logits: Tensor = self.head(self.decoder(self.encoder(image)))
        return logits

"""The plain 3D U-Net of nnU-Net, built from an architecture record."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lascarlib.models.norm import InstanceNorm

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Architecture:
    """What a U-Net is made of; one entry per resolution, finest first.

    Args:
        in_channels: channels of the input (1: image; 2: image and distance map).
        features: channels of each resolution.
        strides: downsampling on entering each resolution, along x, y, z; the first is (1, 1, 1).
        kernels: convolution kernels of each resolution, along x, y, z.
        n_classes: output channels, background included.

    Example:
        >>> two = Architecture(1, (4, 8), ((1, 1, 1), (2, 2, 1)), ((3, 3, 1), (3, 3, 3)))
        >>> two.divisor
        (2, 2, 1)
    """

    in_channels: int
    features: tuple[int, ...]
    strides: tuple[Triple, ...]
    kernels: tuple[Triple, ...]
    n_classes: int = 2

    @property
    def divisor(self) -> Triple:
        """A patch's edge lengths must be multiples of these."""
        product = [1, 1, 1]
        for stride in self.strides:
            product = [p * s for p, s in zip(product, stride, strict=True)]
        return (product[0], product[1], product[2])


class Convolutions(nn.Sequential):
    """Two times convolution (with bias), instance norm, leaky ReLU; the first one strides."""

    def __init__(self, channels_in: int, channels: int, kernel: Triple, stride: Triple) -> None:
        layers: list[nn.Module] = []
        for source, step in ((channels_in, stride), (channels, (1, 1, 1))):
            layers += [
                nn.Conv3d(source, channels, kernel, step, padding=_half(kernel)),
                InstanceNorm(channels),
                nn.LeakyReLU(0.01, inplace=True),
            ]
        super().__init__(*layers)


class UNet(nn.Module):
    """Encoder, decoder with skip connections, and one segmentation head per decoder resolution.

    The network of nnU-Net (Isensee et al., Nature Methods 2021), which BF adopts for both stages:
    strided convolutions down, transposed convolutions up, two convolutions per resolution.

    Args:
        architecture: features, strides and kernels per resolution.

    Shapes:
        input: (batch, in_channels, x, y, z), each edge a multiple of `architecture.divisor`.
        output: logits (batch, n_classes, x, y, z); while training a list of them, finest first, one
            per decoder resolution (deep supervision).

    Example:
        >>> net = UNet(Architecture(1, (4, 8), ((1, 1, 1), (2, 2, 2)), ((3, 3, 3), (3, 3, 3))))
        >>> net.eval()(torch.zeros(1, 1, 4, 4, 4)).shape
        torch.Size([1, 2, 4, 4, 4])
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = self.architecture = architecture
        sources = (a.in_channels, *a.features)
        self.encoder = nn.ModuleList(
            Convolutions(channels_in, channels, kernel, stride)
            for channels_in, channels, kernel, stride in zip(
                sources[:-1], a.features, a.kernels, a.strides, strict=True
            )
        )
        finer = range(len(a.features) - 1)
        self.upsample = nn.ModuleList(
            nn.ConvTranspose3d(a.features[i + 1], a.features[i], a.strides[i + 1], a.strides[i + 1])
            for i in finer
        )
        self.decoder = nn.ModuleList(
            Convolutions(2 * a.features[i], a.features[i], a.kernels[i], (1, 1, 1)) for i in finer
        )
        self.heads = nn.ModuleList(nn.Conv3d(a.features[i], a.n_classes, 1) for i in finer)
        self.apply(_initialise)

    def forward(self, image: Tensor) -> Tensor | list[Tensor]:
        """Segment a batch of patches; see the class for the shapes."""
        skips = []
        x = image
        for stage in self.encoder:
            x = stage(x)  # (batch, features[i], edges / product of strides up to i)
            skips.append(x)
        outputs: list[Tensor] = []
        for i in reversed(range(len(self.decoder))):
            x = torch.cat([self.upsample[i](x), skips[i]], dim=1)  # (batch, 2 features[i], ...)
            x = self.decoder[i](x)
            if self.training or i == 0:
                outputs.insert(0, self.heads[i](x))
        return outputs if self.training else outputs[0]


def _half(kernel: Triple) -> Triple:
    return (kernel[0] // 2, kernel[1] // 2, kernel[2] // 2)


def _initialise(module: nn.Module) -> None:
    """He initialisation for leaky ReLU, zero biases, as nnU-Net."""
    if isinstance(module, nn.Conv3d | nn.ConvTranspose3d):
        nn.init.kaiming_normal_(module.weight, a=0.01)
        if module.bias is not None:
            nn.init.zeros_(module.bias)

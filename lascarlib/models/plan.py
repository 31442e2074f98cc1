"""The plan record, and the arithmetic that prices a network before it is built."""

import math
from dataclasses import dataclass

from lascarlib.models.pooling import Pooling, Voxels

BASE_FEATURES = 32
MAX_GROWTH = 10
"""The coarsest resolutions have this many times the channels of the finest."""
CONVOLUTIONS_PER_STAGE = 2


@dataclass(frozen=True)
class Plan:
    """What nnU-Net configures from a data set.

    Axes are nnU-Net's (z, y, x), coarsest first, while arrays everywhere else in this library are
    (x, y, z): reverse a triple before using it on a `Case`.

    Args:
        transpose_forward: order in which the axes of a z, y, x array are taken.
        spacing_mm: target spacing, transposed.
        median_image_size_in_voxels: of the data set at that spacing, transposed.
        pooling: patch size, strides and kernels.
        batch_size: patches in a batch.
        n_channels: channels of the input.
        n_labels: labels, background included.
        use_mask_for_norm: whether each channel is z-scored over its non-zero voxels only.
        batch_dice: whether the Dice loss takes its sums over the whole batch.
        base_features: channels of the finest resolution; 32 is nnU-Net's.
    """

    transpose_forward: Voxels
    spacing_mm: tuple[float, float, float]
    median_image_size_in_voxels: tuple[float, float, float]
    pooling: Pooling
    batch_size: int
    n_channels: int
    n_labels: int
    use_mask_for_norm: bool
    batch_dice: bool
    base_features: int = BASE_FEATURES

    @property
    def patch_size(self) -> Voxels:
        """Edges of a training patch in voxels."""
        return self.pooling.patch_size

    @property
    def features_per_stage(self) -> tuple[int, ...]:
        """Channels of each resolution, finest first."""
        return features_per_stage(len(self.pooling.strides), base_features=self.base_features)

    @property
    def n_parameters(self) -> int:
        """Trainable numbers of the network."""
        return n_parameters(
            self.pooling,
            n_channels=self.n_channels,
            n_labels=self.n_labels,
            base_features=self.base_features,
        )

    @property
    def feature_map_estimate(self) -> int:
        """Numbers that the convolutions put out for one patch."""
        return feature_map_estimate(
            self.pooling, n_labels=self.n_labels, base_features=self.base_features
        )

    def to_json(self) -> dict[str, object]:
        """The plan in nnU-Net's words, ready for `json.dumps`: lists, numbers and booleans."""
        stages = len(self.pooling.strides)
        return {
            "transpose_forward": list(self.transpose_forward),
            "spacing": list(self.spacing_mm),
            "median_image_size_in_voxels": list(self.median_image_size_in_voxels),
            "patch_size": list(self.patch_size),
            "batch_size": self.batch_size,
            "n_stages": stages,
            "features_per_stage": list(self.features_per_stage),
            "strides": [list(stride) for stride in self.pooling.strides],
            "kernel_sizes": [list(kernel) for kernel in self.pooling.kernel_sizes],
            "n_conv_per_stage": [CONVOLUTIONS_PER_STAGE] * stages,
            "n_conv_per_stage_decoder": [CONVOLUTIONS_PER_STAGE] * (stages - 1),
            "normalization_schemes": ["ZScoreNormalization"] * self.n_channels,
            "use_mask_for_norm": [self.use_mask_for_norm] * self.n_channels,
            "batch_dice": self.batch_dice,
            "n_parameters": self.n_parameters,
            "feature_map_estimate": self.feature_map_estimate,
        }


def features_per_stage(n_stages: int, *, base_features: int = BASE_FEATURES) -> tuple[int, ...]:
    """Channels of each resolution: 32, doubled at every pooling, never more than ten times as many.

    Args:
        n_stages: number of resolutions.
        base_features: channels of the finest.

    Returns:
        One number for each, finest first.

    Example:
        >>> features_per_stage(6)
        (32, 64, 128, 256, 320, 320)
    """
    return tuple(base_features * min(2**stage, MAX_GROWTH) for stage in range(n_stages))


def feature_map_estimate(
    pooling: Pooling,
    *,
    n_labels: int,
    base_features: int = BASE_FEATURES,
    deep_supervision: bool = True,
) -> int:
    """How many numbers the convolutions put out for one patch: nnU-Net's measure of memory.

    Two convolutions at each resolution of the encoder; at each of the decoder two convolutions, the
    transposed convolution that feeds them, and the segmentation output.

    Args:
        pooling: the patch with its strides.
        n_labels: labels, background included.
        base_features: channels of the finest resolution.
        deep_supervision: whether the coarser segmentation outputs are counted; nnU-Net counts them
            in the network it trains, not in the one it plans with.

    Returns:
        A count of elements, for one patch and not for a batch.

    Example:
        >>> one_stage = Pooling((4, 4, 4), ((1, 1, 1),), ((3, 3, 3),))
        >>> feature_map_estimate(one_stage, n_labels=2)  # 64 voxels, twice 32 features
        4096
    """
    sizes = list(pooling.patch_size)
    features = features_per_stage(len(pooling.strides), base_features=base_features)
    total = 0
    for stage, (stride, channels) in enumerate(zip(pooling.strides, features, strict=True)):
        sizes = [size // step for size, step in zip(sizes, stride, strict=True)]
        maps = CONVOLUTIONS_PER_STAGE * channels
        if stage < len(features) - 1:
            maps += CONVOLUTIONS_PER_STAGE * channels + channels
            maps += n_labels if deep_supervision or stage == 0 else 0
        total += maps * math.prod(sizes)
    return total


def n_parameters(
    pooling: Pooling, *, n_channels: int, n_labels: int, base_features: int = BASE_FEATURES
) -> int:
    """How many trainable numbers the network has, by arithmetic.

    A convolution from a to b channels with kernel k has a b |k| weights and b biases, the instance
    norm behind it 2 b. A transposed convolution has its stride for a kernel, and no norm.

    Args:
        pooling: strides and kernels.
        n_channels: channels of the input.
        n_labels: labels, background included.
        base_features: channels of the finest resolution.

    Returns:
        Weights, biases and norms of encoder, decoder and all segmentation outputs.

    Example:
        >>> one_stage = Pooling((4, 4, 4), ((1, 1, 1),), ((3, 3, 3),))
        >>> n_parameters(one_stage, n_channels=1, n_labels=2)  # 27 x 32 + 96, 27 x 32 x 32 + 96
        28704
    """
    features = features_per_stage(len(pooling.strides), base_features=base_features)
    total = 0
    for stage, (kernel, channels) in enumerate(zip(pooling.kernel_sizes, features, strict=True)):
        source = features[stage - 1] if stage else n_channels
        total += _two_convolutions(source, channels, kernel)
    for stage in range(len(features) - 1):
        channels, below = features[stage], features[stage + 1]
        total += below * channels * math.prod(pooling.strides[stage + 1]) + channels
        total += _two_convolutions(2 * channels, channels, pooling.kernel_sizes[stage])
        total += channels * n_labels + n_labels
    return total


def _two_convolutions(source: int, channels: int, kernel: Voxels) -> int:
    """Parameters of two convolutions in a row, each with bias and norm."""
    return (source + channels) * channels * math.prod(kernel) + 2 * 3 * channels

"""The U-Net that a patch, a spacing and a list of features call for."""

from lascarlib.errors import LascarError
from lascarlib.models.pooling import pooling_for
from lascarlib.models.unet import Architecture, Triple


def architecture_for(
    patch_voxels: Triple,
    *,
    spacing_mm: tuple[float, float, float],
    features: tuple[int, ...],
    in_channels: int,
) -> Architecture:
    """The U-Net that a patch and a spacing call for, with a given number of resolutions.

    Pooling and kernels follow nnU-Net's rules (`lascarlib.models.pooling`), cut off after as many
    resolutions as there are features; the coarsest one convolves 3 x 3 x 3.

    Args:
        patch_voxels: (x, y, z) of a training patch.
        spacing_mm: of the network's grid.
        features: channels per resolution, finest first.
        in_channels: channels of the input.

    Returns:
        The architecture, as many resolutions as `features` has entries.

    Raises:
        LascarError: there are fewer than two resolutions, the patch is too small for so many, or
            they do not divide it.

    Example:
        >>> net = architecture_for((64, 64, 16), spacing_mm=(1.0, 1.0, 2.5), features=(8, 16, 32),
        ...                        in_channels=1)
        >>> net.strides, net.kernels
        (((1, 1, 1), (2, 2, 1), (2, 2, 2)), ((3, 3, 1), (3, 3, 3), (3, 3, 3)))
    """
    pooling = pooling_for(patch_voxels, spacing_mm=spacing_mm)
    levels = len(features)
    if levels < 2:
        raise LascarError(f"features is {features}; a U-Net needs at least two resolutions")
    if levels > len(pooling.strides):
        raise LascarError(
            f"a patch of {patch_voxels} voxels cannot be halved {levels - 1} times; give at most "
            f"{len(pooling.strides)} features or a larger patch"
        )
    kernels = (*pooling.kernel_sizes[: levels - 1], (3, 3, 3))
    architecture = Architecture(in_channels, features, pooling.strides[:levels], kernels)
    if any(n % d for n, d in zip(patch_voxels, architecture.divisor, strict=True)):
        raise LascarError(
            f"a patch of {patch_voxels} voxels is no multiple of {architecture.divisor}; change it"
        )
    return architecture

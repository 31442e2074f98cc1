"""Where a U-Net pools and how large its kernels are: nnU-Net's rules for a patch and a spacing."""

from lascarlib.errors import LascarError
from lascarlib.models.unet import Architecture, Triple


def architecture_for(
    patch_voxels: Triple,
    *,
    spacing_mm: tuple[float, float, float],
    features: tuple[int, ...],
    in_channels: int,
) -> Architecture:
    """The U-Net that a patch and a spacing call for, with a given number of resolutions.

    An axis is halved while it has at least 8 voxels and its spacing by then is under twice the
    finest; a kernel is 3 wide along an axis once that holds for its spacing, else 1; the coarsest
    resolution convolves 3 x 3 x 3.

    Args:
        patch_voxels: (x, y, z) of a training patch.
        spacing_mm: of the network's grid.
        features: channels per resolution, finest first.
        in_channels: channels of the input.

    Returns:
        The architecture, as many resolutions as `features` has entries.

    Raises:
        LascarError: the patch is too small for so many resolutions.

    Example:
        >>> net = architecture_for((64, 64, 16), spacing_mm=(1.0, 1.0, 2.5), features=(8, 16, 32),
        ...                        in_channels=1)
        >>> net.strides, net.kernels
        (((1, 1, 1), (2, 2, 1), (2, 2, 2)), ((3, 3, 1), (3, 3, 3), (3, 3, 3)))
    """
    strides: list[Triple] = [(1, 1, 1)]
    kernels: list[Triple] = []
    size, spacing = list(patch_voxels), list(spacing_mm)
    for level in range(len(features)):
        fine = [spacing[a] < 2 * min(spacing) for a in range(3)]
        kernels.append(_triple([3 if near else 1 for near in fine]))
        if level == len(features) - 1:
            break
        able = [axis for axis in range(3) if size[axis] >= (8 if _others(size, axis) else 12)]
        finest = min((spacing[axis] for axis in able), default=0.0)
        stride = [2 if a in able and spacing[a] < 2 * finest else 1 for a in range(3)]
        if stride == [1, 1, 1]:
            raise LascarError(
                f"a patch of {patch_voxels} voxels cannot be halved {len(features) - 1} times; "
                f"give at most {level + 1} features or a larger patch"
            )
        strides.append(_triple(stride))
        size = [n // s for n, s in zip(size, stride, strict=True)]
        spacing = [mm * s for mm, s in zip(spacing, stride, strict=True)]
    kernels[-1] = (3, 3, 3)
    return Architecture(in_channels, features, tuple(strides), tuple(kernels))


def _others(size: list[int], axis: int) -> bool:
    return any(n >= 8 for other, n in enumerate(size) if other != axis)


def _triple(values: list[int]) -> Triple:
    return (values[0], values[1], values[2])

"""One independent random stream per ingredient of a case."""

from enum import IntEnum

import numpy as np

from lascarlib.errors import LascarError


class Stream(IntEnum):
    """Ingredients with a stream of their own; the numbers are part of the cohort's identity."""

    ATRIUM = 1
    NEIGHBOURS = 2
    SURFACE = 3
    SCAR = 4
    SCAR_TEXTURE = 5
    CONTRAST = 6
    TISSUE_TEXTURE = 7
    COIL = 8
    GHOST = 9
    NOISE = 10
    GEOMETRY = 11
    SCAN = 12
    LABEL = 13
    OVERLAY = 14
    CROP = 15
    NAVIGATOR = 16


def generator(seed: int, index: int, stream: Stream) -> np.random.Generator:
    """Return the generator of one ingredient of one case.

    Changing what one ingredient draws leaves every other ingredient as it was.

    Args:
        seed: Seed of the cohort, not negative.
        index: Number of the case in the cohort, not negative.
        stream: The ingredient.

    Returns:
        A fresh generator, the same in every process.

    Raises:
        LascarError: If seed or index is negative.

    Example:
        >>> a = generator(7, 0, Stream.NOISE).integers(1000)
        >>> b = generator(7, 0, Stream.NOISE).integers(1000)
        >>> bool(a == b)
        True
    """
    if seed < 0 or index < 0:
        raise LascarError(f"seed and index must not be negative, got seed={seed}, index={index}.")
    return np.random.default_rng([seed, index, int(stream)])


def draw(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    """Draw one number uniformly between two limits.

    Args:
        rng: The generator, advanced by one draw.
        limits: Low and high, in the unit of the result.

    Returns:
        A float in [low, high); low itself where both are equal.

    Example:
        >>> draw(np.random.default_rng(0), (2.0, 2.0))
        2.0
    """
    return float(rng.uniform(*limits))

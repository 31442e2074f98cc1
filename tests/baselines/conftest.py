"""A cubic LA whose blood, normal wall and scar have grey levels that are known exactly."""

from collections.abc import Callable

import numpy as np
import pytest

from lascarlib.case import Case


def make_cubic_case(
    *, normal: float, scar: float, blood: float, noise_sd: float = 0.0, seed: int = 0
) -> Case:
    """A cube of blood in a wall of 3 mm, a third of it scar, in fat of level 10; 1 mm voxels."""
    atrium = np.zeros((24, 24, 24), bool)
    atrium[7:17, 7:17, 7:17] = True
    wall = np.zeros_like(atrium)
    wall[4:20, 4:20, 4:20] = True
    wall &= ~atrium
    scarred = wall & (np.arange(24) >= 15)[:, None, None]
    image = np.full(atrium.shape, 10.0)
    image[wall], image[scarred], image[atrium] = normal, scar, blood
    image += np.random.default_rng(seed).normal(0, noise_sd, image.shape)
    return Case("cube", image.astype(np.float32), np.eye(4), atrium, scarred)


@pytest.fixture
def cubic_case() -> Callable[..., Case]:
    """Makes a cube of given grey levels."""
    return make_cubic_case


@pytest.fixture
def bright() -> Case:
    """Scar at twice the normal wall, blood between them, a little noise."""
    return make_cubic_case(normal=100, scar=200, blood=140, noise_sd=4)

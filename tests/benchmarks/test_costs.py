"""The page of costs is what the script makes of its record, and the count is right."""

import pytest

from lascarlib.training import make_config
from lascarlib.training.checkpoint import read_json


@pytest.fixture(scope="module")
def costs(load_benchmark):
    return load_benchmark("costs")


def test_the_book_s_page_is_what_the_script_makes(costs) -> None:
    assert costs.PAGE.read_text(encoding="utf-8") == costs.page(read_json(costs.RECORD))


def test_the_operations_of_a_small_network_by_hand(costs) -> None:
    # A convolution does 2 x inputs x outputs x kernel operations for every voxel out, forward,
    # and as many for each of its two gradients; the first needs no gradient of the image.
    settings = {
        "atrium.patch_voxels": (8, 8, 8),
        "atrium.features": (4, 8),
        "atrium.batch_size": 2,
    }
    config = make_config("smoke", seed=0, settings=settings)
    fine, coarse = 2 * 8**3, 2 * 4**3  # voxels of the batch at both resolutions
    first = 2 * 1 * 4 * 27 * fine
    others = 2 * 4 * 4 * 27 * fine  # encoder, finer
    others += 2 * 4 * 8 * 27 * coarse + 2 * 8 * 8 * 27 * coarse  # encoder, coarser
    others += 2 * 8 * 4 * 8 * coarse  # transposed: every coarse voxel makes 2 x 2 x 2
    others += 2 * 8 * 4 * 27 * fine + 2 * 4 * 4 * 27 * fine  # decoder, after concatenation
    others += 2 * 4 * 2 * 1 * fine  # head, two classes
    assert costs.iteration_operations(config, "atrium") == 2 * first + 3 * others

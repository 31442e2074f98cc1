from dataclasses import replace

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.phantom import COARSE, phantom_case, phantom_openings
from lascarlib.phantom.crop import crop_round_atrium

TINY = replace(COARSE, shape_voxels=(48, 48, 20), spacing_mm=(2.5, 2.5, 5.0))


def block(shape=(60, 50, 10)):
    """A box of 40 x 10 x 2 voxels as atrium, grey levels that name their voxel, 2 mm in plane."""
    atrium = np.zeros(shape, bool)
    atrium[10:50, 20:30, 4:6] = True
    image = np.arange(atrium.size, dtype=np.float32).reshape(shape)
    return Case("box", image, np.diag([-2.0, -2.0, 5.0, 1.0]), atrium)


def test_margins_are_measured_from_the_label_widened_to_seventy_millimetres():
    part = crop_round_atrium(block(), np.random.default_rng(0), margin_mm=(6.0, 6.0))
    # x: 80 mm are more than 70, so 3 voxels of margin on each side: 40 + 6.
    # y: 20 mm lack 50, half of them and 6 mm are 15.5 voxels, rounded to even 16: 20 - 16 = 4.
    assert part.image.shape == (46, 42, 10)
    assert part.provenance["first_voxel"] == [7, 4, 0]
    assert part.image[0, 0, 0] == block().image[7, 4, 0]
    # voxel (0, 0, 0) keeps its place in the world
    assert part.affine[:3, 3].tolist() == [-14.0, -8.0, 0.0]


def test_an_edge_of_the_image_ends_the_crop():
    part = crop_round_atrium(block(), np.random.default_rng(0), margin_mm=(90.0, 90.0))
    assert part.image.shape == (60, 50, 10)


def test_a_case_without_an_atrium_is_refused():
    with pytest.raises(LascarError, match="box"):
        crop_round_atrium(replace(block(), atrium=None), np.random.default_rng(0), margin_mm=(1, 1))


def test_a_cropped_phantom_is_a_part_of_the_whole_one_and_knows_its_openings():
    whole = phantom_case(2, seed=3, config=TINY)
    part = phantom_case(2, seed=3, config=replace(TINY, cropped_probability=1.0))
    first = part.provenance["first_voxel"]
    window = tuple(slice(f, f + n) for f, n in zip(first, part.image.shape, strict=True))
    assert np.array_equal(part.image, whole.image[window])
    assert part.atrium.sum() == whole.atrium.sum()
    for name, opening in phantom_openings(whole).items():
        assert phantom_openings(part)[name].point_mm == pytest.approx(opening.point_mm)

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.viz.plane import cut, find_plane

# Three voxels, one for each direction, in a 2 x 3 x 4 volume stored as LPS: x to the left, y to
# the back, z to the head.
VOLUME = np.zeros((2, 3, 4))
VOLUME[1, 0, 0] = 1.0  # left, front, feet


@pytest.mark.parametrize(
    ("axis", "index", "shape", "row", "column"),
    [
        ("axial", 0, (3, 2), 0, 1),  # front is up, left is at the right
        ("coronal", 0, (4, 2), 3, 1),  # feet are down
        ("sagittal", 1, (4, 3), 3, 0),  # front is at the left
    ],
)
def test_an_lps_volume_is_shown_as_radiologists_look_at_it(axis, index, shape, row, column):
    picture = cut(VOLUME, find_plane(axis, orientation="LPS"), index=index)
    assert picture.shape == shape
    assert np.argwhere(picture).tolist() == [[row, column]]


@pytest.mark.parametrize("axis", ["axial", "coronal", "sagittal"])
def test_the_picture_does_not_depend_on_how_the_array_is_stored(axis):
    rng = np.random.default_rng(0)
    lps = rng.random((2, 3, 4))
    ras = lps[::-1, ::-1]  # x to the right, y to the front
    spl = lps.transpose(2, 1, 0)  # z first
    wanted = find_plane(axis, orientation="LPS")
    index = {"axial": 1, "coronal": 2, "sagittal": 0}[axis]
    picture = cut(lps, wanted, index=index)
    flipped = find_plane(axis, orientation="RAS")
    size = lps.shape[wanted.normal]
    own_index = index if axis == "axial" else size - 1 - index
    np.testing.assert_array_equal(cut(ras, flipped, index=own_index), picture)
    swapped = find_plane(axis, orientation="SPL")
    np.testing.assert_array_equal(cut(spl, swapped, index=index), picture)


@pytest.mark.parametrize("orientation", ["LP", "LPL", "LPX", "lps", "LRS"])
def test_letters_that_are_no_orientation_are_refused(orientation):
    with pytest.raises(LascarError, match="orientation is"):
        find_plane("axial", orientation=orientation)


def test_an_unknown_plane_is_refused():
    with pytest.raises(LascarError, match="choose 'axial'"):
        find_plane("transverse", orientation="LPS")

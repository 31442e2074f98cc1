import itertools

import numpy as np
import pytest

from lascarlib.windows import centre_of, covering_places, window_places

VOLUMES = [
    ((10, 4, 4), (4, 4, 4), 0.5),
    ((23, 17, 9), (8, 7, 5), 0.5),
    ((40, 9, 9), (9, 9, 9), 0.25),
    ((31, 12, 8), (8, 8, 8), 0.9),
    ((16, 8, 9), (8, 8, 8), 0.0),
]


def test_windows_reach_from_edge_to_edge() -> None:
    starts = sorted(
        {place[0].start for place in window_places((208, 9, 4), (96, 4, 4), overlap=0.5)}
    )
    # 112 voxels to go in steps of at most 48: three, of 37 1/3.
    assert starts == [0, 37, 75, 112]
    assert len(window_places((208, 208, 80), (96, 96, 48), overlap=0.5)) == 4 * 4 * 3
    assert len(window_places((96, 96, 48), (96, 96, 48), overlap=0.5)) == 1


@pytest.mark.parametrize(("volume", "window", "overlap"), VOLUMES)
def test_the_covering_windows_are_some_of_all_and_leave_no_voxel_out(
    volume, window, overlap
) -> None:
    every = window_places(volume, window, overlap=overlap)
    fewest = covering_places(volume, window, overlap=overlap)
    assert [place for place in every if place in fewest] == fewest
    assert covered(fewest, volume).all()


@pytest.mark.parametrize("length", [8, 9, 12, 16, 17, 22, 31])
def test_no_fewer_windows_cover_a_row(length) -> None:
    row, window = (length, 1, 1), (8, 1, 1)
    every = window_places(row, window, overlap=0.5)
    fewest = covering_places(row, window, overlap=0.5)
    for fewer in itertools.combinations(every, len(fewest) - 1):
        assert not covered(fewer, row).all()


def test_overlapping_by_half_a_wide_volume_needs_a_third_of_its_windows() -> None:
    wide, window = (208, 208, 80), (64, 64, 48)
    assert len(window_places(wide, window, overlap=0.5)) == 6 * 6 * 3
    assert len(covering_places(wide, window, overlap=0.5)) == 4 * 4 * 2


@pytest.mark.parametrize(("volume", "window", "overlap"), VOLUMES)
def test_the_centres_leave_no_voxel_out(volume, window, overlap) -> None:
    places = window_places(volume, window, overlap=overlap)
    assert covered([centre_of(place, volume, overlap=overlap) for place in places], volume).all()


def test_a_centre_keeps_half_the_overlap_from_all_faces_but_the_volumes() -> None:
    place = (slice(0, 8), slice(4, 12), slice(8, 16))
    assert centre_of(place, (16, 16, 16), overlap=0.5) == (slice(0, 6), slice(6, 10), slice(10, 16))


def covered(places, volume):
    seen = np.zeros(volume, bool)
    for place in places:
        seen[place] = True
    return seen

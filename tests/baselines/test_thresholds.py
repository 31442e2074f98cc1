"""Otsu, n-SD and the image intensity ratio on walls whose grey levels are known."""

import numpy as np
import pytest

from lascarlib.baselines import METHODS, intensity_ratio, n_sd, otsu, quantify
from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry import wall_shell
from lascarlib.phantom import COARSE, phantom_case

EVERY = pytest.mark.parametrize("method", METHODS)


@EVERY
def test_scar_far_above_blood_and_wall_is_found_to_the_voxel(method, bright):
    # The shell of 3 mm is the cube's wall without its edges, which lie further than 3 mm away.
    found = quantify(method, bright, bright.atrium)
    assert found.wall.sum() > 2000
    assert np.array_equal(found.scar, bright.scar & found.wall)
    assert 100 < found.numbers["threshold"] < 200
    assert found.scar_percent == pytest.approx(100 * found.scar.sum() / found.wall.sum())


@EVERY
def test_scar_is_a_subset_of_the_wall_whatever_is_bright_elsewhere(method, bright):
    image = bright.image.copy()
    image[0] = 1000.0
    found = quantify(method, Case("lit", image, np.eye(4)), bright.atrium)
    assert not found.scar[~found.wall].any()


@EVERY
def test_without_an_atrium_there_is_no_scar_and_no_number(method, bright):
    found = quantify(method, bright, np.zeros_like(bright.atrium))
    assert not found.scar.any()
    assert not found.wall.any()
    assert found.numbers == {}


@EVERY
def test_a_wall_thinner_than_a_voxel_has_no_scar(method, bright):
    found = quantify(method, bright, bright.atrium, settings={"outer_mm": 0.5})
    assert not found.wall.any()
    assert found.numbers == {}


@EVERY
def test_an_atrium_at_the_border_is_measured_where_it_has_a_wall(method):
    image = np.full((8, 6, 6), 50.0, np.float32)
    image[:3], image[4, :2] = 140.0, 250.0
    image += np.random.default_rng(0).normal(0, 2, image.shape).astype(np.float32)
    atrium = np.zeros(image.shape, bool)
    atrium[:3] = True  # fills the volume in y and z
    found = quantify(method, Case("edge", image, np.eye(4)), atrium)
    wall = np.zeros_like(atrium)
    wall[3:6] = True
    assert np.array_equal(found.wall, wall)
    scar = np.zeros_like(atrium)
    scar[4, :2] = True
    assert np.array_equal(found.scar, scar)


@EVERY
def test_a_wall_of_one_level_below_the_blood_has_no_scar(method):
    atrium = np.zeros((9, 9, 9), bool)
    atrium[3:6, 3:6, 3:6] = True
    image = np.where(atrium, 20.0, 7.0).astype(np.float32)
    found = quantify(method, Case("flat", image, np.eye(4)), atrium)
    assert found.wall.any()
    assert not found.scar.any()


@EVERY
def test_the_labels_are_not_looked_at(method, bright):
    blind = Case(bright.id, bright.image, bright.affine)
    ours, theirs = (quantify(method, case, bright.atrium) for case in (blind, bright))
    assert np.array_equal(ours.scar, theirs.scar)


@pytest.mark.parametrize("method", ["otsu", "mgmm", "n-sd"])
def test_an_offset_and_a_gain_change_nothing(method, bright):
    other = Case("b", bright.image * 0.5 + 30, np.eye(4))
    ours, theirs = (quantify(method, case, bright.atrium).scar for case in (bright, other))
    assert np.array_equal(ours, theirs)


def test_an_offset_changes_a_ratio(bright):
    # 1.32 of blood: 184.8 between wall and scar; with 300 added 580.8, above the scar's 500.
    lifted = Case("b", bright.image + 300, np.eye(4))
    assert intensity_ratio(bright, bright.atrium, ratio=1.32).scar.any()
    assert not intensity_ratio(lifted, bright.atrium, ratio=1.32).scar.any()


def test_otsu_splits_two_levels_between_them():
    atrium = np.zeros((7, 7, 7), bool)
    atrium[3, 3, 3] = True
    image = np.full(atrium.shape, 5.0, np.float32)
    image[4:] = 6.0
    found = otsu(Case("two", image, np.eye(4)), atrium, outer_mm=1.0)  # six voxels, one at 6
    assert np.argwhere(found.scar).tolist() == [[4, 3, 3]]


def test_otsu_maximises_the_variance_between_the_groups(bright):
    # Independent of the histogram: try a cut between any two neighbours of the sorted levels.
    found = otsu(bright, bright.atrium)
    levels = np.sort(bright.image[found.wall].astype(np.float64))
    n = np.arange(1, len(levels))
    low, high = np.cumsum(levels)[:-1] / n, np.cumsum(levels[::-1])[::-1][1:] / n[::-1]
    between = n * n[::-1] * (low - high) ** 2
    ours = between[np.searchsorted(levels, found.numbers["threshold"]) - 1]
    assert ours > 0.999 * between.max()


def test_otsu_finds_scar_in_noise_that_has_none():
    rng = np.random.default_rng(3)
    atrium = np.zeros((12, 12, 12), bool)
    atrium[4:8, 4:8, 4:8] = True
    image = rng.normal(100, 10, atrium.shape).astype(np.float32)
    assert 30 < otsu(Case("noise", image, np.eye(4)), atrium).scar_percent < 70


def test_the_ratio_is_taken_of_the_mean_blood(bright):
    image = np.where(bright.atrium, 150.0, bright.image).astype(np.float32)
    found = intensity_ratio(Case("a", image, np.eye(4)), bright.atrium, ratio=1.2)
    assert found.numbers == {"threshold": pytest.approx(180.0), "blood_mean": pytest.approx(150.0)}


def test_n_sd_of_the_blood_and_of_the_wall(bright):
    blood = n_sd(bright, bright.atrium, n=2.0, reference="blood").numbers
    pool = bright.image[10:14, 10:14, 10:14].astype(np.float64)  # 3 mm in: depth above 3
    assert blood["threshold"] == pytest.approx(pool.mean() + 2 * pool.std())
    # A third of the wall is scar, so the median is the 75th percentile of the normal part.
    wall = n_sd(bright, bright.atrium, n=2.0, reference="wall").numbers
    levels = bright.image[wall_shell(bright.atrium, spacing_mm=(1, 1, 1), inner_mm=0, outer_mm=3)]
    assert wall["wall_level"] == pytest.approx(np.median(levels))
    assert 100 < wall["wall_level"] < 110
    assert wall["threshold"] == pytest.approx(wall["wall_level"] + 2 * wall["wall_sd"])


def test_what_cannot_be_meant_is_refused(bright):
    atrium = bright.atrium
    for wrong, message in (
        (lambda: intensity_ratio(bright, atrium, ratio=0.0), "ratio is 0.0"),
        (lambda: n_sd(bright, atrium, n=float("nan")), "n is nan"),
        (lambda: n_sd(bright, atrium, reference="lung"), "choose 'blood' or 'wall'"),
        (lambda: otsu(bright, atrium, outer_mm=-1.0), "outer_mm is -1.0"),
        (lambda: otsu(bright, atrium[1:]), "cube: atrium has shape"),
        (lambda: otsu(bright, atrium.astype(float)), "cube: atrium has type float64"),
        (lambda: quantify("otsu", bright, atrium, settings={"n": 2}), "otsu knows inner_mm"),
        (lambda: quantify("iir-1.2", bright, atrium, settings={"ratio": 2.0}), "unknown setting"),
        (lambda: quantify("otso", bright, atrium), "known are otsu, mgmm"),
    ):
        with pytest.raises(LascarError, match=message):
            wrong()
    scored = Case("z", bright.image - 140, np.eye(4))
    scored.image[bright.atrium] = -1.0
    with pytest.raises(LascarError, match="z: the blood pool's mean is -1"):
        intensity_ratio(scored, atrium, ratio=1.2)


@EVERY
def test_on_a_phantom_every_method_finds_more_scar_than_chance(method):
    case = phantom_case(0, seed=11, config=COARSE)
    found = quantify(method, case, case.atrium)
    inside = case.scar[found.scar].mean()
    assert inside > case.scar[found.wall].mean()

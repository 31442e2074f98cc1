import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import signed_distance_map, wall_shell
from lascarlib.viz import Slider, beta_slider, threshold_slider, topk_slider, wall_slider
from lascarlib.viz.layers import Layers

SPACING_MM = (1.25, 1.25, 2.5)
BALL = np.linalg.norm((np.indices((15, 15, 9)).T - (7, 7, 4)).T, axis=0) < 4
GENERATOR = np.random.default_rng(3)


def test_a_threshold_outlines_what_lies_above_it():
    p = GENERATOR.random(BALL.shape)
    slider = threshold_slider(p, contour="scar", start=0.2)
    assert (slider.name, slider.start) == ("threshold", 0.2)
    np.testing.assert_array_equal(slider.layers(0.2).contours["scar"], p > 0.2)
    assert slider.layers(0.2) is slider.layers(0.2)  # drawn again for another slice, found once


def test_topk_colours_the_k_percent_that_are_worst():
    p = np.where(BALL, 0.9, 0.1) * GENERATOR.uniform(0.9, 1.1, BALL.shape)
    p = np.clip(p, 0.0, 1.0)
    slider = topk_slider(p, BALL)
    entropy = -np.log(np.clip(np.where(BALL, p, 1 - p), 1e-7, 1))
    kept = np.isfinite(slider.layers(10.0).overlay.values)
    # 10 % of 15 x 15 x 9 = 2025 voxels are 202; whoever is out loses less than whoever is in.
    assert kept.sum() == 202
    assert entropy[kept].min() >= entropy[~kept].max()
    assert np.isfinite(slider.layers(100.0).overlay.values).all()


def test_topk_keeps_at_least_one_voxel():
    p = np.linspace(0.1, 0.9, 8).reshape(2, 2, 2)
    kept = np.isfinite(topk_slider(p, np.ones((2, 2, 2), bool)).layers(1.0).overlay.values)
    assert np.argwhere(kept).tolist() == [[0, 0, 0]]


def test_beta_is_the_exponent_of_the_distance_map():
    slider = beta_slider(BALL, spacing_mm=SPACING_MM)
    for beta in (0.5, 2.0):
        expected = signed_distance_map(BALL, spacing_mm=SPACING_MM, beta=beta)
        np.testing.assert_allclose(slider.layers(beta).overlay.values, expected, rtol=1e-5)
    assert slider.layers(0.25).overlay.limit == pytest.approx(20**0.25)


def test_the_wall_is_the_shell_of_that_distance():
    slider = wall_slider(BALL, spacing_mm=SPACING_MM)
    for depth_mm in (2.5, 4.0):
        shell = wall_shell(BALL, spacing_mm=SPACING_MM, inner_mm=0.0, outer_mm=depth_mm)
        np.testing.assert_array_equal(slider.layers(depth_mm).contours["wall"], shell)


def test_without_la_there_is_no_wall():
    slider = wall_slider(np.zeros_like(BALL), spacing_mm=SPACING_MM)
    assert not slider.layers(3.0).contours["wall"].any()


def test_bad_sliders_are_refused():
    with pytest.raises(LascarError, match="it must be one of the values"):
        threshold_slider(np.zeros((2, 2, 2)), start=0.33)
    with pytest.raises(LascarError, match="start is 1"):
        Slider("k", (), 1.0, lambda _: Layers())
    with pytest.raises(LascarError, match="use one grid"):
        topk_slider(np.zeros((2, 2, 2)), BALL)

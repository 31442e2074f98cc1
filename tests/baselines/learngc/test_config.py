"""The settings of LearnGC: strict, with three profiles."""

import pytest

from lascarlib.baselines.learngc import LearnGCConfig, make_learngc_config
from lascarlib.errors import LascarError


@pytest.mark.parametrize("profile", ["smoke", "cpu", "gpu"])
def test_every_profile_is_a_config(profile):
    config = make_learngc_config(profile, seed=3)
    assert (config.profile, config.seed, config.method) == (profile, 3, "learngc")


def test_settings_change_single_values():
    config = make_learngc_config("smoke", seed=0, settings={"patch_voxels": (7, 5), "mesh_mm": 2})
    assert config.patch_voxels == (7, 5)
    assert config.mesh_mm == 2.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"patch_voxels": (8, 5)}, "odd numbers from 5"),
        ({"patch_voxels": (3, 5)}, "odd numbers from 5"),
        ({"smoothness": -0.1}, "'smoothness' is -0.1"),
        ({"mesh_mm": 0.0}, "'mesh_mm' is 0.0"),
        ({"patch_steps_mm": (1.0, 0.0)}, "'patch_steps_mm' is 0.0"),
        ({"learning_rate": float("nan")}, "'learning_rate' is nan"),
        ({"batch_size": 2}, "above batch_size 2"),
        ({"smoothnes": 0.1}, "unknown setting 'smoothnes'"),
        ({"iterations": 1.5}, "give a whole number"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings, message):
    with pytest.raises(LascarError, match=message):
        make_learngc_config("smoke", seed=0, settings=settings)


def test_an_unknown_profile_is_refused():
    with pytest.raises(LascarError, match="known are smoke, cpu, gpu"):
        make_learngc_config("fast", seed=0)


def test_the_default_is_the_gpu_profile():
    assert make_learngc_config("gpu", seed=0) == LearnGCConfig()

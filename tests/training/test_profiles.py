import pytest

from lascarlib.errors import LascarError
from lascarlib.models.topology import architecture_for
from lascarlib.training import PROFILES, StageConfig, make_config


def test_the_gpu_profile_is_the_papers() -> None:
    config = make_config("gpu", seed=0)
    # BF, section 3: SGD 0.01, momentum 0.99, top 10 %, 500 and 130 epochs of 250 iterations.
    assert (config.atrium.optimizer, config.atrium.learning_rate) == ("sgd", 0.01)
    assert config.atrium.momentum == 0.99
    assert (config.atrium.loss, config.atrium.top_k_percent) == ("dice-topk", 10.0)
    assert (config.atrium.iterations, config.scar.iterations) == (125_000, 32_500)
    assert (config.atrium.plateau_epochs, config.atrium.plateau_divisor) == (30, 5.0)
    assert config.scar.loss == "dice-cross-entropy"
    assert config.scar_threshold == 0.2
    assert config.mirror_at_test
    assert config.folds == 5


def test_the_gpu_profile_of_the_joint_network_is_the_papers() -> None:
    joint = make_config("gpu", seed=0, settings={"method": "atrialjsqnet"}).joint
    # JSQ, section 4.1: 1 mm, 208 x 208 x 80 voxels around the centre of the image, SGD 1e-3,
    # momentum 0.9, decay 1e-4, divided by ten every 4000 iterations; no augmentation.
    assert (joint.spacing_mm, joint.patch_voxels) == ((1.0, 1.0, 1.0), (208, 208, 80))
    assert joint.patch_centre == "image"
    assert (joint.optimizer, joint.learning_rate) == ("heavy-ball", 1e-3)
    assert (joint.momentum, joint.weight_decay) == (0.9, 1e-4)
    assert (joint.decay, joint.step_iterations, joint.step_divisor) == ("steps", 4000, 10.0)
    assert not joint.augmentation.mirror
    assert joint.augmentation.rotation_chance == joint.augmentation.noise_chance == 0


@pytest.mark.parametrize("profile", ["smoke", "cpu"])
@pytest.mark.parametrize("stage", ["atrium", "scar"])
def test_the_small_profiles_have_networks_that_fit_their_patches(profile, stage) -> None:
    config: StageConfig = getattr(make_config(profile, seed=0), stage)
    net = architecture_for(
        config.patch_voxels,
        spacing_mm=config.spacing_mm,
        features=config.features,
        in_channels=1,
    )
    assert net.features == config.features


def test_settings_come_on_top_of_the_profile() -> None:
    config = make_config("cpu", seed=9, settings={"atrium.iterations": 7})
    assert (config.profile, config.seed, config.atrium.iterations) == ("cpu", 9, 7)
    assert config.atrium.patch_voxels == PROFILES["cpu"]["atrium"]["patch_voxels"]


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("boundary-focused", {"joint.iterations": 3}),
        ("boundary-focused", {"spatial.beta": 2.0}),
        ("boundary-focused", {"spatial": {"beta": 2.0}}),
        ("dangi", {"scar.iterations": 3}),
        ("dangi", {"joint": {"iterations": 3}}),
        ("dangi", {"scar_threshold": 0.4}),
        ("dangi", {"atrium.top_k_percent": 20.0}),
        ("dangi", {"atrium": {"iterations": 3, "deep_supervision": False}}),
        ("unet-bce", {"joint.iterations": 3}),
        ("unet-bce", {"uncertainty.outlier_sd": 2.0}),
        ("atrialjsqnet", {"scar.iterations": 3}),
        ("ajsqnet-se", {"scar_maps": "manual"}),
    ],
)
def test_a_setting_of_another_method_is_refused(method, settings) -> None:
    (name,) = settings
    with pytest.raises(LascarError, match=rf"^setting '{name}.*' would change nothing in {method}"):
        make_config("smoke", seed=0, settings={"method": method, **settings})


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("boundary-focused", {"scar.iterations": 3, "uncertainty.outlier_sd": 2.0}),
        # With scar labels it trains "joint", without them "atrium": both are its own.
        ("atrialjsqnet", {"joint.iterations": 3, "atrium.iterations": 3, "spatial.beta": 2.0}),
        ("unet-bce", {"scar.iterations": 3, "folds": 3, "largest_component": True}),
        ("xue", {"atrium": {"iterations": 3}}),
    ],
)
def test_a_methods_own_settings_are_taken(method, settings) -> None:
    config = make_config("smoke", seed=0, settings={"method": method, **settings})
    assert config.atrium.iterations == 3 or config.scar.iterations == 3


def test_the_refusal_lists_what_the_method_has() -> None:
    words = r"which has method, folds, start, budget_minutes, precision, devices, mirror_at_test, "
    words += r"largest_component, atrium\.\*, spatial\.\* \(the stages without batch_dice, "
    words += r"deep_supervision, top_k_"
    with pytest.raises(LascarError, match=words):
        make_config("smoke", seed=0, settings={"method": "dangi", "joint.batch_size": 1})


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(LascarError, match="unknown profile 'tpu'; known are smoke, cpu, gpu"):
        make_config("tpu", seed=0)

import pytest

from lascarlib.errors import LascarError
from lascarlib.preprocess import atrium_sample
from lascarlib.training import ALL, Config, StageConfig, make_config, start_run
from lascarlib.training.cache import store_samples
from lascarlib.training.stage import load_networks, split_budget, train_fold


@pytest.fixture
def run(tmp_path, tiny_settings, tiny_dataset):
    config = make_config("smoke", seed=1, settings=tiny_settings)
    return start_run(tmp_path / "run", config, tiny_dataset)


def test_a_network_is_trained_once_and_loaded_as_often_as_wanted(run, tiny_dataset) -> None:
    assert load_networks(run, "atrium") == []
    spacing_mm = run.config.atrium.spacing_mm
    store_samples(run, "atrium", (atrium_sample(c, spacing_mm=spacing_mm) for c in tiny_dataset))
    train_fold(run, "atrium", run.fold(ALL), samples="atrium")
    weights = run.fold_folder("atrium", ALL) / "weights.safetensors"
    written = weights.stat().st_mtime_ns
    train_fold(run, "atrium", run.fold(ALL), samples="atrium")
    assert weights.stat().st_mtime_ns == written
    assert run.trained_folds("atrium") == (ALL,)
    (network,) = load_networks(run, "atrium")
    assert not network.training
    with pytest.raises(LascarError, match="the weights are missing"):
        load_networks(run, "atrium", ("fold_0",))


def test_a_fold_without_a_single_sample_is_refused(run) -> None:
    with pytest.raises(LascarError, match="fold_0 has no case to train the scar network on"):
        train_fold(run, "scar", run.fold("fold_0"), samples="scar-out-of-fold")
    assert not run.fold_folder("scar", "fold_0").exists()


def test_the_budget_is_split_by_iterations_and_spent_exactly() -> None:
    config = Config(atrium=StageConfig(iterations=900), scar=StageConfig(iterations=300))
    seconds = split_budget(config, budget_s=1200.0, n_folds=5, stages=("atrium", "scar"))
    # Three quarters of 1200 s over five folds, and a quarter.
    assert seconds == {"atrium": 180.0, "scar": 60.0}

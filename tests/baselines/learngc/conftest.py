"""A LearnGC that trains in a second on the six bright balls."""

import pytest

from lascarlib.baselines.learngc import LearnGC, LearnGCConfig, load_learngc, train_learngc


@pytest.fixture(scope="session")
def quick() -> LearnGCConfig:
    """Settings of a training that takes a second."""
    return LearnGCConfig(
        profile="smoke",
        mesh_mm=3.0,
        patch_steps_mm=(2.0, 4.0),
        patch_voxels=(7, 5),
        offset_mm=1.0,
        features=4,
        batch_size=32,
        cases_per_batch=2,
        iterations=40,
        log_iterations=10,
        learning_rate=0.01,
    )


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory, tiny_dataset, quick):
    """The folder of a complete training on the first four cases."""
    folder = tmp_path_factory.mktemp("learngc") / "run"
    train_learngc(folder, tiny_dataset[:4], quick)
    return folder


@pytest.fixture(scope="session")
def trained(trained_folder) -> LearnGC:
    """Its networks."""
    return load_learngc(trained_folder)

from pathlib import Path

import pytest

from lascarlib.experiments import store, store_folder, stored_run
from lascarlib.training import make_config


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("LASCAR_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def test_the_same_experiment_is_found_again(folder, tiny_settings, tiny_dataset) -> None:
    config = make_config("smoke", seed=1, settings=tiny_settings)
    first = stored_run(config, tiny_dataset)
    (first.folder / "note").write_text("trained")
    again = stored_run(config, tiny_dataset)
    assert again.folder == first.folder
    assert (again.folder / "note").exists()
    assert first.folder.parent == folder / "runs"


def test_another_seed_data_averaging_or_library_is_another_run(
    tiny_settings, tiny_dataset, monkeypatch
) -> None:
    config, other = (make_config("smoke", seed=s, settings=tiny_settings) for s in (1, 2))
    folders = {
        stored_run(config, tiny_dataset).folder,
        stored_run(other, tiny_dataset).folder,
        stored_run(config, tiny_dataset[:5]).folder,
        stored_run(config, tiny_dataset, averages_folds=True).folder,
    }
    monkeypatch.setattr(store, "_sources", lambda: "an edited library")
    folders.add(stored_run(config, tiny_dataset).folder)
    assert len(folders) == 5


def test_the_store_lies_in_the_home_directory_unless_named(folder, monkeypatch) -> None:
    assert store_folder() == folder
    monkeypatch.delenv("LASCAR_STORE")
    assert store_folder() == Path.home() / ".cache" / "lascarlib"

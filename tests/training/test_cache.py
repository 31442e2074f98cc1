"""The cache of preprocessed cases: nothing is found that was prepared otherwise."""

import dataclasses

import pytest

from lascarlib.errors import LascarError
from lascarlib.preprocess import atrium_sample
from lascarlib.training import cache as cache_module
from lascarlib.training import make_config, start_run
from lascarlib.training.cache import is_stored, prepared_otherwise, sample_file, store_samples
from lascarlib.training.stage import train_fold

SPACING_MM = (2.0, 2.0, 3.0)


@pytest.fixture
def run(tmp_path, tiny_dataset):
    return start_run(tmp_path / "run", make_config("smoke", seed=0), tiny_dataset)


def stored(run, case) -> bool:
    return is_stored(run, "atrium", case.id)


def test_a_stored_case_is_found_whatever_the_budget(run, tiny_dataset) -> None:
    case = tiny_dataset.load("case_0")
    store_samples(run, "atrium", [atrium_sample(case, spacing_mm=SPACING_MM)])
    assert stored(run, case)
    config = dataclasses.replace(run.config, budget_minutes=7.0)
    assert stored(dataclasses.replace(run, config=config), case)


@pytest.mark.parametrize("left", [0, 50, 1000])
def test_a_damaged_case_is_none(run, tiny_dataset, left) -> None:
    case = tiny_dataset.load("case_0")
    store_samples(run, "atrium", [atrium_sample(case, spacing_mm=SPACING_MM)])
    file = sample_file(run, "atrium", case.id)
    file.write_bytes(file.read_bytes()[:left])
    assert not stored(run, case)


def test_nothing_is_found_of_other_data_settings_or_sources(run, tiny_dataset, monkeypatch) -> None:
    case = tiny_dataset.load("case_0")
    store_samples(run, "atrium", [atrium_sample(case, spacing_mm=SPACING_MM)])
    assert not stored(dataclasses.replace(run, fingerprint="of other data"), case)
    assert not stored(dataclasses.replace(run, config=make_config("smoke", seed=1)), case)
    monkeypatch.setattr(cache_module, "_sources", lambda: "of another version")
    assert not stored(run, case)


def test_what_another_version_left_goes_when_cases_are_stored_anew(
    run, tiny_dataset, monkeypatch
) -> None:
    one, other = tiny_dataset.load("case_0"), tiny_dataset.load("case_1")
    store_samples(run, "atrium", [atrium_sample(one, spacing_mm=SPACING_MM)])
    outdated = sample_file(run, "atrium", one.id)
    store_samples(run, "atrium", [atrium_sample(other, spacing_mm=SPACING_MM)])
    assert outdated.exists()  # stored by the same version
    (outdated.parents[1] / "case_0.npy").touch()  # where an earlier version kept it
    monkeypatch.setattr(cache_module, "_sources", lambda: "of another version")
    assert prepared_otherwise(run, "atrium")
    store_samples(run, "atrium", [atrium_sample(one, spacing_mm=SPACING_MM)])
    assert not prepared_otherwise(run, "atrium")
    assert list(outdated.parents[1].iterdir()) == [sample_file(run, "atrium", one.id).parent]


def test_a_worker_of_another_version_says_so(run, tiny_dataset, monkeypatch) -> None:
    fold = run.fold("all")
    with pytest.raises(LascarError, match="has no case to train the atrium network on"):
        train_fold(run, "atrium", fold, samples="atrium")
    case = tiny_dataset.load("case_0")
    store_samples(run, "atrium", [atrium_sample(case, spacing_mm=SPACING_MM)])
    monkeypatch.setattr(cache_module, "_sources", lambda: "of another version")
    with pytest.raises(LascarError, match="prepared by another version of this library"):
        train_fold(run, "atrium", fold, samples="atrium")

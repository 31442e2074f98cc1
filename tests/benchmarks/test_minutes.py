"""Trainings of several networks, or on other data, are never mixed in one file of records."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lascarlib.datasets import open_dataset
from lascarlib.errors import LascarError
from lascarlib.experiments.trials import TRIALS, Trial, add_trial, read_trials
from lascarlib.training import make_config

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def minutes(load_benchmark):
    return load_benchmark("minutes")


@pytest.fixture(scope="module")
def training():
    return open_dataset("phantom:cases=1,seed=1")


@pytest.fixture
def options(tmp_path: Path) -> argparse.Namespace:
    return argparse.Namespace(
        small=True,
        minutes=[1.0],
        seeds=[0],
        contestants=["lascarlib"],
        records=tmp_path / "minutes.jsonl",
        work=tmp_path / "work",
    )


@pytest.fixture
def trial(minutes, training) -> Trial:
    """A training of 2 minutes of the network that would be trained."""
    return Trial(
        contestant="lascarlib",
        minutes=2.0,
        seed=0,
        threads=minutes.torch.get_num_threads(),
        iterations=200,
        training=minutes.described(training),
        network=minutes.network_of(make_config("smoke", seed=0).atrium),
        settings={},
        dice={"a": 0.9, "b": 0.8},
        load=2.0,
        processor=minutes._processor(),
        versions="python 3.11",
        commit="abc",
        made="2026-01-31",
        command="python benchmarks/minutes.py",
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"network": "another"}, "lascarlib trained another"),
        (
            {"settings": {"atrium.loss": "dice-topk"}},
            "lascarlib trained .*, atrium.loss=dice-topk, and now",
        ),
        ({"training": "x"}, "other data"),
    ],
)
def test_a_file_of_other_trainings_is_refused(
    other, said, minutes, training, options, trial
) -> None:
    add_trial(replace(trial, **other), options.records)
    before = options.records.read_bytes()
    with pytest.raises(LascarError, match=f"{said}.*give another --records"):
        minutes.train_missing(options, training, training)
    assert options.records.read_bytes() == before


def test_what_is_missing_is_trained_and_added(
    minutes, training, options, trial, monkeypatch
) -> None:
    add_trial(trial, options.records)
    made = []

    def measured(contestant, task):
        made.append((contestant, task.minutes, task.config.seed))
        return replace(trial, minutes=task.minutes)

    monkeypatch.setattr(minutes, "measured", measured)
    for _ in range(2):
        minutes.train_missing(options, training, training)
    assert made == [("lascarlib", 1.0, 0)]
    assert [each.minutes for each in read_trials(options.records)] == [2.0, 1.0]


def test_the_kept_records_are_of_what_would_be_trained_now(minutes) -> None:
    for trial in read_trials():
        config = minutes._config(trial.contestant, small=False)
        assert trial.network == minutes.network_of(config.atrium)
        assert trial.settings == minutes.changed_settings(config)


def test_another_processor_trains_for_itself(
    minutes, training, options, trial, monkeypatch
) -> None:
    options.minutes = [2.0]
    add_trial(replace(trial, processor="another"), options.records)
    monkeypatch.setattr(minutes, "measured", lambda contestant, task: trial)
    minutes.train_missing(options, training, training)
    assert [each.processor for each in read_trials(options.records)] == ["another", trial.processor]


def test_a_missing_tool_is_said_before_any_training(
    minutes, training, options, monkeypatch
) -> None:
    options.contestants = ["lascarlib", "nnU-Net v2"]
    monkeypatch.setenv("NNUNET_PYTHON", "/nowhere/python")
    with pytest.raises(LascarError, match=r"nowhere/python: has no nnunetv2; let NNUNET_PYTHON"):
        minutes.train_missing(options, training, training)
    assert not options.records.exists()


def test_a_row_has_the_trainings_of_one_processor(load_benchmark, trial) -> None:
    trial = replace(trial, processor="some")
    rows = load_benchmark("minutes_page").rows_of(
        [trial, replace(trial, seed=1, dice={"a": 0.7, "b": 0.6}), replace(trial, processor="z")]
    )
    assert [(row["processor"], row["mean of each seed"]) for row in rows] == [
        ("some", "0.850, 0.650"),
        ("z", "0.850"),
    ]
    assert rows[0]["Dice"] == "0.750 ± 0.129"  # SD of 0.9, 0.8, 0.7, 0.6
    assert rows[0]["least case"] == "0.600"


def test_the_page_that_is_kept_is_made_of_the_records_that_are_kept(
    load_benchmark, tmp_path
) -> None:
    page = load_benchmark("minutes_page")
    page.write_page(read_trials(), tmp_path, name="utah2018", records=TRIALS)
    made, kept = (
        (folder / "minutes.md").read_text(encoding="utf-8").partition("Made by")[0]
        for folder in (tmp_path, FOLDER / "results")
    )
    assert made == kept


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--minutes", "-1"], "-1 is no length; give minutes above 0"),
        (["--minutes", "nan"], "nan is no length; give minutes above 0"),
        (["--small", "--minutes", "2"], "leave --minutes or --small out"),
        (["--minutes", "--records", "DAMAGED"], "no record of trainings; restore or delete it"),
        (["--minutes", "--records", "none.jsonl"], "none.jsonl: no trainings yet"),
        (["--out", "DAMAGED"], "is a file; give a folder"),
        (["--records", "none.jsonl"], "LASCAR_DATA is not set"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    words, said, minutes, tmp_path, monkeypatch, capsys
) -> None:
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text("{")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LASCAR_DATA", raising=False)
    words = [str(damaged) if word == "DAMAGED" else word for word in words]
    monkeypatch.setattr(sys, "argv", ["minutes.py", *words])
    with pytest.raises(SystemExit) as ended:
        minutes.run_script(minutes.main)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err

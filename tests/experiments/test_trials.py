import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from lascarlib.errors import LascarError
from lascarlib.experiments.trials import TRIALS, Trial, add_trial, read_trials

TRIAL = Trial(
    contestant="lascarlib",
    minutes=2.0,
    seed=0,
    threads=2,
    iterations=200,
    training="64 cases, 0123",
    network="1.25 mm",
    settings={"atrium.spacing_mm": [2.0, 2.0, 2.0]},
    dice={"a": 0.9, "b": 0.8},
    load=2.0,
    processor="some",
    versions="python 3.11",
    commit="abc",
    made="2026-01-31",
    command="python benchmarks/minutes.py",
)


def test_trainings_are_read_as_they_were_added(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    second = replace(TRIAL, seed=1)
    add_trial(TRIAL, path)
    add_trial(second, path)
    assert read_trials(path) == [TRIAL, second]
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "text",
    ['{"contestant": "a"}', "no json", "[]", json.dumps({**asdict(TRIAL), "another": 1})]
    + [json.dumps({**asdict(TRIAL), "dice": dice}) for dice in ({}, None, {"a": 2.0}, [0.9])]
    + [json.dumps({**asdict(TRIAL), "minutes": minutes}) for minutes in ("two", -1.0)],
)
def test_a_damaged_file_is_named_and_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    path.write_text(text)
    with pytest.raises(LascarError, match="no record of trainings"):
        add_trial(TRIAL, path)
    assert path.read_text() == text


def test_published_trainings_are_one_of_each_kind_on_the_same_cases() -> None:
    trials = read_trials(TRIALS)
    assert trials
    keys = [(t.contestant, t.minutes, t.seed, t.threads) for t in trials]
    assert len(keys) == len(set(keys))
    assert len({frozenset(t.dice) for t in trials}) == 1
    kinds = {(t.contestant, t.network, json.dumps(t.settings)) for t in trials}
    assert len(kinds) == len({t.contestant for t in trials})
    assert all(0 <= value <= 1 for t in trials for value in t.dice.values())
    assert len({(t.processor, t.threads, t.training) for t in trials}) == 1
    for trial in trials:
        same = [t.minutes / t.iterations for t in trials if t.contestant == trial.contestant]
        assert trial.minutes / trial.iterations < 1.25 * min(same)  # else it was disturbed
    assert not any("/" in word for t in trials for word in t.command.split()[2:])

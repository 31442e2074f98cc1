"""Training LearnGC: the same bits every time, after an interruption too, and its cost on record."""

import csv
import dataclasses
import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lascarlib.baselines.learngc import is_learngc, load_learngc, open_learngc, train_learngc
from lascarlib.baselines.learngc import train as train_module
from lascarlib.baselines.learngc.network import LearnGCNet
from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError


def weights(folder):
    return load_learngc(folder).network.state_dict()


def read_log(folder):
    with (folder / "log.csv").open() as file:
        return list(csv.DictReader(file))


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


def test_the_losses_fall(trained_folder):
    rows = read_log(trained_folder)
    assert [int(row["iteration"]) for row in rows] == [10, 20, 30, 40]
    assert float(rows[-1]["t_loss"]) < 0.5 * float(rows[0]["t_loss"])
    assert float(rows[-1]["n_loss"]) < float(rows[0]["n_loss"])


def test_the_cost_is_on_record(trained_folder, quick):
    cost = json.loads((trained_folder / "cost.json").read_text())
    assert cost["iterations"] == 40
    assert cost["patches"] == 40 * (32 + 2 * 32)  # vertices, and two of each pair
    assert cost["seconds"] > 0
    network = LearnGCNet(quick)
    # An encoder has, for each of two scales, convolutions of 4 * 27 + 4 and 8 * 4 * 27 + 8 numbers,
    # which leave 2 x 1 x 1 places of 8 channels: 32 inputs of 64 units.
    encoder = 2 * (112 + 872) + 32 * 64 + 64
    heads = (64 + 1) + (128 * 64 + 64) + (64 + 1)
    assert cost["parameters"] == 2 * encoder + heads
    assert cost["parameters"] == sum(p.numel() for p in network.parameters())


def test_the_same_seed_gives_the_same_bits_and_another_does_not(tmp_path, tiny_dataset, quick):
    short = dataclasses.replace(quick, iterations=4)
    for name, config in (
        ("a", short),
        ("b", short),
        ("c", dataclasses.replace(short, seed=1)),
    ):
        train_learngc(tmp_path / name, tiny_dataset[:2], config)
    assert_same(weights(tmp_path / "a"), weights(tmp_path / "b"))
    changed = weights(tmp_path / "c")["t_head.weight"]
    assert not torch.equal(weights(tmp_path / "a")["t_head.weight"], changed)


@pytest.mark.parametrize("stop", [1, 7, 10])
def test_an_interrupted_training_resumes_to_the_same_bits(
    stop, tmp_path, tiny_dataset, quick, monkeypatch
):
    config = dataclasses.replace(quick, iterations=14)
    train_learngc(tmp_path / "whole", tiny_dataset[:2], config)
    draw = train_module.make_batch

    def interrupt(surfaces, config, iteration):
        if iteration == stop:
            raise KeyboardInterrupt
        return draw(surfaces, config, iteration)

    monkeypatch.setattr(train_module, "make_batch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_learngc(tmp_path / "cut", tiny_dataset[:2], config)
    assert not (tmp_path / "cut" / "weights.safetensors").exists()
    monkeypatch.undo()
    train_learngc(tmp_path / "cut", tiny_dataset[:2], config, resume=True)
    assert_same(weights(tmp_path / "whole"), weights(tmp_path / "cut"))
    ours, theirs = (
        [{k: v for k, v in row.items() if k != "seconds"} for row in read_log(tmp_path / name)]
        for name in ("whole", "cut")
    )
    assert ours == theirs
    assert not (tmp_path / "cut" / "checkpoint.safetensors").exists()


def test_a_complete_training_is_left_as_it_is(trained_folder, tiny_dataset, quick):
    before = (trained_folder / "weights.safetensors").stat().st_mtime_ns
    train_learngc(trained_folder, tiny_dataset[:4], quick, resume=True)
    assert (trained_folder / "weights.safetensors").stat().st_mtime_ns == before
    longer = dataclasses.replace(quick, budget_minutes=5.0)
    with pytest.raises(LascarError, match="is trained already, with budget_minutes 0, not 5;"):
        train_learngc(trained_folder, tiny_dataset[:4], longer, resume=True)
    assert open_learngc(trained_folder).config == quick
    assert is_learngc(trained_folder)
    assert not is_learngc(trained_folder / "cache")


def test_a_budget_replaces_the_iterations(tmp_path, tiny_dataset, quick, monkeypatch):
    tenths = itertools.count(step=0.1)  # a clock on which every iteration takes 0.1 s
    monkeypatch.setattr(train_module, "time", SimpleNamespace(monotonic=lambda: next(tenths)))
    config = dataclasses.replace(quick, budget_minutes=0.25 / 60, iterations=1)
    train_learngc(tmp_path / "run", tiny_dataset[:2], config)
    cost = json.loads((tmp_path / "run" / "cost.json").read_text())
    assert (cost["iterations"], cost["seconds"]) == (3, 0.3)


def test_a_case_without_scar_and_one_without_atrium_are_no_obstacle(
    tmp_path, tiny_cases, quick, capsys
):
    a, b, c = list(tiny_cases.values())[:3]
    nothing = np.zeros_like(a.atrium)
    cases = {
        "healthy": Case("healthy", a.image, a.affine, a.atrium, nothing),
        "empty": Case("empty", b.image, b.affine, nothing, nothing),
        "usual": c,
    }
    dataset = Dataset("three", tuple(sorted(cases)), cases.__getitem__, "three")
    config = dataclasses.replace(quick, iterations=2)
    train_learngc(tmp_path / "run", dataset, config)
    assert "empty: the LA is empty, left out" in capsys.readouterr().err
    with pytest.raises(LascarError, match="no case has an LA"):
        train_learngc(tmp_path / "none", dataset.subset(("empty",)), config)


def test_what_cannot_be_trained_is_refused(tmp_path, trained_folder, tiny_dataset, quick):
    with pytest.raises(LascarError, match="holds a training already"):
        train_learngc(trained_folder, tiny_dataset[:4], quick)
    with pytest.raises(LascarError, match="with other cases"):
        train_learngc(trained_folder, tiny_dataset[:3], quick, resume=True)
    other = dataclasses.replace(quick, seed=5, smoothness=0.1)
    with pytest.raises(LascarError, match="another seed, smoothness"):
        train_learngc(trained_folder, tiny_dataset[:4], other, resume=True)
    unlabelled = dataclasses.replace(tiny_dataset, without_scar=("case_2",))
    with pytest.raises(
        LascarError, match="a scar label, case_2 of 6 cases lacks it; draw it for LearnGC"
    ):
        train_learngc(tmp_path / "run", unlabelled, quick)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    with pytest.raises(LascarError, match="not empty and no training"):
        train_learngc(tmp_path / "full", tiny_dataset, quick)
    assert not (tmp_path / "run").exists()


def test_a_loss_that_is_not_finite_ends_the_training(tmp_path, tiny_dataset, quick):
    config = dataclasses.replace(quick, learning_rate=1e20)
    with pytest.raises(LascarError, match="lower learning_rate"):
        train_learngc(tmp_path / "run", tiny_dataset[:2], config)

"""`lascar predict` with a classical method, from a folder of cases to a row of the table."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from lascarlib.baselines import METHODS, otsu
from lascarlib.baselines.learngc import LearnGC, load_learngc
from lascarlib.cli import main
from lascarlib.datasets import open_dataset
from lascarlib.io import read_volume, write_volume


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("method", METHODS)
def test_a_method_predicts_and_is_scored_like_a_network(method, tiny_folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert run("predict", method, tiny_folder, "--atrium", "manual", "--out", out) == 0
    assert run("evaluate", tiny_folder, out) == 0
    printed = capsys.readouterr().out
    assert "scar Dice" in printed
    assert re.search(r"LA Dice +3 +0 +1\.000", printed)  # the LA that was given is the label
    record = json.loads((out / "prediction.json").read_text())
    assert record["method"] == method
    assert record["atrium"] == "manual"
    assert list(record["numbers"]) == ["case_0", "case_1", "case_2"]
    assert "threshold" in record["numbers"]["case_0"]


def test_settings_reach_the_method_and_the_result_is_the_librarys(tiny_folder, tmp_path):
    out = tmp_path / "out"
    words = ("predict", "otsu", tiny_folder, "--atrium", "manual", "--out", out)
    assert run(*words, "--set", "outer_mm=5", "--set", "inner_mm=2.5") == 0
    for case in open_dataset(tiny_folder):
        written = read_volume(out / case.id / "scar_predict.nii.gz")
        expected = otsu(case, case.atrium, inner_mm=2.5, outer_mm=5.0)
        assert np.array_equal(written.array > 0, expected.scar)
        assert np.allclose(written.affine, case.affine)


def test_the_atrium_may_be_a_prediction_and_an_empty_one_is_said(tiny_folder, tmp_path, capsys):
    atria, out = tmp_path / "atria", tmp_path / "out"
    for case in open_dataset(tiny_folder):
        mask = np.zeros_like(case.atrium) if case.id == "case_1" else case.atrium
        write_volume(atria / case.id / "LA_predict.nii.gz", mask, case.affine)
    assert run("predict", "iir-1.2", tiny_folder, "--atrium", atria, "--out", out) == 0
    assert "case_1: no LA with a wall, so no scar" in capsys.readouterr().err
    assert not read_volume(out / "case_1" / "scar_predict.nii.gz").array.any()
    assert read_volume(out / "case_0" / "scar_predict.nii.gz").array.any()
    assert json.loads((out / "prediction.json").read_text())["numbers"]["case_1"] == {}


def test_a_threshold_that_is_nowhere_is_null(tiny_folder, tmp_path):
    out = tmp_path / "out"
    words = ("predict", "mgmm", tiny_folder, "--atrium", "manual", "--out", out)
    assert run(*words, "--set", "most_components=1") == 0  # one component is never scar
    text = (out / "prediction.json").read_text()
    assert json.loads(text)["numbers"]["case_0"]["threshold"] is None


def test_a_training_in_a_folder_of_that_name_goes_first(tmp_path, tiny_folder, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("otsu").mkdir()
    Path("otsu/run.json").write_text("{}")
    assert run("predict", "otsu", tiny_folder, "--out", "out") == 2
    assert "not a training's record" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "needs an LA: give --atrium manual"),
        (("--atrium", "nowhere"), "LA of 3 of 3 cases is missing"),
        (("--atrium", "manual", "--set", "outer=3"), "otsu knows inner_mm, outer_mm"),
        (("--atrium", "manual", "--set", "outer_mm=-3"), "give a length in mm"),
        (("--atrium", "manual", "--probabilities"), "this method has none"),
        (("--atrium", "manual", "--two-pass"), "--two-pass: this method gets its LA from --atrium"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words, sentence, tiny_folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert run("predict", "otsu", tiny_folder, "--out", out, *words) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.strip().splitlines()[-1].startswith("lascar: ")
    assert not out.exists()


def test_cases_without_labels_need_a_folder_of_atria(tiny_folder, tmp_path, capsys):
    images = tmp_path / "images"
    for folder in tiny_folder.iterdir():
        images.mkdir(exist_ok=True)
        shutil.copy(folder / "enhanced.nii.gz", images / f"{folder.name}.nii.gz")
    out = tmp_path / "out"
    assert run("predict", "otsu", images, "--atrium", "manual", "--out", out) == 2
    assert "not every case has an LA label" in capsys.readouterr().err
    assert run("predict", "otsu", tiny_folder, "--atrium", "manual", "--out", tmp_path / "a") == 0
    assert run("predict", "otsu", images, "--atrium", tmp_path / "a", "--out", out) == 0
    ours, theirs = (
        read_volume(where / "case_0" / "scar_predict.nii.gz").array
        for where in (out, tmp_path / "a")
    )
    assert np.array_equal(ours, theirs)


def test_the_help_names_every_method(capsys):
    with pytest.raises(SystemExit):
        run("predict", "--help")
    words = capsys.readouterr().out.replace(",", " ").split()
    assert set(METHODS) <= set(words)


def test_a_network_takes_no_given_atrium(tmp_path, tiny_folder, capsys):
    out = tmp_path / "out"
    assert run("predict", tmp_path, tiny_folder, "--atrium", "manual", "--out", out) == 2
    assert "a training finds its own LA" in capsys.readouterr().err


LEARNGC = {
    "mesh_mm": 3.0,
    "patch_steps_mm": "(2.0,4.0)",
    "patch_voxels": "(7,5)",
    "features": 4,
    "batch_size": 16,
    "cases_per_batch": 2,
    "iterations": 20,
    "learning_rate": 0.01,
}
SETTINGS = [word for name, value in LEARNGC.items() for word in ("--set", f"{name}={value}")]


@pytest.fixture(scope="module")
def learngc(tmp_path_factory, tiny_cases):
    """A training of LearnGC from the shell, and the cases it learned from."""
    root = tmp_path_factory.mktemp("learngc")
    for case in list(tiny_cases.values())[:3]:
        write_volume(root / "data" / case.id / "enhanced.nii.gz", case.image, case.affine)
        write_volume(root / "data" / case.id / "atriumSegImgMO.nii.gz", case.atrium, case.affine)
        write_volume(root / "data" / case.id / "scarSegImgM.nii.gz", case.scar, case.affine)
    assert run("train", root / "data", root / "run", "--method", "learngc", *SETTINGS) == 0
    return root


def test_learngc_trains_predicts_and_is_scored(learngc, tmp_path, capsys):
    out = tmp_path / "out"
    words = ("predict", learngc / "run", learngc / "data", "--atrium", "manual", "--out", out)
    assert run(*words, "--set", "smoothness=0.2") == 0
    assert run("evaluate", learngc / "data", out) == 0
    assert "scar Dice" in capsys.readouterr().out
    record = json.loads((out / "prediction.json").read_text())
    assert record["method"] == "learngc"
    assert record["settings"] == {"smoothness": 0.2}
    assert record["numbers"]["case_0"]["smoothness"] == 0.2
    case = open_dataset(learngc / "data").load("case_0")
    networks = load_learngc(learngc / "run")
    config = dataclasses.replace(networks.config, smoothness=0.2)
    expected = LearnGC(config, networks.network)(case, case.atrium)
    written = read_volume(out / "case_0" / "scar_predict.nii.gz").array > 0
    assert np.array_equal(written, expected.scar)


def test_learngc_says_what_it_cost_and_resumes(learngc, capsys):
    words = ("train", learngc / "data", learngc / "run", "--method", "learngc", *SETTINGS)
    assert run(*words, "--resume") == 0
    assert "trained on 960 patches in" in capsys.readouterr().out  # 20 x (16 + 2 x 16)
    words = ("train", learngc / "data", learngc / "run", "--resume")
    assert run(*words) == 0
    assert "trained on 960 patches in" in capsys.readouterr().out
    for other, said in (
        (("--seed", "7"), "not 7; leave it out or give a new folder"),
        (("--method", "unet-bce"), "run: was not started with method unet-bce; leave it out or"),
    ):
        assert run(*words, *other) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("train", "--fold", "0"), "learns from every case"),
        (("train", "--budget", "-1"), "give minutes above 0"),
        (("train", "--set", "smoothnes=1"), "unknown setting 'smoothnes'"),
        (("cv",), "it is trained once"),
    ],
)
def test_learngc_refuses_what_it_does_not_do(words, sentence, learngc, tmp_path, capsys):
    command, *options = words
    target = tmp_path / "run"
    assert run(command, learngc / "data", target, "--method", "learngc", *options) == 2
    assert sentence in capsys.readouterr().err
    assert not target.exists()


def test_what_learngc_learned_is_fixed(learngc, tmp_path, capsys):
    words = ("predict", learngc / "run", learngc / "data", "--atrium", "manual")
    assert run(*words, "--out", tmp_path / "out", "--set", "mesh_mm=2.0") == 2
    assert "fixed by the training; free are smoothness" in capsys.readouterr().err

"""`lascar fingerprint` and `lascar plan` say what nnU-Net would, through the command line."""

import json
from pathlib import Path

import pytest

from lascarlib.cli import main
from lascarlib.datasets import open_dataset
from lascarlib.models.fingerprint import fingerprint
from lascarlib.training import make_config, planned

FIXTURES = sorted((Path(__file__).parents[1] / "models" / "fixtures" / "planner").iterdir())


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def records(folder: Path) -> tuple[object, ...]:
    return ("--fingerprint", folder / "fingerprint.json", "--dataset", folder / "dataset.json")


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_the_plan_is_nnunets_key_by_key(folder: Path, tmp_path, capsys) -> None:
    expected = json.loads((folder / "expected_plan.json").read_text())
    assert run("plan", *records(folder)) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == list(expected)
    for key, value in expected.items():
        assert printed[key] == value, key
    same = ("--device", "gpu", "--memory-gb", "8", "--out", tmp_path / "new" / "plan.json")
    assert run("plan", *records(folder), *same) == 0
    assert capsys.readouterr().out == ""
    assert json.loads((tmp_path / "new" / "plan.json").read_text()) == expected


def test_a_laptops_plan_keeps_nnunets_grid(capsys) -> None:
    (folder,) = (folder for folder in FIXTURES if folder.name == "LA18_1mm_80train")
    made = {}
    for device in ("gpu", "cpu"):
        assert run("plan", *records(folder), "--device", device) == 0
        made[device] = json.loads(capsys.readouterr().out)
    assert made["cpu"]["spacing"] == made["gpu"]["spacing"]
    assert made["cpu"]["features_per_stage"] == [16, 32, 64, 128]
    assert made["cpu"]["patch_size"] == [32, 56, 80]
    assert made["cpu"]["feature_map_estimate"] < 17_500_000
    assert run("plan", *records(folder), "--memory-gb", "2") == 0
    assert json.loads(capsys.readouterr().out)["feature_map_estimate"] < 140_000_000


def test_data_is_measured_and_planned_as_in_training(tiny_folder, tmp_path, capsys) -> None:
    dataset = open_dataset(tiny_folder)
    assert run("fingerprint", tiny_folder) == 0
    assert json.loads(capsys.readouterr().out) == fingerprint(dataset)
    assert run("plan", tiny_folder) == 0
    of_data = json.loads(capsys.readouterr().out)
    stage = planned(make_config("gpu", seed=0), dataset).atrium
    assert of_data["patch_size"] == list(stage.patch_voxels[::-1])
    assert of_data["batch_size"] == stage.batch_size
    # The same through nnU-Net's two records.
    description = {"channel_names": {"0": "LGE-MRI"}, "labels": {"background": 0, "LA": 1}}
    (tmp_path / "dataset.json").write_text(json.dumps({**description, "numTraining": 3}))
    assert run("fingerprint", tiny_folder, "--out", tmp_path / "fingerprint.json") == 0
    assert run("plan", *records(tmp_path)) == 0
    assert json.loads(capsys.readouterr().out) == of_data

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from lascarlib import pretrained
from lascarlib.cli import main
from lascarlib.datasets import open_dataset
from lascarlib.errors import LascarError
from lascarlib.pipeline import load_predictor, train
from lascarlib.training import Run, export_run, make_config, open_run, start_run
from lascarlib.training.model_card import learned_cases, training_command

WEIGHTS = "atrium/all/weights.safetensors"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """An LA network that has seen two phantoms often enough to find most of an LA."""
    stage = {"spacing_mm": (5.0, 5.0, 5.0), "patch_voxels": (24, 24, 16), "features": (8, 16)}
    settings = {
        "atrium": {**stage, "iterations": 60, "loss": "dice-cross-entropy"},
        "scar": {**stage, "iterations": 2},
        "precision": "32-true",
        "folds": 2,
    }
    dataset = open_dataset("phantom:cases=2,seed=3")
    folder = tmp_path_factory.mktemp("export") / "run"
    run = start_run(folder, make_config("smoke", seed=0, settings=settings), dataset)
    train(run, dataset)
    return run


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "half"
    export_run(trained, folder)
    return folder


def test_weights_take_half_the_bytes_and_the_machine_is_not_named(trained, exported) -> None:
    whole, half = load_file(trained.folder / WEIGHTS), load_file(exported / WEIGHTS)
    assert {t.dtype for t in half.values()} == {torch.float16}
    # 11 significant bits: a rounding error of at most 2^-11 of a value, or half of 2^-24 near 0.
    for name, tensor in whole.items():
        assert torch.allclose(half[name].float(), tensor, rtol=2**-11, atol=2**-25)
    assert "platform" not in (exported / "run.json").read_text()
    assert not (exported / "cache").exists()


def test_halves_answer_alike_in_999_voxels_of_1000(trained, exported) -> None:
    before, after = (load_predictor(run) for run in (trained, open_run(exported)))
    masks = [(before(c).atrium, after(c).atrium) for c in open_dataset("phantom:cases=2,seed=4")]
    assert all(first.any() for first, _ in masks)  # equally empty would be alike for nothing
    assert np.mean([(first == second).mean() for first, second in masks]) >= 0.999


def test_a_folder_in_use_is_left_alone(trained, exported) -> None:
    with pytest.raises(LascarError, match="not empty; give a new folder"):
        export_run(trained, exported)


def test_a_run_without_networks_is_refused(trained, tmp_path) -> None:
    untrained = start_run(tmp_path / "run", trained.config, open_dataset("phantom:cases=2,seed=3"))
    with pytest.raises(LascarError, match="finish the training first"):
        export_run(untrained, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_weight_beyond_16_bits_is_refused_and_leaves_nothing(trained, tmp_path) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    shutil.copytree(trained.folder, run, ignore=shutil.ignore_patterns("cache"))
    scar = run / "scar" / "all" / "weights.safetensors"
    tensors = load_file(scar)
    name = sorted(tensors)[0]
    tensors[name] = torch.full_like(tensors[name], 1e6)  # the largest half is 65504
    save_file(tensors, scar)
    with pytest.raises(LascarError, match="too large for 16 bits"):
        export_run(open_run(run), out)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    shutil.copyfile(trained.folder / "scar" / "all" / "weights.safetensors", scar)
    out.mkdir()
    assert export_run(open_run(run), out) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run"]
    assert (out / "card.md").read_text().startswith("# out\n")


def test_the_command_exports_and_the_name_predicts(trained, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(pretrained, "HOME", tmp_path / "home")
    assert main(["export", str(trained.folder), str(tmp_path / "home" / "mine")]) == 0
    assert "MB of weights" in capsys.readouterr().out
    assert pretrained.pretrained_names() == ("mine",)
    data, out = "phantom:cases=1,seed=4", tmp_path / "out"
    assert main(["predict", "pretrained:mine", data, "--out", str(out)]) == 0
    assert '"run": "pretrained:mine"' in (out / "prediction.json").read_text()
    assert main(["predict", "pretrained:yours", data, "--out", str(out)]) == 2
    assert "known are pretrained:mine" in capsys.readouterr().err
    assert main(["train", data, "pretrained:mine", "--profile", "smoke"]) == 2
    assert "give a new folder" in capsys.readouterr().err


def test_one_of_several_folds_is_exported_by_its_name(trained, tmp_path, capsys) -> None:
    folds = tmp_path / "folds"
    shutil.copytree(trained.folder, folds, ignore=shutil.ignore_patterns("cache"))
    for stage in ("atrium", "scar"):
        shutil.copytree(folds / stage / "all", folds / stage / "fold_0")
        (folds / stage / "all").rename(folds / stage / "fold_1")

    def networks(out: Path) -> list[str]:
        return sorted(p.parent.relative_to(out).as_posix() for p in out.glob("*/*/*.safetensors"))

    one, both = tmp_path / "one", tmp_path / "both"
    assert main(["export", f"{folds}[fold_1]", str(one)]) == 0
    assert networks(one) == ["atrium/fold_1", "scar/fold_1"]
    assert sorted(json.loads((one / "run.json").read_text())["sha256"]) == networks(one)
    card = (one / "card.md").read_text()
    assert "1 of 2 cases, fold_1 held back" in card
    assert "lascar cv phantom:cases=2,seed=3 RUN" in card
    assert main(["export", str(folds), str(both)]) == 0
    assert networks(both) == [f"{s}/fold_{k}" for s in ("atrium", "scar") for k in (0, 1)]
    assert "left out" not in capsys.readouterr().err
    shutil.rmtree(folds / "scar" / "fold_1")
    for words, name, left in ((f"{folds}[fold_1]", "la", 1), (str(folds), "three", 3)):
        assert main(["export", words, str(tmp_path / name)]) == 0
        assert f"{folds}: not trained, so left out: scar/fold_1\n" in capsys.readouterr().err
        assert len(networks(tmp_path / name)) == left
    assert main(["export", f"{folds}[fold_7]", str(tmp_path / "none")]) == 2
    said = capsys.readouterr().err
    assert "folds[fold_7]: holds the networks of fold_0, fold_1; export one of them" in said
    assert not (tmp_path / "none").exists()


def test_a_card_says_which_fold_was_held_back(tmp_path) -> None:
    config = make_config("smoke", seed=0, settings={"folds": 3})
    run = Run(tmp_path, config, "DATA", tuple("abcdef"), "", False)
    rest = " DATA RUN --profile smoke --seed 0"
    assert training_command(run).startswith(f"lascar train{rest} ")
    for number, (task, folds, cases) in enumerate(
        (
            ("train", " --fold 0", "4 of 6 cases, fold_0 held back"),
            ("cv", " --folds 0,1", "6 cases"),
            ("cv", "", "6 cases"),
        )
    ):
        weights = run.fold_folder("atrium", f"fold_{number}") / "weights.safetensors"
        weights.parent.mkdir(parents=True)
        weights.touch()
        assert training_command(run).startswith(f"lascar {task}{rest}{folds} ")
        assert learned_cases(run) == cases

import dataclasses
import hashlib
import json
import shutil

import pytest
import torch
from safetensors.torch import load_file

from lascarlib.cli import main
from lascarlib.errors import LascarError
from lascarlib.experiments.store import stored_folder
from lascarlib.pipeline import cross_validate, train
from lascarlib.training import ALL, export_run, make_config, open_run, start_run
from lascarlib.training.batches import Batches
from lascarlib.training.lineage import beyond_phantoms, learned_from
from lascarlib.training.model_card import model_card, training_command
from lascarlib.training.start import open_start

# Adam moves a weight by no more than the rate: these networks stay where they start.
STILL = {"optimizer": "adamw", "learning_rate": 1e-9, "iterations": 1, "average_decay": 0.0}
STAGES = ("atrium", "scar")


def weights(run, stage, fold=ALL) -> dict[str, torch.Tensor]:
    return load_file(run.fold_folder(stage, fold) / "weights.safetensors")


def alike(first, second) -> bool:
    same = [torch.allclose(first[name], second[name], atol=1e-6) for name in first]
    return first.keys() == second.keys() and all(same)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory, tiny_dataset):
    """A training of both stages on the six tiny cases, four iterations each."""
    own = {"spacing_mm": (2.0, 2.0, 3.0), "patch_voxels": (16, 16, 8), "features": (4, 8)}
    stage = {**own, "iterations": 4, "epoch_iterations": 4}
    settings = {"precision": "32-true", "folds": 2, "atrium": stage, "scar": stage}
    folder = tmp_path_factory.mktemp("earlier") / "run"
    run = start_run(folder, make_config("smoke", seed=5, settings=settings), tiny_dataset)
    train(run, tiny_dataset)
    return run


@pytest.fixture
def from_earlier(earlier):
    """Make a config that starts from the earlier training."""

    def make(**settings):
        still = {f"{stage}.{name}": value for stage in STAGES for name, value in STILL.items()}
        own = {"start": str(earlier.folder), "precision": "32-true", "folds": 2, **still}
        return make_config("smoke", seed=1, settings=own | settings)

    return make


def test_shape_and_preprocessing_come_from_the_weights_the_rest_from_the_profile(earlier) -> None:
    config = make_config("smoke", seed=1, settings={"start": str(earlier.folder)})
    usual = make_config("smoke", seed=1)
    assert config.start == str(earlier.folder.resolve())
    for own, theirs, plain in (
        (config.atrium, earlier.config.atrium, usual.atrium),
        (config.scar, earlier.config.scar, usual.scar),
    ):
        taken = {name: getattr(theirs, name) for name in ("spacing_mm", "patch_voxels", "features")}
        rate = plain.learning_rate / 4
        assert own == dataclasses.replace(plain, learning_rate=rate, **taken)
    asked = {"start": str(earlier.folder), "atrium.learning_rate": 0.1}
    assert make_config("smoke", seed=1, settings=asked).atrium.learning_rate == 0.1


def test_a_planned_network_is_taken_as_it_was_planned(earlier) -> None:
    config = make_config("gpu", seed=1, settings={"start": str(earlier.folder)})
    assert (config.atrium.plan, config.atrium.features) == ("fixed", (4, 8))


def test_every_network_begins_with_the_weights(
    earlier, from_earlier, tiny_dataset, tmp_path
) -> None:
    run = start_run(tmp_path / "run", from_earlier(), tiny_dataset)
    train(run, tiny_dataset)
    fresh = start_run(tmp_path / "fresh", dataclasses.replace(run.config, start=""), tiny_dataset)
    train(fresh, tiny_dataset)
    for stage in STAGES:
        assert alike(weights(run, stage), weights(earlier, stage))
        assert not alike(weights(fresh, stage), weights(earlier, stage))


def test_every_fold_begins_with_the_same_weights(
    earlier, from_earlier, tiny_dataset, tmp_path
) -> None:
    run = start_run(tmp_path / "run", from_earlier(), tiny_dataset)
    cross_validate(run, tiny_dataset)
    for fold in ("fold_0", "fold_1"):
        assert alike(weights(run, "atrium", fold), weights(earlier, "atrium"))


def test_the_record_says_which_weights(earlier, from_earlier, tiny_dataset, tmp_path) -> None:
    run = start_run(tmp_path / "run", from_earlier(), tiny_dataset)
    start = json.loads((run.folder / "run.json").read_text())["start"]
    file = earlier.fold_folder("atrium", ALL) / "weights.safetensors"
    assert start["sha256"]["atrium"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (start["run"], start["fold"]) == (str(earlier.folder.resolve()), ALL)
    made = json.loads((earlier.folder / "run.json").read_text())["provenance"]
    assert start["commit"] == made["commit"]
    assert open_run(run.folder) == run


def test_it_goes_on_to_the_same_bits_without_the_other_folder(
    earlier, tiny_dataset, tmp_path, monkeypatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(earlier.folder, copy)
    quick = {"start": str(copy), "precision": "32-true", "atrium.iterations": 6, "folds": 2}
    config = make_config("smoke", seed=1, settings=quick | {"scar.iterations": 1})
    whole = start_run(tmp_path / "whole", config, tiny_dataset)
    train(whole, tiny_dataset)
    cut = start_run(tmp_path / "cut", config, tiny_dataset)
    read = Batches.__getitem__

    def broken(self, k):
        if k == 3:
            raise KeyboardInterrupt
        return read(self, k)

    with monkeypatch.context() as patched:
        patched.setattr(Batches, "__getitem__", broken)
        with pytest.raises(KeyboardInterrupt):
            train(cut, tiny_dataset)
    shutil.rmtree(copy)
    assert start_run(tmp_path / "cut", config, tiny_dataset, resume=True) == cut
    train(open_run(tmp_path / "cut"), tiny_dataset)
    for stage in STAGES:
        first, second = weights(cut, stage), weights(whole, stage)
        assert all(torch.equal(first[name], second[name]) for name in first)


def test_other_weights_in_their_place_are_refused(
    earlier, from_earlier, tiny_dataset, tmp_path
) -> None:
    run = start_run(tmp_path / "run", from_earlier(), tiny_dataset)
    kept = run.folder / "start" / "atrium.safetensors"
    shutil.copyfile(earlier.fold_folder("scar", ALL) / "weights.safetensors", kept)
    with pytest.raises(LascarError, match=r"not the weights of .* that this training started from"):
        train(run, tiny_dataset)
    kept.unlink()
    with pytest.raises(LascarError, match="restore them or start a new run"):
        train(run, tiny_dataset)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"atrium.features": (4, 16)}, r"'atrium\.features' is \(4, 16\), but the weights of"),
        ({"scar.spacing_mm": (1.0, 1.0, 1.0)}, r"'scar\.spacing_mm' is .* learned with \(2\.0"),
        ({"atrium.patch_voxels": (32, 16, 8)}, "leave it out or start from other weights"),
        ({"atrium.normalise": "nonzero"}, "learned with image"),
        ({"atrium.plan": "nnunet"}, "'atrium.plan' is nnunet"),
        ({"distance_map": "none"}, "'distance_map' is none"),
        ({"method": "unet-bce"}, "its method is boundary-focused, not unet-bce"),
    ],
)
def test_a_setting_that_contradicts_the_weights_is_refused(earlier, settings, words) -> None:
    with pytest.raises(LascarError, match=words):
        make_config("smoke", seed=0, settings={"start": str(earlier.folder), **settings})


def test_a_config_made_by_hand_is_checked_too(earlier, tiny_dataset, tmp_path) -> None:
    config = dataclasses.replace(make_config("smoke", seed=0), start=str(earlier.folder))
    with pytest.raises(LascarError, match="leave it out or start from other weights"):
        start_run(tmp_path / "run", config, tiny_dataset)
    assert not list(tmp_path.iterdir())


def test_a_loss_with_another_network_is_refused(tiny_dataset, tmp_path) -> None:
    stage = {"spacing_mm": (2.0, 2.0, 3.0), "patch_voxels": (16, 16, 8), "features": (4, 8)}
    settings = {"method": "dangi", "precision": "32-true", "atrium": {**stage, "iterations": 1}}
    run = start_run(tmp_path / "a", make_config("smoke", seed=0, settings=settings), tiny_dataset)
    train(run, tiny_dataset)
    changed = {"start": str(run.folder), "atrium.loss": "bce"}
    config = make_config("smoke", seed=0, settings=changed)
    with pytest.raises(LascarError, match=r"its atrium network is another than this atrium\.loss"):
        start_run(tmp_path / "b", config, tiny_dataset)
    assert not (tmp_path / "b").exists()


def test_of_several_folds_one_is_named(earlier, tiny_dataset, tmp_path) -> None:
    for number in (0, 1):
        target = tmp_path / "folds" / "atrium" / f"fold_{number}"
        shutil.copytree(earlier.fold_folder("atrium", ALL), target)
    shutil.copyfile(earlier.folder / "run.json", tmp_path / "folds" / "run.json")
    words = str(tmp_path / "folds")
    with pytest.raises(LascarError, match=r"holds the networks of fold_0, fold_1; .*\[fold_0\]"):
        open_start(words)
    with pytest.raises(LascarError, match="start from one of them"):
        open_start(f"{words}[fold_7]")
    start = open_start(f"{words}[fold_1]")
    assert (start.fold, start.stages) == ("fold_1", ("atrium",))
    assert start.name == f"{tmp_path.resolve() / 'folds'}[fold_1]"
    # Its scar network begins anew, with the profile's own settings.
    config = make_config("smoke", seed=1, settings={"start": f"{words}[fold_1]"})
    assert config.scar == make_config("smoke", seed=1).scar


def test_a_run_without_networks_or_without_the_one_wanted_is_refused(
    earlier, tiny_dataset, tmp_path
) -> None:
    shutil.copytree(earlier.folder / "scar", tmp_path / "scar_only" / "scar")
    shutil.copyfile(earlier.folder / "run.json", tmp_path / "scar_only" / "run.json")
    config = make_config("smoke", seed=1, settings={"start": str(tmp_path / "scar_only")})
    without = dataclasses.replace(tiny_dataset, without_scar=("case_0",))
    with pytest.raises(LascarError, match="has no network for atrium, only for scar"):
        start_run(tmp_path / "run", config, without)
    shutil.rmtree(tmp_path / "scar_only" / "scar")
    with pytest.raises(LascarError, match="no trained network in it; finish the training first"):
        open_start(str(tmp_path / "scar_only"))
    with pytest.raises(LascarError, match="is this the folder of a training"):
        open_start(str(tmp_path / "nowhere"))


def test_what_is_given_away_says_what_it_learned_from(
    earlier, from_earlier, tiny_dataset, tmp_path
) -> None:
    second = dataclasses.replace(tiny_dataset, source="phantom:cases=6")
    run = start_run(tmp_path / "run", from_earlier(), second)
    train(run, second)
    assert learned_from(run.folder) == ["tiny", "phantom:cases=6"]
    assert beyond_phantoms(run.folder) == ["tiny"]
    export_run(run, tmp_path / "out")
    card = (tmp_path / "out" / "card.md").read_text()
    assert "**Not phantoms alone.**" in card
    assert "- `tiny`\n- `phantom:cases=6`\n" in card
    assert "- Started from the weights of `run` (all, commit " in card
    for file in ("card.md", "run.json"):
        assert str(earlier.folder.parent) not in (tmp_path / "out" / file).read_text()
    with pytest.raises(LascarError, match="learned from tiny, but this card is for networks that"):
        model_card(tmp_path / "out")


def test_the_command_of_a_card_names_the_start_and_what_differs_besides(
    earlier, tiny_dataset, tmp_path
) -> None:
    settings = {"start": str(earlier.folder), "atrium.batch_size": 2, "scar.learning_rate": 0.5}
    run = start_run(tmp_path / "run", make_config("smoke", seed=1, settings=settings), tiny_dataset)
    assert training_command(run).replace(" \\\n ", "") == (
        f"lascar train tiny RUN --profile smoke --seed 1 --start {earlier.folder.resolve()}"
        " --set atrium.batch_size=2 --set scar.learning_rate=0.5"
    )


def test_the_store_tells_weights_apart(earlier, tiny_dataset, tmp_path) -> None:
    shutil.copytree(earlier.folder, tmp_path / "run")
    config = make_config("smoke", seed=1, settings={"start": str(tmp_path / "run")})
    before = stored_folder(config, tiny_dataset)
    scar = earlier.fold_folder("scar", ALL) / "weights.safetensors"
    shutil.copyfile(scar, tmp_path / "run" / "atrium" / ALL / "weights.safetensors")
    assert stored_folder(config, tiny_dataset) != before


def test_the_command_starts_says_so_and_resumes(earlier, tiny_folder, tmp_path, capsys) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(earlier.folder, copy)
    resume = ["train", str(tiny_folder), str(tmp_path / "run"), "--fold", "0"]
    words = [*resume, "--profile", "smoke", "--start", str(copy), "--set", "precision=32-true"]
    for stage in STAGES:
        words += ["--set", f"{stage}.iterations=1"]
    assert main([*words, "--set", "folds=2"]) == 0
    said = capsys.readouterr().err
    assert "the atrium network starts from" in said
    assert "patches of (16, 16, 8) voxels of (2.0, 2.0, 3.0) mm, learning rate 0.00125" in said
    assert "of the cases held back, 2 have names" in said
    assert main([*words, "--set", "folds=2", "--set", "start=x"]) == 2
    assert "setting 'start' is given twice" in capsys.readouterr().err
    shutil.rmtree(copy)
    resume.append("--resume")
    assert main(resume) == 0
    assert main([*words, "--set", "folds=2", "--resume"]) == 0
    assert main([*resume, "--budget", "2"]) == 2
    assert "is trained already, with budget_minutes 0, not 2; leave" in capsys.readouterr().err
    (tmp_path / "run" / "scar" / "fold_0" / "weights.safetensors").unlink()
    assert main([*resume, "--budget", "0.001"]) == 0
    assert open_run(tmp_path / "run").config.budget_minutes == 0.001
    assert open_run(tmp_path / "run").trained_folds("scar") == ("fold_0",)
    capsys.readouterr()
    assert main([*resume, "--start", "elsewhere"]) == 2
    said = capsys.readouterr().err
    assert f"run: was started with start {copy.resolve()}, not " in said
    assert "elsewhere; leave it out or give a new folder" in said

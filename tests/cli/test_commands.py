"""The commands on real folders, from phantom to table, with networks that train in seconds."""

import csv
import dataclasses
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lascarlib.case import same_geometry
from lascarlib.cli import main
from lascarlib.cli.predict import _remarks
from lascarlib.datasets import open_dataset
from lascarlib.errors import LascarError
from lascarlib.geometry import boundary_distance_map, signed_distance_map
from lascarlib.io import read_volume, write_volume
from lascarlib.phantom import COARSE, phantom_case
from lascarlib.pipeline import Prediction, load_predictor
from lascarlib.training import open_run

STAGE = {
    "spacing_mm": "(2.0,2.0,3.0)",
    "patch_voxels": "(16,16,8)",
    "features": "(4,8)",
    "iterations": "60",
    "learning_rate": "0.02",
    "average_decay": "0.8",
}
AS_MODULE = [sys.executable, "-c", "import sys; from lascarlib.cli import main; sys.exit(main())"]


def settings(*, stages=("atrium", "scar"), **changes: str) -> list[str]:
    pairs = {f"{s}.{k}": v for s in stages for k, v in {**STAGE, **changes}.items()}
    pairs |= {"precision": "32-true", "folds": "2"}
    return [word for key, value in pairs.items() for word in ("--set", f"{key}={value}")]


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def listing(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


def write_tiny(folder: Path, cases) -> Path:
    for case in cases:
        write_volume(folder / case.id / "enhanced.nii.gz", case.image, case.affine)
        write_volume(folder / case.id / "atriumSegImgMO.nii.gz", case.atrium, case.affine)
        write_volume(folder / case.id / "scarSegImgM.nii.gz", case.scar, case.affine)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory, tiny_cases) -> Path:
    return write_tiny(tmp_path_factory.mktemp("cli") / "data", tiny_cases.values())


@pytest.fixture(scope="module")
def trained(data) -> Path:
    folder = data.parent / "run"
    assert run("train", f"{data}[:4]", folder, "--profile", "smoke", *settings()) == 0
    return folder


@pytest.fixture(scope="module")
def predicted(trained, data) -> Path:
    out = data.parent / "out"
    assert run("predict", trained, f"{data}[4:]", "--out", out) == 0
    return out


def test_the_phantom_is_written_as_the_library_makes_it(tmp_path) -> None:
    assert run("phantom", tmp_path / "p", "--cases", 1, "--seed", 5) == 0
    (case,) = open_dataset(tmp_path / "p")
    made = phantom_case(0, seed=5, config=COARSE)
    assert case.id == made.id
    np.testing.assert_array_equal(case.image, made.image)
    np.testing.assert_array_equal(case.atrium, made.atrium)
    np.testing.assert_array_equal(case.scar, made.scar)
    assert same_geometry(case.affine, made.affine, shape=case.image.shape)
    label = read_volume(tmp_path / "p" / case.id / "atriumSegImgMO.nii.gz").array
    assert np.unique(label).tolist() == [0, 420]


def test_cohorts_do_not_mix_in_one_folder(tmp_path, capsys) -> None:
    out = tmp_path / "p"
    assert run("phantom", out, "--cases", 1, "--seed", 5) == 0
    before = (out / "cohort.json").read_bytes()
    assert run("phantom", out, "--cases", 1, "--seed", 6) == 2
    assert "holds phantom_0005_000, not of this cohort" in capsys.readouterr().err
    assert (out / "cohort.json").read_bytes() == before
    assert not (out / "phantom_0006_000").exists()
    assert run("phantom", out, "--cases", 1, "--seed", 5) == 0


def test_implanting_never_writes_over_the_given_labels(tmp_path, capsys) -> None:
    data = tmp_path / "p"
    assert run("phantom", data, "--cases", 1, "--seed", 5) == 0
    scar = data / "phantom_0005_000" / "scarSegImgM.nii.gz"
    before = scar.read_bytes()
    assert run("phantom", data, "--implant", data) == 2
    assert "phantom_0005_000: is there already" in capsys.readouterr().err
    assert scar.read_bytes() == before


def test_a_phantom_is_made_again_from_the_json_beside_it(tmp_path) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    options = ("--cases", 1, "--centre", "kcl", "--scar", "diffuse", "--domain", "wide")
    assert run("phantom", first, *options) == 0
    assert run("phantom", again, "--cohort", first / "cohort.json") == 0
    assert (first / "cohort.json").read_text() == (again / "cohort.json").read_text()
    (one,), (other,) = open_dataset(first), open_dataset(again)
    np.testing.assert_array_equal(one.image, other.image)
    np.testing.assert_array_equal(one.atrium, other.atrium)


def test_scar_is_implanted_into_given_cases(data, tmp_path) -> None:
    assert run("phantom", tmp_path / "out", "--implant", f"{data}[:2]", "--seed", 3) == 0
    before, after = (list(open_dataset(f)) for f in (f"{data}[:2]", tmp_path / "out"))
    for given, made in zip(before, after, strict=True):
        assert made.id == given.id
        np.testing.assert_array_equal(made.atrium, given.atrium)
        assert made.scar.any()
        assert not (made.scar & made.atrium).any()


def test_predictions_are_the_librarys_on_the_inputs_own_grid(trained, data, predicted) -> None:
    predictor = load_predictor(open_run(trained))
    cases = list(open_dataset(f"{data}[4:]"))
    assert sorted(p.name for p in predicted.iterdir() if p.is_dir()) == [c.id for c in cases]
    for case in cases:
        found = predictor(case)
        for name, mask in (("LA", found.atrium), ("scar", found.scar)):
            volume = read_volume(predicted / case.id / f"{name}_predict.nii.gz")
            np.testing.assert_array_equal(volume.array, mask)
            assert same_geometry(volume.affine, case.affine, shape=mask.shape)


def test_an_interrupted_prediction_is_resumed(trained, data, predicted, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    shutil.copytree(predicted, out)
    record = json.loads((out / "prediction.json").read_text())
    (out / "prediction.json").write_text(json.dumps(record | {"cases": ["case_4"]}))
    shutil.rmtree(out / "case_5")
    before = (out / "case_4" / "LA_predict.nii.gz").stat().st_mtime_ns
    assert run("predict", trained, f"{data}[4:]", "--out", out, "--resume") == 0
    assert "1 of 2 cases predicted already" in capsys.readouterr().err
    assert (out / "case_4" / "LA_predict.nii.gz").stat().st_mtime_ns == before
    for name in ("LA", "scar"):
        file = Path("case_5") / f"{name}_predict.nii.gz"
        np.testing.assert_array_equal(
            read_volume(out / file).array, read_volume(predicted / file).array
        )
    assert run("predict", trained, f"{data}[4:]", "--out", out, "--resume") == 0
    assert "2 of 2 cases" in capsys.readouterr().err
    (out / "case_4" / "scar_predict.nii.gz").unlink()
    assert run("predict", trained, f"{data}[4:]", "--out", out, "--resume") == 0
    assert "1 of 2 cases predicted already" in capsys.readouterr().err
    assert (out / "case_4" / "scar_predict.nii.gz").exists()
    assert run("predict", trained, f"{data}[3:]", "--out", out, "--resume") == 2
    assert "was predicted with another source, fingerprint" in capsys.readouterr().err
    before = listing(out)
    assert run("predict", trained, f"{data}[4:]", "--out", out) == 2
    assert "holds predictions already; give --resume or a new folder" in capsys.readouterr().err
    assert run("predict", "otsu", data, "--atrium", "manual", "--out", out) == 2
    assert "holds predictions already; give a new folder" in capsys.readouterr().err
    assert listing(out) == before


def test_a_fold_to_predict_with_is_answered(trained, data, tmp_path, capsys) -> None:
    assert run("predict", f"{trained}[fold_0]", data, "--out", tmp_path / "out") == 2
    assert "every trained fold is averaged; leave the [fold] out" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_predictions_are_not_written_among_the_images(trained, data, capsys) -> None:
    before = listing(data)
    for words in ((trained, f"{data}[4:]"), ("otsu", data, "--atrium", "manual")):
        assert run("predict", *words, "--out", data) == 2
        assert "holds the images; give another folder" in capsys.readouterr().err
    (image,) = sorted(Path(data).rglob("case_4/*.nii.gz"))[:1]
    assert run("predict", trained, image, "--out", image.parent) == 2
    assert "holds the images; give another folder" in capsys.readouterr().err
    assert listing(data) == before


def test_a_training_that_is_refused_while_it_prepares_leaves_nothing(
    data, tmp_path, monkeypatch, capsys
) -> None:
    def refuse(case, **options):
        raise LascarError(f"{case.id}: cannot be prepared; leave it out")

    module = importlib.import_module("lascarlib.pipeline.train")
    monkeypatch.setattr(module, "atrium_sample", refuse)
    for command in ("train", "cv"):
        words = (command, data, tmp_path / "run", "--profile", "smoke", *settings())
        assert run(*words) == 2
        assert "case_0: cannot be prepared" in capsys.readouterr().err
        assert not (tmp_path / "run").exists()
    monkeypatch.undo()
    quick = settings(iterations="2", epoch_iterations="1")
    assert run("train", data, tmp_path / "run", "--profile", "smoke", *quick) == 0
    assert run("train", data, tmp_path / "run", "--profile", "smoke", "--method", "dangi") == 2
    assert (tmp_path / "run" / "atrium" / "all" / "weights.safetensors").exists()


def test_evaluate_counts_a_missing_prediction(data, predicted, tmp_path, capsys) -> None:
    assert run("evaluate", f"{data}[4:]", predicted, "--csv", tmp_path / "new" / "a.csv") == 0
    whole = capsys.readouterr().out
    row = re.search(r"LA Dice +(\d+) +(\d+) +([\d.]+)", whole)
    assert row.groups()[:2] == ("2", "0")
    assert float(row.group(3)) > 0.7
    assert "scar Dice" in whole
    shutil.copytree(predicted, tmp_path / "out")
    (tmp_path / "out" / "case_5" / "LA_predict.nii.gz").unlink()
    assert run("evaluate", f"{data}[4:]", tmp_path / "out", "--csv", tmp_path / "b.csv") == 0
    assert re.search(r"LA Dice +2 +1 ", capsys.readouterr().out)
    with (tmp_path / "b.csv").open(newline="") as file:
        rows = {line["id"]: line for line in csv.DictReader(file)}
    assert rows["case_5"]["atrium_status"] == "missing"
    assert float(rows["case_5"]["atrium_dice"]) == 0
    assert rows["case_4"]["atrium_status"] == "ok"
    shutil.copytree(data, tmp_path / "data")
    (tmp_path / "data" / "case_5" / "scarSegImgM.nii.gz").unlink()
    assert run("evaluate", f"{tmp_path / 'data'}[4:]", predicted) == 0
    said = capsys.readouterr()
    assert "scar is scored where there is one" in said.err
    assert re.search(r"scar Dice +1 +0 ", said.out)


def test_a_prediction_in_two_passes_says_so(trained, data, tmp_path) -> None:
    assert run("predict", trained, f"{data}[:1]", "--out", tmp_path / "out", "--two-pass") == 0
    assert json.loads((tmp_path / "out" / "prediction.json").read_text())["two_pass"] is True


def test_a_volume_that_is_hardly_an_atrium_is_said(trained, data, tmp_path, capsys) -> None:
    assert run("predict", trained, f"{data}[4:5]", "--out", tmp_path / "out") == 0
    found = read_volume(tmp_path / "out" / "case_4" / "LA_predict.nii.gz")
    volume_ml = (found.array > 0).sum() * abs(np.linalg.det(found.affine[:3, :3])) / 1000
    assert volume_ml < 10  # the LA of these cases is a ball of 7 ml
    said = capsys.readouterr().err
    assert f"case_4: LA of {volume_ml:.1f} ml, expected 20 to 300; look at it\n" in said


@pytest.mark.parametrize(
    ("volume_ml", "said"),
    [
        (0.0, ["no LA found"]),
        (19.9, ["LA of 19.9 ml, expected 20 to 300; look at it"]),
        (20.0, []),
        (300.0, []),
        (
            300.4,
            [
                "LA of 300.4 ml, expected 20 to 300; look at it; a scan wider than those learned "
                "from has to be cropped round the heart"
            ],
        ),
    ],
)
def test_only_too_large_an_atrium_is_to_be_cropped(volume_ml, said) -> None:
    probability = np.full((2, 2, 2), float(volume_ml > 0), np.float32)
    found = Prediction("a", probability, probability > 0, 0.0, None, volume_ml, probability)
    assert list(_remarks(found, finds_scar=True)) == said


def test_an_outlier_and_a_wall_that_was_not_looked_for_are_said() -> None:
    full = np.ones((2, 2, 2), np.float32)  # an LA that fills the scan has no boundary
    found = Prediction("a", full, full > 0, 0.0, True, 100.0, None)
    said = ["highly uncertain, LA threshold lowered (UAM)", "no LA with a boundary, so no scar"]
    assert list(_remarks(found, finds_scar=True)) == said
    assert list(_remarks(found, finds_scar=False)) == said[:1]


@pytest.mark.parametrize("suffix", [".nii.gz", ".nii", ".nrrd"])
def test_plain_images_of_any_orientation_are_segmented(trained, tmp_path, tiny_cases, suffix):
    case = tiny_cases["case_4"]
    turn = np.diag([2.0, 2.0, 3.0, 1.0])
    turn[:2, :2] = 2 * np.array([[0.8, -0.6], [0.6, 0.8]])
    turn[:3, 3] = [10, -30, 55.5]
    write_volume(tmp_path / f"scan{suffix}", case.image, turn)
    out = tmp_path / "out"
    assert run("predict", trained, tmp_path / f"scan{suffix}", "--out", out, "--probabilities") == 0
    written = sorted(p.name for p in (out / "scan").iterdir())
    assert written[:2] == ["LA_predict.nii.gz", "LA_probability.nii.gz"]
    for name in written:
        volume = read_volume(out / "scan" / name)
        assert volume.array.shape == case.image.shape
        assert same_geometry(volume.affine, turn, shape=case.image.shape)
    expected = load_predictor(open_run(trained))(dataclasses.replace(case, affine=turn))
    np.testing.assert_array_equal(
        read_volume(out / "scan" / "LA_predict.nii.gz").array, expected.atrium
    )


def test_a_broken_image_stops_predict_before_it_writes(trained, data, tmp_path, capsys) -> None:
    shutil.copytree(data / "case_0", tmp_path / "in" / "a")
    shutil.copytree(data / "case_1", tmp_path / "in" / "b")
    (tmp_path / "in" / "b" / "enhanced.nii.gz").write_bytes(b"no image")
    assert run("predict", trained, tmp_path / "in", "--out", tmp_path / "out") == 2
    assert "enhanced.nii.gz: cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_data_without_scar_labels_trains_and_predicts_the_la_and_says_so(
    data, tmp_path, capsys
) -> None:
    shutil.copytree(data, tmp_path / "data")
    for label in (tmp_path / "data").glob("*/scarSegImgM.nii.gz"):
        label.unlink()
    words = "train", tmp_path / "data", tmp_path / "run", "--profile", "smoke"
    assert run(*words, *settings(iterations="2", epoch_iterations="1")) == 2
    said = capsys.readouterr().err
    assert "trains atrium on data whose cases do not all have scar labels; leave it out" in said
    assert not (tmp_path / "run").exists()
    quick = settings(stages=("atrium",), iterations="2", epoch_iterations="1")
    assert run(*words, *quick) == 0
    assert "so only the LA stage is trained" in capsys.readouterr().err
    assert run("predict", tmp_path / "run", data / "case_0", "--out", tmp_path / "out") == 0
    assert "this run has not learned scar: LA only" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "out").rglob("*.gz")] == ["LA_predict.nii.gz"]


def test_cross_validation_fits_the_uam_and_predicts_with_its_folds(data, tmp_path) -> None:
    quick = settings(iterations="20", epoch_iterations="5")
    assert run("cv", data, tmp_path / "run", "--profile", "smoke", "--folds", "1", *quick) == 0
    assert not (tmp_path / "run" / "uncertainty.json").exists()
    everything = ("cv", data, tmp_path / "run", "--profile", "smoke", *quick)
    assert run(*everything) == 2  # the folder holds a training already
    assert run("cv", data, tmp_path / "run", "--resume") == 0
    assert (tmp_path / "run" / "uncertainty.json").exists()
    assert run("predict", tmp_path / "run", data / "case_0", "--out", tmp_path / "out") == 0
    assert (tmp_path / "out" / "case_0" / "scar_predict.nii.gz").exists()


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd"])
@pytest.mark.parametrize(
    ("kind", "made"), [("boundary", boundary_distance_map), ("signed", signed_distance_map)]
)
def test_distance_maps_are_the_librarys(tmp_path, tiny_cases, kind, made, suffix) -> None:
    case = tiny_cases["case_0"]
    write_volume(tmp_path / f"la{suffix}", case.atrium * np.uint8(255), case.affine)
    target = tmp_path / "new" / f"map{suffix}"
    assert run("distance-map", tmp_path / f"la{suffix}", target, "--kind", kind) == 0
    volume = read_volume(target)
    expected_mm = made(case.atrium, spacing_mm=(2.0, 2.0, 3.0))
    np.testing.assert_allclose(volume.array, expected_mm, atol=1e-5)
    assert same_geometry(volume.affine, case.affine, shape=case.image.shape)


def test_a_training_killed_by_sigterm_resumes_to_the_same_bits(data, tmp_path, capsys) -> None:
    long = settings(iterations="250", epoch_iterations="5")
    long[long.index("scar.iterations=250")] = "scar.iterations=5"
    arguments = ["train", str(data), str(tmp_path / "cut"), "--profile", "smoke", *long]
    with subprocess.Popen(AS_MODULE + arguments, stderr=subprocess.PIPE, text=True) as process:
        checkpoint = tmp_path / "cut" / "atrium" / "all" / "checkpoint.safetensors"
        while not checkpoint.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=600)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "lascar: interrupted; train, cv and predict go on with --resume"
    assert "Traceback" not in said
    weights = Path("atrium", "all", "weights.safetensors")
    assert not (tmp_path / "cut" / weights).exists()
    assert not list((tmp_path / "cut").rglob(".part-*"))
    assert run(*arguments[:3], "--resume") == 0
    arguments[2] = str(tmp_path / "whole")
    capsys.readouterr()
    assert run(*arguments, "--resume") == 0  # nothing to go on with
    assert "whole: no training yet, so one begins" in capsys.readouterr().err
    for stage in ("atrium", "scar"):
        path = Path(stage, "all", "weights.safetensors")
        assert (tmp_path / "cut" / path).read_bytes() == (tmp_path / "whole" / path).read_bytes()


def test_doctor_tells_versions_device_and_data(monkeypatch, data, capsys) -> None:
    monkeypatch.delenv("LASCAR_DATA", raising=False)
    assert run("doctor") == 0
    said = capsys.readouterr().out
    for word in ("python", "torch", "device", "memory", "precision", "LASCAR_DATA is not set"):
        assert word in said
    (data.parent / "sets").mkdir()
    shutil.copytree(data, data.parent / "sets" / "mine")
    monkeypatch.setenv("LASCAR_DATA", str(data.parent / "sets"))
    assert run("doctor") == 0
    assert f"{os.path.join('sets', 'mine')}: 6 cases, LA and scar labels" in capsys.readouterr().out


def test_the_version_and_the_help_are_printed(capsys) -> None:
    for option, word in (("--version", "lascar 0."), ("--help", "distance-map")):
        with pytest.raises(SystemExit) as stopped:
            run(option)
        assert stopped.value.code == 0
        assert word in capsys.readouterr().out

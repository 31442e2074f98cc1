"""`lascar report` from a folder of predictions and from a training."""

import numpy as np
import pytest

from lascarlib import report
from lascarlib.cli import main
from lascarlib.io import write_volume
from lascarlib.report.page import html_page
from lascarlib.training.checkpoint import write_json

QUICK = {"spacing_mm": "(2.0,2.0,3.0)", "patch_voxels": "(16,16,8)", "features": "(4,8)"}
QUICK |= {"iterations": "2", "epoch_iterations": "1"}


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture
def predictions(tmp_path, tiny_cases):
    case = tiny_cases["case_1"]
    for name, mask in (("LA", case.atrium), ("scar", case.scar)):
        path = tmp_path / "out" / case.id / f"{name}_predict.nii.gz"
        write_volume(path, mask.astype(np.uint8), case.affine)
    return tmp_path / "out"


@pytest.mark.parametrize("case", ["case_1", "[1:2]"])
def test_a_prediction_becomes_a_page_and_a_sheet(predictions, tiny_folder, tmp_path, capsys, case):
    source = f"{tiny_folder}{case}" if case.startswith("[") else tiny_folder / case
    assert run("report", predictions, source, "--out", tmp_path / "r") == 0
    written = [str(tmp_path / "r" / f"case_1.{kind}") for kind in ("html", "pdf")]
    assert capsys.readouterr().out.split() == written
    page = (tmp_path / "r" / "case_1.html").read_text(encoding="utf-8")
    assert "not known from masks; give the training" in page
    assert str(tmp_path) not in page  # names of folders say where, not of whom
    assert sorted(p.name for p in (tmp_path / "r").iterdir()) == ["case_1.html", "case_1.pdf"]


def test_a_training_reports_its_certainty_too(tiny_folder, tmp_path, monkeypatch) -> None:
    drawn = []  # the pictures are drawn by the tests above

    def write(folder, contents, case, atrium, scar):
        drawn.append(html_page(contents, b""))
        return ()

    monkeypatch.setattr(report, "write_report", write)
    pairs = {
        f"{stage}.{key}": value for stage in ("atrium", "scar") for key, value in QUICK.items()
    }
    settings = [word for key, value in pairs.items() for word in ("--set", f"{key}={value}")]
    settings += ["--set", "precision=32-true", "--profile", "smoke"]
    assert run("train", tiny_folder, tmp_path / "run", *settings) == 0
    words = ("report", tmp_path / "run", tiny_folder / "case_0", "--out", tmp_path / "r")
    assert run(*words) == 0
    assert "not known: this training has no folds" in drawn[-1]
    assert "boundary-focused, seed 0, LA networks: all" in drawn[-1]
    population = {"mean": 0.0, "sd": 0.001, "n_cases": 7, "measure": "sum"}
    write_json(tmp_path / "run" / "uncertainty.json", {"population": population})
    assert run(*words) == 0
    assert "SD above the mean of 7 cases; threshold lowered" in drawn[-1]


def test_what_cannot_be_reported(predictions, tiny_folder, tmp_path, capsys) -> None:
    other_grid = tmp_path / "grid" / "case_1" / "LA_predict.nii.gz"
    write_volume(other_grid, np.ones((24, 20, 11), np.uint8), np.eye(4))
    (tmp_path / "file").touch()
    write_json(tmp_path / "learngc" / "run.json", {"config": {"method": "learngc"}})
    before = sorted(tmp_path.rglob("*"))
    out = tmp_path / "r"
    for source, case, target, words in (
        (predictions, tiny_folder, out, "3 cases; give the folder of one"),
        (
            predictions,
            tiny_folder / "case_0",
            out,
            "neither a training (run.json) nor a prediction",
        ),
        (tmp_path / "no", tiny_folder / "case_0", out, "neither a training"),
        (tmp_path / "learngc", tiny_folder / "case_0", out, "learngc finds no LA of its own"),
        (predictions, tmp_path / "no", out, "the folder is missing"),
        (predictions, tiny_folder / "case_1", tmp_path / "file", "where a folder is needed"),
        (tmp_path / "grid", tiny_folder / "case_1", out, "shape (24, 20, 11) differs from"),
    ):
        assert run("report", source, case, "--out", target) == 2
        said = capsys.readouterr()
        assert words in said.err
        assert (said.err.count("\n"), said.out) == (1, "")
    assert sorted(tmp_path.rglob("*")) == before

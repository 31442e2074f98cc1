"""`lascar compare` on predictions whose scores are known."""

import csv
import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from lascarlib.cli import main
from lascarlib.io import write_volume


def write_predictions(folder, cases, *, shift: int, scar: bool = True, skip: tuple = ()):
    """Every case's own labels, moved along x."""
    for case in cases:
        if case.id in skip:
            continue
        for name, mask in (("LA", case.atrium), ("scar", case.scar)):
            if name == "LA" or scar:
                moved = np.roll(mask, shift, 0).astype(np.uint8)
                write_volume(folder / case.id / f"{name}_predict.nii.gz", moved, case.affine)
    return folder


@pytest.fixture
def folders(tmp_path, tiny_cases):
    cases = list(tiny_cases.values())
    for case in cases:
        write_volume(tmp_path / "data" / case.id / "enhanced.nii.gz", case.image, case.affine)
        for name, mask in (("atriumSegImgMO", case.atrium), ("scarSegImgM", case.scar)):
            path = tmp_path / "data" / case.id / f"{name}.nii.gz"
            write_volume(path, mask.astype(np.uint8), case.affine)
    near = write_predictions(tmp_path / "near", cases, shift=1)
    far = write_predictions(tmp_path / "far", cases, shift=3, skip=("case_5",))
    return tmp_path / "data", near, far


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_the_better_of_two_is_named_and_what_it_missed(folders, tmp_path, capsys) -> None:
    data, near, far = folders
    assert run("compare", data, near, far, "--csv", tmp_path / "new" / "c.csv") == 0
    said = capsys.readouterr().out
    assert "A is near, B is far" in said
    # All six cases favour A: p = 2 / 2^6 = 0.031, times 6 metrics 0.1875. So no verdict for A.
    assert "No difference shown in LA Dice: near minus far is 0." in said
    assert "so few differ that this test cannot show a difference" in said
    assert "1 with an infinite score count in p alone" in said
    with (tmp_path / "new" / "c.csv").open(newline="") as file:
        rows = {row["metric"]: row for row in csv.DictReader(file)}
    hd = rows["atrium_hd_mm"]
    # One voxel of 2 mm against three: 2 - 6 = -4 mm in the five cases both found.
    assert (float(hd["a_mean"]), hd["b_mean"]) == (2.0, "inf")
    assert (int(hd["cases"]), int(hd["pairs_found"]), float(hd["difference"])) == (6, 5, -4.0)
    assert (float(hd["low"]), float(hd["high"])) == (-4.0, -4.0)
    assert (float(hd["p"]), float(hd["p_holm"]), hd["better"]) == (0.03125, 0.1875, "")
    record = json.loads((tmp_path / "new" / "c.json").read_text())
    assert record["a"] == str(near.resolve())
    assert (record["seed"], record["protocol"]) == (0, "paper")
    assert list(rows)[-2:] == ["scar_surface_dice", "scar_burden_error_percent"]
    # The reference has scar in case_5, so to measure none of it is as bad as can be.
    assert rows["scar_burden_error_percent"]["b_mean"] == "inf"


def test_one_metric_more_or_less_changes_the_correction(folders, tmp_path, capsys) -> None:
    data, near, far = folders
    for path in [*near.glob("*/scar*"), *far.glob("*/scar*")]:
        path.unlink()
    assert run("compare", data, far, near, "--csv", tmp_path / "c.csv") == 0
    assert "over 3 metrics" in capsys.readouterr().out
    with (tmp_path / "c.csv").open(newline="") as file:
        assert {float(row["p_holm"]) for row in csv.DictReader(file)} == {3 * 0.03125}


def test_one_metric_alone_needs_no_correction(folders, capsys) -> None:
    assert run("compare", *folders, "--metrics", "atrium_dice") == 0
    said = capsys.readouterr().out
    assert "near is better than far in LA Dice by 0." in said
    assert "p = 0.031, 6 cases." in said
    assert "LA HD" not in said


def test_the_challenges_own_counts_can_be_compared(folders, capsys) -> None:
    words = ("--protocol", "official", "--metrics", "scar_gdsc,scar_acc_head,scar_acc")
    assert run("compare", *folders, *words) == 0
    said = capsys.readouterr().out
    assert "G-DSC" in said
    assert "ACC, script's HEAD" in said
    assert "correction over 2 metrics" in said  # the accuracy on the surface is the paper's


def test_scar_of_one_method_alone_is_not_compared(folders, tmp_path, capsys) -> None:
    data, near, far = folders
    for path in near.glob("*/scar*"):
        path.unlink()
    assert run("compare", data, near, far) == 0
    said = capsys.readouterr()
    assert f"only {far} has scar predictions" in said.err
    assert "scar Dice" not in said.out


def test_the_plot_is_written_the_same_way_twice(folders, tmp_path) -> None:
    for name in ("one", "two"):
        words = ("--metrics", "atrium_dice", "--out", tmp_path / name)
        assert run("compare", *folders, *words) == 0
    for file in ("comparison.png", "comparison.svg"):
        first = (tmp_path / "one" / file).read_bytes()
        assert first == (tmp_path / "two" / file).read_bytes()
    assert sorted(p.name for p in (tmp_path / "one").iterdir()) == [
        "comparison.png",
        "comparison.svg",
    ]
    svg = ElementTree.parse(tmp_path / "one" / "comparison.svg").getroot()
    assert svg.tag.endswith("svg")


def test_the_row_of_two_observers(folders, tmp_path, tiny_cases, capsys) -> None:
    second = tmp_path / "second"
    for case in list(tiny_cases.values())[:2]:
        write_volume(second / case.id / "enhanced.nii.gz", case.image, case.affine)
        moved = np.roll(case.atrium, 1, 0).astype(np.uint8)
        write_volume(second / case.id / "atriumSegImgMO.nii.gz", moved, case.affine)
    assert run("compare", *folders, "--observer", second) == 0
    said = capsys.readouterr().out
    assert "between two observers, 2 cases" in said
    assert re.search(r"LA HD \[mm\] +2\.000 ± 0\.000\n", said)


def test_folders_of_one_name_are_told_apart(folders, tmp_path, capsys) -> None:
    data, near, far = folders
    for folder in (near, far):
        folder.rename(tmp_path / f"{folder.name}_run")
        (tmp_path / folder.name).mkdir()
        (tmp_path / f"{folder.name}_run").rename(tmp_path / folder.name / "out")
    assert run("compare", data, near / "out", far / "out") == 0
    assert f"A is {near / 'out'}, B is {far / 'out'}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("order", "more", "words"),
    [
        ("nfd", (), "no case in it; expected folders with"),  # swapped
        ("dnd", (), "no <case>/LA_predict.nii.gz of any case"),
        ("dnn", (), "given twice"),
        ("dnf", ("--csv", "c.txt"), "ends in .csv"),
        ("dnf", ("--seed", "-1"), "give 0 or more"),
        ("dnf", ("--metrics", "dice"), "--metrics: unknown 'dice'; known are atrium_dice, "),
        ("dnf", ("--metrics", "scar_acc_head"), "no case is scored in scar_acc_head"),
        ("dnf", ("--protocol", "mine"), "'mine'"),
        ("dnf", ("--out", __file__), "where a folder is needed"),
        ("dnf", ("--observer", "phantom:cases=1"), "case phantom_0000_000 is not in"),
    ],
)
def test_bad_input_ends_in_one_sentence(folders, tmp_path, capsys, order, more, words) -> None:
    named = dict(zip("dnf", folders, strict=True))
    before = sorted(tmp_path.rglob("*"))
    assert run("compare", *(named[letter] for letter in order), *more) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert (said.err.count("\n"), said.out) == (1, "")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_prediction_on_another_grid_is_refused(folders, capsys) -> None:
    data, near, far = folders
    write_volume(far / "case_2" / "LA_predict.nii.gz", np.ones((24, 20, 12), np.uint8), np.eye(4))
    assert run("compare", data, near, far) == 2
    assert "affine differs from that of case case_2" in capsys.readouterr().err

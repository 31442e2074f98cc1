"""Our scores beside those that the challenge's evaluator gave for seven invented volumes."""

import csv
import math
from pathlib import Path

import pytest

from lascarlib.cli import main
from lascarlib.datasets import open_dataset, read_label
from lascarlib.evaluation import CaseScore, WallScore, score_case, score_wall
from lascarlib.io import Volume, read_volume

OFFICIAL = Path(__file__).parent / "fixtures" / "official"
CASES = sorted(folder.name for folder in OFFICIAL.iterdir())
CAVITY = {
    "LAcavity_Dice": "atrium_dice",
    "LAcavity_ASD": "atrium_asd_mm",
    "LAcavity_HD": "atrium_hd_mm",
}
SCRIPT = {
    "LAscar_Spe": "scar_spe",
    "LAscar_Sen": "scar_sen",
    "LAscar_Dice": "scar_surface_dice",
    "LAscar_GDice": "scar_gdsc",
    "Acc_HEAD_on_ravelled": "scar_acc_head",
    "Acc_12May2022": "scar_acc_may2022",
}
SURFACE = {
    "Acc_surface_Eq8": "acc",
    "GDice_Eq9": "gdsc",
    "Dice_scar": "dice",
    "Sen": "sen",
    "Spe_surface": "spe",
}


def scored(name: str, *, protocol: str) -> CaseScore:
    case = open_dataset(OFFICIAL).load(name)
    like = Volume(case.image, case.affine)
    atrium, scar = (
        read_label(OFFICIAL / name / f"{structure}_predict.nii.gz", like=like, of=name)
        for structure in ("LA", "scar")
    )
    return score_case(case, atrium, scar, protocol=protocol)


def table(name: str, file: str) -> dict[str, str]:
    lines = (OFFICIAL / name / file).read_text(encoding="utf-8").splitlines()
    return next(csv.DictReader(lines))


def check(score: CaseScore | WallScore, row: dict[str, str], names: dict[str, str]) -> int:
    """Compare where the table holds a number; how often it does."""
    finite = {column: float(row[column]) for column in names if row[column]}
    for column, value in finite.items():
        assert math.isfinite(value)
        assert getattr(score, names[column]) == pytest.approx(value, abs=1e-12, rel=0), column
    return len(finite)


def test_there_are_seven_cases() -> None:
    assert len(CASES) == 7


@pytest.mark.parametrize("name", CASES)
def test_official_scores_equal_the_challenges_tables(name: str) -> None:
    score = scored(name, protocol="official")
    assert check(score, table(name, "metrics_official_cavity.csv"), CAVITY) == 3
    assert check(score, table(name, "metrics_official.csv"), SCRIPT) >= 3


@pytest.mark.parametrize("name", CASES)
def test_scores_on_the_surface_equal_an_independent_table(name: str) -> None:
    prediction, target = (
        read_volume(OFFICIAL / name / f"{scar}_surface.nii.gz").array
        for scar in ("scar_predict", "scarSegImgM")
    )
    score = score_wall(prediction, target, protocol="paper")
    assert check(score, table(name, "metrics_own.csv"), SURFACE) >= 4


def test_the_command_writes_the_same_numbers(tmp_path, capsys) -> None:
    target = tmp_path / "scores.csv"
    command = ["evaluate", str(OFFICIAL), str(OFFICIAL), "--protocol", "official"]
    assert main([*command, "--csv", str(target)]) == 0
    printed = capsys.readouterr().out
    for word in ("G-DSC", "SEN", "ACC, script's HEAD", "ACC, May 2022", "official"):
        assert word in printed
    rows = {row["id"]: row for row in csv.DictReader(target.read_text().splitlines())}
    assert sorted(rows) == CASES
    for name in CASES:
        official = table(name, "metrics_official.csv")
        assert float(rows[name]["G-DSC"]) == pytest.approx(
            float(official["LAscar_GDice"]), abs=1e-12, rel=0
        )
        assert rows[name]["ACC"] == ""
        assert rows[name]["protocol"] == "official"

import csv
import math

import pytest

from lascarlib.errors import LascarError
from lascarlib.evaluation import CaseScore, format_summary, summarise, write_scores_csv

INF = float("inf")


def cohort() -> list[CaseScore]:
    """Three cases: one good, one fair without a scar label, one whose predictions are missing."""
    return [
        CaseScore("a", "ok", 0.9, 1.0, 8.0, 80.0, 82.0, "ok", 0.6),
        CaseScore("b", "ok", 0.8, 2.0, 20.0, 70.0, 60.0),
        CaseScore("c", "missing", 0.0, INF, INF, 75.0, 0.0, "empty", 0.0),
    ]


def test_dice_counts_the_missed_case_as_zero() -> None:
    dice = summarise(cohort())["atrium_dice"]
    assert (dice.cases, dice.missed) == (3, 1)
    # 1.7 / 3; squared deviations of 0.9, 0.8, 0 from it sum to 0.486667, over 3 - 1.
    assert dice.mean == pytest.approx(1.7 / 3)
    assert dice.sd == pytest.approx(math.sqrt(0.4866667 / 2))
    assert dice.median == 0.8
    assert (dice.worst, dice.worst_case) == (0.0, "c")
    # 0.9 and 0.8 deviate by 0.05 each: sqrt(0.005 / 1).
    assert dice.found_mean == pytest.approx(0.85)
    assert dice.found_sd == pytest.approx(math.sqrt(0.005))


def test_distances_do_not_improve_when_a_case_is_missed() -> None:
    asd = summarise(cohort())["atrium_asd_mm"]
    assert asd.mean == asd.sd == asd.worst == INF
    assert (asd.worst_case, asd.median, asd.found_mean) == ("c", 2.0, 1.5)


def test_scar_is_summarised_over_the_cases_that_have_it() -> None:
    scar = summarise(cohort())["scar_dice"]
    assert (scar.cases, scar.missed, scar.mean, scar.found_mean) == (2, 1, 0.3, 0.6)


def test_a_metric_nobody_has_is_left_out() -> None:
    assert "scar_dice" not in summarise(cohort()[1:2])


def test_one_case_and_all_missed() -> None:
    one = summarise(cohort()[:1])["atrium_hd_mm"]
    assert (one.mean, one.sd, one.worst) == (8.0, 0.0, 8.0)
    missed = [CaseScore(name, "empty", 0.0, INF, INF, 75.0, 0.0) for name in "de"]
    hd = summarise(missed)["atrium_hd_mm"]
    assert (hd.missed, hd.median, hd.found_mean, hd.found_sd) == (2, INF, None, None)


def test_no_case_and_the_same_case_twice() -> None:
    with pytest.raises(LascarError, match="empty"):
        summarise([])
    with pytest.raises(LascarError, match="'a' more than once"):
        summarise(cohort() + cohort()[:1])


def test_the_table_names_the_missed_and_the_found() -> None:
    lines = format_summary(summarise(cohort())).splitlines()
    assert lines[1].split() == ["LA", "Dice", "3", "1", "0.567", "0.493", "0.800", "0.000", "c"]
    assert lines[2].split() == ["of", "the", "2", "found", "0.850", "0.071"]
    assert lines[3].split() == ["LA", "ASD", "[mm]", "3", "1", "inf", "inf", "2.000", "inf", "c"]
    # The means stand under each other.
    assert lines[1].index("0.567") == lines[2].index("0.850")


def test_the_file_holds_every_case(tmp_path) -> None:
    path = tmp_path / "new" / "scores.csv"
    write_scores_csv(cohort(), path)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert rows[1]["scar_dice"] == rows[1]["scar_status"] == ""
    assert rows[2]["atrium_hd_mm"] == "inf"
    assert float(rows[0]["atrium_dice"]) == 0.9
    assert [p.name for p in path.parent.iterdir()] == ["scores.csv"]


def test_errors_are_worst_where_they_are_farthest_from_zero() -> None:
    errors = {"a": 2.0, "b": -7.0, "c": 5.0}
    rows = [
        CaseScore(name, "ok", 0.9, 1.0, 8.0, 80.0, 80.0 + error, atrium_volume_error_ml=error)
        for name, error in errors.items()
    ]
    found = summarise(rows)["atrium_volume_error_ml"]
    assert (found.mean, found.worst, found.worst_case) == (0.0, -7.0, "b")


def test_cares_metrics_keep_cares_names(tmp_path) -> None:
    row = CaseScore("a", "ok", 0.9, 1.0, 8.0, 80.0, 82.0, "ok", 0.6, scar_gdsc=0.1 + 0.2)
    write_scores_csv([row], tmp_path / "f.csv")
    (line,) = csv.DictReader((tmp_path / "f.csv").read_text().splitlines())
    assert {"G-DSC", "ACC", "SEN"} <= line.keys()
    assert float(line["G-DSC"]) == 0.1 + 0.2  # to the last digit
    assert "G-DSC" in format_summary(summarise([row]))

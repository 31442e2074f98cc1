import dataclasses

import pytest

from lascarlib.errors import LascarError
from lascarlib.evaluation import CaseScore
from lascarlib.evaluation.statistics import compare_cohorts, measured_pairs, pair_scores

INF = float("inf")


def row(name: str, *, dice: float, error_ml: float = 0.0, status: str = "ok") -> CaseScore:
    return CaseScore(
        name, status, dice, 1.0, 8.0, 80.0, 80.0 + error_ml, atrium_volume_error_ml=error_ml
    )


def test_rows_are_paired_by_name_not_by_place() -> None:
    a = [row("x", dice=0.9), row("y", dice=0.8)]
    b = [row("y", dice=0.6), row("x", dice=0.7)]
    assert pair_scores(a, b, metrics=["atrium_dice"]) == {"atrium_dice": ([0.9, 0.8], [0.7, 0.6])}


def test_an_error_counts_by_its_size_and_no_measurement_is_infinitely_wrong() -> None:
    a = [row("x", dice=0.9, error_ml=-3.0), row("y", dice=0.0, error_ml=-80.0, status="missing")]
    b = [row("x", dice=0.9, error_ml=4.0), row("y", dice=0.5, error_ml=-70.0)]
    columns = pair_scores(a, b, metrics=["atrium_volume_error_ml"])
    assert columns == {"atrium_volume_error_ml": ([3.0, INF], [4.0, 70.0])}
    found = compare_cohorts(a, b, metrics=["atrium_volume_error_ml"])["atrium_volume_error_ml"]
    assert not found.higher_is_better
    assert (found.found, found.difference) == (1, -1.0)


def test_a_case_without_scar_label_is_left_out_of_scar_alone() -> None:
    scored = [dataclasses.replace(row(n, dice=0.9), scar_status="ok", scar_dice=0.5) for n in "xy"]
    plain = [scored[0], row("y", dice=0.9)]
    columns = pair_scores(scored, plain)
    assert len(columns["atrium_dice"][0]) == 2
    assert columns["scar_dice"] == ([0.5], [0.5])
    assert "scar_surface_dice" not in columns


def test_measurements_are_of_what_was_found() -> None:
    rows = [row("x", dice=0.9, error_ml=2.0), row("y", dice=0.0, status="missing")]
    rows[0] = dataclasses.replace(
        rows[0],
        scar_status="empty",
        scar_burden_prediction_percent=0.0,
        scar_burden_reference_percent=12.0,
    )
    found = measured_pairs(rows)
    assert found == {"LA volume [ml]": ([82.0], [80.0]), "scar burden [%]": ([0.0], [12.0])}


def test_what_cannot_be_paired() -> None:
    one = [row("x", dice=0.9)]
    with pytest.raises(LascarError, match="y is scored for one method only"):
        pair_scores(one, [*one, row("y", dice=0.9)])
    with pytest.raises(LascarError, match="score each case once"):
        pair_scores(one + one, one)
    with pytest.raises(LascarError, match="has no score"):
        pair_scores([], [])
    with pytest.raises(LascarError, match="unknown metric 'dice'"):
        pair_scores(one, one, metrics=["dice"])
    with pytest.raises(LascarError, match="no case is scored in scar_dice"):
        compare_cohorts(one, one, metrics=["scar_dice"])

"""Our cavity scores beside those that the challenge's evaluator gave for invented blobs."""

import csv
from pathlib import Path

import pytest

from lascarlib.case import spacing_of
from lascarlib.evaluation import (
    average_surface_distance,
    dice,
    hausdorff_distance,
    surface_distances,
)
from lascarlib.io import read_volume

CASES = sorted((Path(__file__).parent / "fixtures" / "official").iterdir())


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_equal_to_the_challenge(folder: Path) -> None:
    lines = (folder / "metrics_official_cavity.csv").read_text(encoding="utf-8").splitlines()
    official = next(csv.DictReader(lines))
    target = read_volume(folder / "atriumSegImgMO.nii.gz")
    prediction = read_volume(folder / "LA_predict.nii.gz").array > 0
    distances = surface_distances(
        prediction, target.array > 0, spacing_mm=spacing_of(target.affine)
    )
    ours = {
        "LAcavity_Dice": dice(prediction, target.array > 0),
        "LAcavity_ASD": average_surface_distance(distances),
        "LAcavity_HD": hausdorff_distance(distances),
    }
    for name, value in ours.items():
        assert value == pytest.approx(float(official[name]), abs=1e-4), name


def test_there_are_seven_cases() -> None:
    assert len(CASES) == 7

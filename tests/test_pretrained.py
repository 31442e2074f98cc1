"""The weights that come with the package: whole, as their card says, and at work on any scan."""

import dataclasses
import hashlib
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lascarlib.case import Case
from lascarlib.cli import main
from lascarlib.datasets import open_dataset
from lascarlib.evaluation import dice, score_case
from lascarlib.io import read_volume
from lascarlib.phantom import COARSE, phantom_case
from lascarlib.pipeline import Predictor, load_predictor
from lascarlib.plausibility import PLAUSIBLE_ML
from lascarlib.pretrained import HOME, pretrained_names
from lascarlib.training import open_run
from lascarlib.training.checkpoint import read_json
from lascarlib.training.model_card import SCORES, model_card
from lascarlib.training.stage import load_networks

FOLDER = HOME / "phantom"


@pytest.fixture(scope="module")
def case():
    return open_dataset("phantom:cases=1,seed=77").load("phantom_0077_000")


@pytest.fixture(scope="module")
def found(case):
    return load_predictor(open_run("pretrained:phantom"))(case)


def test_the_package_has_the_weights_it_names() -> None:
    assert pretrained_names() == ("phantom",)
    sums = read_json(FOLDER / "run.json")["sha256"]
    assert set(sums) == {"atrium/all", "scar/all"}
    total = 0
    for name, expected in sums.items():
        file = FOLDER / name / "weights.safetensors"
        assert hashlib.sha256(file.read_bytes()).hexdigest() == expected
        assert {tensor.dtype for tensor in load_file(file).values()} == {torch.float16}
        total += file.stat().st_size
    assert total <= 15e6


def test_the_card_says_what_record_and_scores_say() -> None:
    assert (FOLDER / "card.md").read_text(encoding="utf-8") == model_card(FOLDER)
    scores = read_json(FOLDER / SCORES)
    every = [row["dice"] for row in scores["cases"].values()]
    card = model_card(FOLDER)
    assert len(every) == 80
    # Mean and SD by NumPy beside those of the standard library in the card.
    for part in (every, every[:20], every[20:]):
        assert f"{np.mean(part):.3f} ± {np.std(part, ddof=1):.3f}" in card
    assert "Not for clinical use" in card


def test_it_finds_the_atrium_of_a_phantom_it_never_saw(case, found) -> None:
    assert dice(found.atrium, case.atrium) > 0.8


def test_a_wide_scan_has_to_be_cropped_round_the_heart() -> None:
    shape = {"shape_voxels": (208, 208, 80), "spacing_mm": (1.25, 1.25, 1.25)}
    whole = phantom_case(0, seed=50, config=dataclasses.replace(COARSE, **shape))
    run = open_run("pretrained:phantom")
    predict = Predictor(run, {"atrium": load_networks(run, "atrium")}, population=None)
    mistaken = predict(whole)
    assert mistaken.atrium.sum() > 3 * whole.atrium.sum()
    low, high = PLAUSIBLE_ML
    assert mistaken.atrium_ml > high
    page = Path(__file__).parents[1] / "book" / "pretrained.md"
    assert f"below {low:g} or above {high:g} ml" in page.read_text(encoding="utf-8")
    box = np.argwhere(whole.atrium)
    low, high = np.maximum(box.min(0) - 14, 0), box.max(0) + 15
    crop = tuple(slice(*edges) for edges in zip(low, high, strict=True))
    cropped = Case("cropped", np.ascontiguousarray(whole.image[crop]), whole.affine)
    assert dice(predict(cropped).atrium, whole.atrium[crop]) > 0.85


def test_it_finds_most_scar_of_that_phantom(case, found) -> None:
    row = score_case(case, found.atrium, found.scar)
    assert row.scar_surface_dice > 0.5  # Otsu on the true LA scores 0.476 on average


def test_a_single_file_of_any_orientation_is_segmented_where_it_lies(
    case, found, tmp_path: Path
) -> None:
    # The same scan stored head first and with y before x, as some exports do.
    turned = np.zeros((4, 4))
    turned[0, 1] = turned[1, 0] = turned[3, 3] = 1.0
    turned[2, 2], turned[2, 3] = -1.0, case.image.shape[2] - 1
    stored = case.image.transpose(1, 0, 2)[:, :, ::-1]
    path = tmp_path / "scan.nii.gz"
    nib.save(nib.Nifti1Image(np.ascontiguousarray(stored), case.affine @ turned), path)
    assert main(["predict", "pretrained:phantom", str(path), "--out", str(tmp_path / "out")]) == 0
    answer = read_volume(tmp_path / "out" / "scan" / "LA_predict.nii.gz")
    assert np.allclose(answer.affine, case.affine @ turned)
    back = answer.array[:, :, ::-1].transpose(1, 0, 2) > 0
    assert (back == found.atrium).mean() > 0.9999


def test_labels_are_not_looked_at(case, found) -> None:
    blank = dataclasses.replace(case, atrium=None, scar=None)
    again = load_predictor(open_run("pretrained:phantom"))(blank)
    assert np.array_equal(again.atrium, found.atrium)

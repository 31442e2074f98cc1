"""Folders of predictions: written behind, interrupted, resumed, never half."""

import dataclasses
import json

import numpy as np
import pytest

from lascarlib.datasets import read_prediction
from lascarlib.errors import LascarError
from lascarlib.pipeline import load_predictor, predict_folder, predicted_already, train
from lascarlib.pipeline.predict import Predictor
from lascarlib.training import make_config, start_run


@pytest.fixture(scope="module")
def predictor(tmp_path_factory, tiny_dataset) -> Predictor:
    stage = {
        "spacing_mm": (2.0, 2.0, 3.0),
        "patch_voxels": (16, 16, 8),
        "features": (4, 8),
        "iterations": 30,
        "learning_rate": 0.02,
        "average_decay": 0.8,
    }
    settings = {"precision": "32-true", "atrium": stage, "scar": stage}
    config = make_config("smoke", seed=1, settings=settings)
    run = start_run(tmp_path_factory.mktemp("folder") / "run", config, tiny_dataset)
    train(run, tiny_dataset)
    return load_predictor(run)


def predict(predictor, dataset, folder, *, probabilities=False, done=()):
    options = {"probabilities": probabilities, "done": list(done)}
    return predict_folder(predictor, dataset, folder, **options)


def cases_of(folder) -> list[str]:
    return json.loads((folder / "prediction.json").read_text())["cases"]


def contents(folder) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.nii.gz"))}


def test_every_case_is_written_as_the_predictor_finds_it(predictor, tiny_dataset, tmp_path) -> None:
    found = list(predict(predictor, tiny_dataset[:3], tmp_path, probabilities=True))
    assert [one.id for one in found] == cases_of(tmp_path) == list(tiny_dataset.ids[:3])
    for case, one in zip(tiny_dataset[:3], found, strict=True):
        atrium, scar = read_prediction(tmp_path, case)
        np.testing.assert_array_equal(atrium, predictor(case).atrium)
        np.testing.assert_array_equal(scar, one.scar)
        assert (tmp_path / case.id / "LA_probability.nii.gz").is_file()


def test_an_interrupted_prediction_goes_on_to_the_same_files(
    predictor, tiny_dataset, tmp_path
) -> None:
    data = tiny_dataset[:4]
    list(predict(predictor, data, tmp_path / "whole"))
    broken = predict(predictor, data, tmp_path / "cut")
    next(broken)
    next(broken)
    with pytest.raises(KeyboardInterrupt):
        broken.throw(KeyboardInterrupt)
    done = predicted_already(predictor, data, tmp_path / "cut", probabilities=False)
    assert done == list(data.ids[:2])  # what was handed to the writer is written
    before = contents(tmp_path / "cut")
    assert {path.split("/")[0] for path in before} == set(done)
    left = list(predict(predictor, data, tmp_path / "cut", done=done))
    assert [one.id for one in left] == list(data.ids[2:])
    assert contents(tmp_path / "cut").keys() == contents(tmp_path / "whole").keys()
    for case in data:
        for cut, whole in zip(
            *(read_prediction(tmp_path / name, case) for name in ("cut", "whole")), strict=True
        ):
            np.testing.assert_array_equal(cut, whole)


def test_a_refused_first_case_leaves_nothing(predictor, tiny_dataset, tmp_path) -> None:
    case = tiny_dataset.load(tiny_dataset.ids[0])
    blank = dataclasses.replace(case, image=np.zeros_like(case.image))
    data = dataclasses.replace(tiny_dataset[:1], load=lambda name: blank)
    with pytest.raises(LascarError, match="every voxel is 0"):
        list(predict(predictor, data, tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_case_that_cannot_be_written_is_not_done(
    predictor, tiny_dataset, tmp_path, monkeypatch
) -> None:
    def full(*anything) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lascarlib.pipeline.folder.write_prediction", full)
    with pytest.raises(OSError, match="No space left"):
        list(predict(predictor, tiny_dataset[:2], tmp_path))
    assert not (tmp_path / "prediction.json").exists()


def test_predictions_of_something_else_are_not_gone_on_with(
    predictor, tiny_dataset, tmp_path
) -> None:
    ask = {"folder": tmp_path, "probabilities": False}
    assert predicted_already(predictor, tiny_dataset, **ask) == []
    list(predict(predictor, tiny_dataset[:1], tmp_path))
    words = "with another fingerprint; predict as before or give a new folder"
    with pytest.raises(LascarError, match=words):
        predicted_already(predictor, tiny_dataset[:2], **ask)
    with pytest.raises(LascarError, match="another probabilities"):
        predicted_already(predictor, tiny_dataset[:1], folder=tmp_path, probabilities=True)
    with pytest.raises(LascarError, match="another two_pass"):
        predicted_already(dataclasses.replace(predictor, two_pass=True), tiny_dataset[:1], **ask)


def test_predictions_that_do_not_say_how_many_passes_had_one(
    predictor, tiny_dataset, tmp_path
) -> None:
    list(predict(predictor, tiny_dataset[:1], tmp_path))
    record = json.loads((tmp_path / "prediction.json").read_text())
    del record["two_pass"]
    (tmp_path / "prediction.json").write_text(json.dumps(record))
    done = predicted_already(predictor, tiny_dataset[:1], tmp_path, probabilities=False)
    assert done == list(tiny_dataset.ids[:1])

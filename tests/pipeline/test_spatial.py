"""JSQ's methods on the tiny cohort, from training to prediction."""

import dataclasses

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.geometry import surface_voxels
from lascarlib.pipeline import cross_validate, load_predictor, train
from lascarlib.training import make_config, start_run

STAGE = {
    "spacing_mm": (2.0, 2.0, 3.0),
    "patch_voxels": (16, 16, 8),
    "features": (4, 8),
    "iterations": 100,
    "learning_rate": 0.01,
    "average_decay": 0.8,
}


def started(tmp_path, dataset, method, stages):
    settings = {"method": method, "precision": "32-true", "folds": 2}
    settings |= {stage: STAGE for stage in stages}
    return start_run(tmp_path / "run", make_config("smoke", seed=1, settings=settings), dataset)


@pytest.mark.parametrize(
    ("method", "stages"), [("atrialjsqnet", ("joint",)), ("unet-bce", ("atrium", "scar"))]
)
def test_scar_is_found_on_the_surface_of_the_atrium_found(
    tmp_path, tiny_dataset, method, stages
) -> None:
    run = started(tmp_path, tiny_dataset, method, stages)
    train(run, tiny_dataset)
    assert run.stages == stages
    assert all(run.trained_folds(stage) == ("all",) for stage in stages)
    case = tiny_dataset.load("case_0")
    found = load_predictor(run)(case)
    assert dice(found.atrium, case.atrium) > 0.7
    assert found.is_outlier is None
    assert not (found.scar & ~surface_voxels(found.atrium)).any()
    likelier = found.scar_probability > found.normal_probability
    assert np.array_equal(found.scar, likelier & surface_voxels(found.atrium))


def test_one_network_for_both_has_one_pass(tmp_path, tiny_dataset) -> None:
    run = started(tmp_path, tiny_dataset, "atrialjsqnet", ("joint",))
    train(run, tiny_dataset)
    words = (
        "atrialjsqnet finds LA and scar with one network, in one pass only; leave --two-pass out"
    )
    with pytest.raises(LascarError, match=words):
        load_predictor(run, two_pass=True)


def test_the_code_finds_scar_off_the_surface_too(tmp_path, tiny_dataset) -> None:
    run = started(tmp_path, tiny_dataset, "ajsqnet-se", ("joint",))
    train(run, tiny_dataset)
    predictor = load_predictor(run)
    spatial = dataclasses.replace(run.config.spatial, scar_rule="code")
    theirs = dataclasses.replace(run, config=dataclasses.replace(run.config, spatial=spatial))
    case = tiny_dataset.load("case_0")
    found = dataclasses.replace(predictor, run=theirs)(case)
    likelier = found.scar_probability > found.normal_probability
    assert np.array_equal(found.scar, likelier & (found.scar_probability > 0.1))


def test_without_scar_labels_the_atrium_alone_is_learned(tmp_path, tiny_dataset, tiny_cases):
    bare = {name: dataclasses.replace(case, scar=None) for name, case in tiny_cases.items()}
    dataset = dataclasses.replace(tiny_dataset, load=bare.__getitem__, without_scar=tuple(bare))
    run = started(tmp_path, dataset, "atrialjsqnet", ("atrium",))
    train(run, dataset)
    assert run.stages == ("atrium",)
    found = load_predictor(run)(dataset.load("case_0"))
    assert found.scar is found.scar_probability is found.normal_probability is None


def test_folds_are_averaged(tmp_path, tiny_dataset) -> None:
    run = started(tmp_path, tiny_dataset, "dangi", ("atrium",))
    cross_validate(run, tiny_dataset)
    predictor = load_predictor(run)
    case = tiny_dataset.load("case_0")
    alone = [
        dataclasses.replace(predictor, networks={"atrium": [network]})(case).atrium_probability
        for network in predictor.networks["atrium"]
    ]
    assert len(alone) == 2
    both = predictor(case).atrium_probability
    np.testing.assert_allclose(both, np.mean(alone, axis=0), atol=1e-5)


def test_the_codes_mask_is_refused_before_training_where_a_case_has_none(
    tmp_path, tiny_dataset
) -> None:
    # Voxels of 2 x 2 x 3 mm: distances are 0, 2, 2.8, 3, ... mm, none from 0.69 to 0.80.
    def run(name, **changes):
        settings = {"method": "atrialjsqnet", "precision": "32-true", "folds": 2}
        settings |= {"joint": {**STAGE, "iterations": 1}, "spatial.true_mask": "target-band"}
        config = make_config("smoke", seed=1, settings={**settings, **changes})
        return start_run(tmp_path / name, config, tiny_dataset)

    words = "case_0: no voxel of the network's grid lies in the authors' mask"
    with pytest.raises(LascarError, match=words):
        train(run("blind"), tiny_dataset)
    without_attention = run("code", **{"spatial.weights": "code"})
    train(without_attention, tiny_dataset)
    assert without_attention.trained_folds("joint") == ("all",)

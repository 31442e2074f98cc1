"""Both stages on the tiny cohort; folds are trained once for the whole file."""

import dataclasses
import json

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.pipeline import (
    cross_validate,
    fit_uncertainty,
    load_population,
    load_predictor,
    out_of_fold_atrium,
    out_of_fold_probability,
    threshold_atrium,
    train,
    train_atrium,
    train_scar,
)
from lascarlib.preprocess import atrium_sample
from lascarlib.training import make_config, start_run
from lascarlib.training.cache import sample_file
from lascarlib.training.run import Run
from lascarlib.uncertainty import Population, case_uncertainty

STAGE = {
    "spacing_mm": (2.0, 2.0, 3.0),
    "patch_voxels": (16, 16, 8),
    "features": (4, 8),
    "iterations": 60,
    "learning_rate": 0.02,
    "average_decay": 0.8,
}
SETTINGS = {"precision": "32-true", "folds": 2, "atrium": STAGE, "scar": STAGE}


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny_dataset) -> Run:
    config = make_config("smoke", seed=1, settings=SETTINGS)
    run = start_run(tmp_path_factory.mktemp("pipeline") / "run", config, tiny_dataset)
    cross_validate(run, tiny_dataset)
    return run


def test_the_folds_of_both_stages_are_trained(trained) -> None:
    assert trained.trained_folds("atrium") == ("fold_0", "fold_1")
    assert trained.trained_folds("scar") == ("fold_0", "fold_1")


def test_the_population_is_that_of_the_out_of_fold_predictions(trained, tiny_dataset) -> None:
    values = [
        case_uncertainty(out_of_fold_probability(trained, case), measure="sum")
        for case in tiny_dataset
    ]
    population = load_population(trained)
    assert population.n_cases == 6
    assert population.mean == pytest.approx(np.mean(values))
    assert population.sd == pytest.approx(np.std(values))
    record = json.loads((trained.folder / "uncertainty.json").read_text())
    assert list(record["uncertainties"]) == list(tiny_dataset.ids)


def test_an_out_of_fold_prediction_comes_from_the_network_that_never_saw_the_case(
    trained, tiny_dataset
) -> None:
    fold = trained.fold("fold_0")
    case = tiny_dataset.load(fold.validation[0])
    predictor = load_predictor(trained)
    for index, agrees in ((0, True), (1, False)):
        one = {"atrium": predictor.networks["atrium"][index : index + 1]}
        alone = dataclasses.replace(predictor, networks=one)
        probability = alone(case).atrium_probability
        apart = np.abs(probability - out_of_fold_probability(trained, case)).max()
        assert (apart < 1e-2) == agrees  # the stored sample has half the digits


def test_it_learned_something(trained, tiny_dataset) -> None:
    for case in tiny_dataset:
        assert dice(out_of_fold_atrium(trained, case), case.atrium) > 0.7


def test_a_prediction_lies_on_the_cases_own_grid_and_ignores_its_labels(
    trained, tiny_dataset
) -> None:
    case = tiny_dataset.load("case_0")
    bare = dataclasses.replace(case, atrium=None, scar=None)
    predictor = load_predictor(trained)
    with_labels, without = predictor(case), predictor(bare)
    for name in ("atrium", "scar", "atrium_probability", "scar_probability"):
        np.testing.assert_array_equal(getattr(with_labels, name), getattr(without, name))
        assert getattr(without, name).shape == case.image.shape
    assert without.atrium.dtype == without.scar.dtype == bool
    np.testing.assert_array_equal(without.scar, without.scar_probability > 0.2)
    assert without.is_outlier in (True, False)
    assert without.atrium_ml == pytest.approx(0.012 * without.atrium.sum())  # 2 x 2 x 3 mm


def test_two_passes_ask_the_first_stage_less_often(trained, tiny_dataset) -> None:
    case = tiny_dataset.load("case_0")
    wide = Case("wide", np.pad(case.image, ((20, 20), (20, 20), (0, 0)), "edge"), case.affine)

    def asked(predictor) -> tuple[np.ndarray, int, int]:
        counts = {"atrium": 0, "scar": 0}

        def count(stage: str):
            return lambda *_: counts.update({stage: counts[stage] + 1})

        hooks = [
            predictor.networks[stage][0].register_forward_hook(count(stage)) for stage in counts
        ]
        atrium = predictor(wide).atrium
        for hook in hooks:
            hook.remove()
        return atrium, counts["atrium"], counts["scar"]

    once, first_stage, second_stage = asked(load_predictor(trained))
    twice, fewer, equally = asked(load_predictor(trained, two_pass=True))
    assert fewer < first_stage
    assert equally == second_stage > 1
    assert dice(twice, once) > 0.9
    uam = dataclasses.replace(trained.config.uncertainty, certain_threshold=0.0)
    lower = dataclasses.replace(
        trained, config=dataclasses.replace(trained.config, uncertainty=uam)
    )
    assert asked(load_predictor(lower, two_pass=True))[1] == first_stage


def test_training_again_changes_nothing(trained, tiny_dataset) -> None:
    before = {path: path.stat().st_mtime_ns for path in trained.folder.rglob("*.safetensors")}
    cross_validate(trained, tiny_dataset)
    train_atrium(trained, tiny_dataset, folds=("fold_0",))
    after = {path: path.stat().st_mtime_ns for path in trained.folder.rglob("*.safetensors")}
    assert after == before


def test_a_single_training_learns_scar_on_maps_of_the_manual_atrium(trained, tiny_dataset) -> None:
    train_scar(trained, tiny_dataset, folds=(), maps="manual")
    manual, predicted = (
        np.load(sample_file(trained, f"scar-{maps}", "case_0"))
        for maps in ("manual", "out-of-fold")
    )
    np.testing.assert_array_equal(manual[0], predicted[0])  # the image
    assert not np.allclose(manual[1], predicted[1])  # the distance map
    np.testing.assert_array_equal(manual[2], predicted[2])  # the scar


def test_where_no_atrium_is_found_the_scar_is_empty(trained, tiny_dataset) -> None:
    case = tiny_dataset.load("case_0")
    strict = dataclasses.replace(
        trained.config.uncertainty, certain_threshold=1.0, uncertain_threshold=1.0
    )
    run = dataclasses.replace(
        trained, config=dataclasses.replace(trained.config, uncertainty=strict)
    )
    found = load_predictor(run)(case)
    assert not found.atrium.any()
    assert not found.scar.any()
    assert found.scar_probability is None


def test_an_atrium_that_fills_the_volume_has_no_scar_either(trained, tiny_dataset) -> None:
    lax = dataclasses.replace(
        trained.config.uncertainty, certain_threshold=0.0, uncertain_threshold=0.0
    )
    run = dataclasses.replace(trained, config=dataclasses.replace(trained.config, uncertainty=lax))
    found = load_predictor(run)(tiny_dataset.load("case_0"))
    assert found.atrium.all()
    assert not found.scar.any()
    assert found.scar_probability is None


def test_networks_that_learned_from_something_else_are_not_mixed_in(trained, tiny_dataset) -> None:
    with pytest.raises(LascarError, match="its scar networks learn from scar-out-of-fold, not"):
        train_scar(trained, tiny_dataset, folds=("fold_0",), maps="manual")
    with pytest.raises(LascarError, match="network of fold_0, fold_1, which is not to be averaged"):
        train_atrium(trained, tiny_dataset, folds=("all",))
    with pytest.raises(LascarError, match="maps is 'manuel'"):
        train_scar(trained, tiny_dataset, folds=("fold_0",), maps="manuel")


def test_the_threshold_falls_in_outliers_only(trained) -> None:
    probability = np.array([0.1, 0.3, 0.6]).reshape(3, 1, 1)
    # ln-entropies 0.325 + 0.611 + 0.673 = 1.609.
    usual = Population(mean=1.5, sd=0.1, n_cases=6, measure="sum")
    rare = Population(mean=1.2, sd=0.1, n_cases=6, measure="sum")
    for population, outlier, mask in (
        (usual, False, [False, False, True]),
        (rare, True, [False, True, True]),
        (None, None, [False, False, True]),
    ):
        found, uncertainty, is_outlier = threshold_atrium(trained, probability, population)
        assert found.ravel().tolist() == mask
        assert is_outlier is outlier
        assert uncertainty == pytest.approx(1.609, abs=1e-3)


def test_only_the_largest_component_is_kept_where_asked(trained) -> None:
    run = dataclasses.replace(
        trained, config=dataclasses.replace(trained.config, largest_component=True)
    )
    probability = np.array([0.9, 0.9, 0.0, 0.9]).reshape(4, 1, 1)
    mask, _, _ = threshold_atrium(run, probability, None)
    assert mask.ravel().tolist() == [True, True, False, False]


def quick_run(folder, dataset: Dataset, **settings) -> Run:
    stage = {**STAGE, "iterations": 2, "epoch_iterations": 2}
    quick = {**SETTINGS, "atrium": stage, "scar": stage, **settings}
    return start_run(folder, make_config("smoke", seed=0, settings=quick), dataset)


def test_a_blank_image_is_refused_not_segmented(trained, tiny_dataset) -> None:
    case = tiny_dataset.load("case_0")
    blank = dataclasses.replace(case, image=np.full_like(case.image, 7))
    with pytest.raises(LascarError, match="case_0: every voxel is 7"):
        load_predictor(trained)(blank)
    with pytest.raises(LascarError, match="case_0: the field of view is 48 x 40 x 24 mm, too narr"):
        load_predictor(trained)(Case("case_0", case.image[:, :, :8], case.affine))


def test_data_without_scar_labels_trains_the_la_alone(tmp_path, tiny_dataset) -> None:
    cases = {c.id: dataclasses.replace(c, scar=None) for c in tiny_dataset}
    dataset = Dataset("bare", tuple(cases), cases.__getitem__, "bare", (), tuple(cases))
    run = quick_run(tmp_path / "run", dataset)
    train(run, dataset)
    assert run.trained_folds("atrium") == ("all",)
    assert run.trained_folds("scar") == ()
    found = load_predictor(run)(dataset.load("case_0"))
    assert found.scar is None
    assert found.scar_probability is None
    assert found.is_outlier is None


def test_folds_may_be_trained_one_by_one(tmp_path, tiny_dataset, capsys) -> None:
    run = quick_run(tmp_path / "run", tiny_dataset)
    train(run, tiny_dataset, fold="fold_1")
    assert run.trained_folds("scar") == ("fold_1",)
    validation = run.fold("fold_1").validation
    assert out_of_fold_probability(run, tiny_dataset.load(validation[0])).max() <= 1
    with pytest.raises(LascarError, match="no out-of-fold prediction in"):
        fit_uncertainty(run, tiny_dataset)
    other = quick_run(tmp_path / "cv", tiny_dataset)
    cross_validate(other, tiny_dataset, folds=("fold_1",))
    assert "wait for fold_0 of stage 1: go on with --resume --folds 0\n" in capsys.readouterr().err
    assert load_population(other) is None
    cross_validate(other, tiny_dataset, folds=("fold_0",))
    assert other.trained_folds("scar") == ("fold_0",)
    assert "stage 2 of fold_1 is not trained yet" in capsys.readouterr().err


def test_the_budget_is_said_and_shared(tmp_path, tiny_dataset, capsys) -> None:
    run = quick_run(tmp_path / "run", tiny_dataset, budget_minutes=0.01)
    train(run, tiny_dataset)
    # 0.6 s, half for each stage.
    assert "atrium 0.3 s a network, scar 0.3 s a network" in capsys.readouterr().err
    for stage in ("atrium", "scar"):
        rows = (run.fold_folder(stage, "all") / "log.csv").read_text().splitlines()
        assert 0.3 <= float(rows[-1].split(",")[2]) < 60


def test_a_fold_has_its_share_of_the_budget_when_it_is_trained_alone(
    tmp_path, tiny_dataset, capsys
) -> None:
    run = quick_run(tmp_path / "run", tiny_dataset, budget_minutes=0.02)
    cross_validate(run, tiny_dataset, folds=("fold_1",))
    # 1.2 s for the two stages of two folds.
    words = "budget: atrium 0.3 s a network, scar 0.3 s a network, the share of each of 2 folds"
    assert words in capsys.readouterr().err


def test_an_untrained_run_cannot_predict(tmp_path, tiny_dataset) -> None:
    with pytest.raises(LascarError, match="no trained network in it; finish the training"):
        load_predictor(quick_run(tmp_path / "run", tiny_dataset))


def test_training_and_prediction_score_the_same_voxels(tmp_path, tiny_dataset) -> None:
    def in_black(name: str) -> Case:
        case = tiny_dataset.load(name)
        image = np.where(np.arange(12) < 3, 0, case.image)  # a quarter of the slices
        return dataclasses.replace(case, image=image)

    dataset = dataclasses.replace(tiny_dataset, load=in_black)
    stage = {**STAGE, "iterations": 2, "normalise": "nonzero"}
    settings = {**SETTINGS, "atrium": stage, "scar": stage}
    run = start_run(tmp_path / "run", make_config("smoke", seed=1, settings=settings), dataset)
    train_atrium(run, dataset, folds=("fold_0",))
    train_scar(run, dataset, folds=("fold_0",), maps="manual")
    case = dataset.load(run.fold("fold_0").validation[0])
    expected = atrium_sample(case, spacing_mm=(2.0, 2.0, 3.0), normalise="nonzero").channels[0]
    for kind in ("atrium", "scar-manual"):
        stored = np.load(sample_file(run, kind, case.id))[0]
        np.testing.assert_allclose(stored, expected, atol=2e-3)
    predicted = load_predictor(run)(case).atrium_probability
    np.testing.assert_allclose(predicted, out_of_fold_probability(run, case), atol=1e-2)
    as_image = dataclasses.replace(run.config.atrium, normalise="image")
    other = dataclasses.replace(run, config=dataclasses.replace(run.config, atrium=as_image))
    assert not np.allclose(load_predictor(other)(case).atrium_probability, predicted, atol=1e-2)

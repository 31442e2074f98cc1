import dataclasses

import numpy as np
import pytest
import torch

from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.models.budget import budget_for
from lascarlib.models.fingerprint import fingerprint
from lascarlib.training import make_config, planned
from lascarlib.training.objective import make_objective
from lascarlib.training.planned import stage_plan


def padded(dataset: Dataset, slices: int) -> Dataset:
    """The data set with so many black slices on either side."""

    def load(name: str) -> Case:
        case = dataset.load(name)
        image, atrium, scar = (
            np.pad(array, ((0, 0), (0, 0), (slices, slices)))
            for array in (case.image, case.atrium, case.scar)
        )
        return dataclasses.replace(case, image=image, atrium=atrium, scar=scar)

    return dataclasses.replace(dataset, load=load)


def test_a_plan_becomes_the_numbers_of_both_stages(tiny_dataset) -> None:
    config = planned(make_config("gpu", seed=0), tiny_dataset)
    for stage in (config.atrium, config.scar):
        # 24 x 20 x 12 voxels of 2 x 2 x 3 mm, x first. 20 halves to 10 and 5, 24 to 12 and 6 and
        # 12 to 6: multiples of 4, 4 and 2.
        assert stage.spacing_mm == (2.0, 2.0, 3.0)
        assert stage.patch_voxels == (24, 20, 12)
        assert stage.features == (32, 64, 128)
        assert stage.normalise == "image"


@pytest.mark.parametrize("kind", ["nnunet", "laptop"])
@pytest.mark.parametrize("stage", ["atrium", "scar"])
def test_the_network_that_is_trained_has_the_plans_number_of_parameters(
    tiny_dataset, kind, stage
) -> None:
    config = planned(make_config("gpu", seed=0, settings={f"{stage}.plan": kind}), tiny_dataset)
    budget = budget_for("cpu" if kind == "laptop" else "gpu")
    made = stage_plan(stage, fingerprint(tiny_dataset), budget=budget)
    with torch.device("meta"):
        network = make_objective(config, stage).make_network()
    assert sum(p.numel() for p in network.parameters()) == made.n_parameters


def test_a_config_without_a_plan_stays_as_it_is(tiny_dataset) -> None:
    config = make_config("smoke", seed=0)
    assert planned(config, tiny_dataset) is config


def test_where_borders_are_black_the_z_score_is_over_the_body(tiny_dataset) -> None:
    # 12 of 16 slices are exactly three quarters; of 18 slices they are less.
    gpu = make_config("gpu", seed=0)
    assert planned(gpu, padded(tiny_dataset, 2)).atrium.normalise == "image"
    config = planned(gpu, padded(tiny_dataset, 3))
    assert (config.atrium.normalise, config.scar.normalise) == ("nonzero", "nonzero")


@pytest.mark.parametrize(
    ("slices", "degrees", "axes"), [(24, 30.0, "all"), (16, 180.0, "coarsest")]
)
def test_a_flat_patch_is_turned_within_its_slices(tiny_dataset, slices, degrees, axes) -> None:
    # The patch is the image: slices of 64 x 64. 3 x 24 voxels are more than 64, 3 x 16 are fewer.
    def load(name: str) -> Case:
        image = np.ones((64, 64, slices), np.float32)
        return Case(name, image, np.diag([1.0, 1.0, 3.5, 1.0]), image > 0)

    dataset = dataclasses.replace(tiny_dataset, load=load)
    stage = planned(make_config("gpu", seed=0), dataset).atrium
    assert stage.patch_voxels == (64, 64, slices)
    augmentation = stage.augmentation
    assert (augmentation.rotation_degrees, augmentation.rotation_axes) == (degrees, axes)


@pytest.mark.parametrize(
    "setting",
    [
        {"atrium.batch_size": 4},
        {"scar.normalise": "nonzero"},
        {"atrium.augmentation.rotation_degrees": 15.0},
    ],
    ids=str,
)
def test_a_planned_number_is_not_set_by_hand(tiny_dataset, setting) -> None:
    (name,) = setting
    with pytest.raises(LascarError, match=f"{name} is set by hand but planned"):
        planned(make_config("gpu", seed=0, settings=setting), tiny_dataset)


@pytest.mark.parametrize(("method", "stage"), [("atrialjsqnet", "joint"), ("unet-se", "scar")])
def test_a_plan_nobody_would_follow_is_refused(method, stage) -> None:
    settings = {"method": method, f"{stage}.plan": "nnunet"}
    with pytest.raises(LascarError, match=f"'{stage}.plan' is 'nnunet', but nnU-Net's rules plan"):
        make_config("smoke", seed=0, settings=settings)


def test_stages_differ_in_their_channels_alone(tiny_dataset) -> None:
    found = fingerprint(tiny_dataset)
    one, two = (stage_plan(stage, found) for stage in ("atrium", "scar"))
    assert dataclasses.replace(two, n_channels=1) == one
    # One more channel into 32 features of 3 x 3 x 3.
    assert two.n_parameters - one.n_parameters == 32 * 27
    assert stage_plan("atrium", found, budget=budget_for("cpu")).features_per_stage[0] == 16

"""Every method of the papers learns: its loss falls, and one small case is overfitted."""

import numpy as np
import pytest
import torch

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.geometry import scar_by_comparison, surface_voxels
from lascarlib.losses import code_loss_weights, loss_weights
from lascarlib.preprocess import atrium_sample, scar_sample
from lascarlib.spatial_targets import spatial_sample
from lascarlib.training import make_config, with_settings
from lascarlib.training.device import ready
from lascarlib.training.methods import METHODS, is_spatial, stages_of
from lascarlib.training.objective import make_objective
from lascarlib.training.optimizer import make_optimizer

SPACING_MM = (2.0, 2.0, 3.0)
RATE = 0.01
EVERY = [(method, stage) for method in METHODS for stage in METHODS[method].stages]


def config_of(method, stage, **changes):
    literals = {
        "spacing_mm": SPACING_MM,
        "patch_voxels": (16, 16, 8),
        "features": (8, 16),
        "learning_rate": RATE,
        **changes,
    }
    return make_config("smoke", seed=0, settings={"method": method, stage: literals})


@pytest.fixture
def case(tiny_cases) -> Case:
    """The ball of a tiny case with little around it."""
    whole, block = tiny_cases["case_0"], np.s_[4:20, 2:18, 2:10]
    arrays = (whole.image[block], whole.affine, whole.atrium[block], whole.scar[block])
    return Case(whole.id, *arrays)


def whole_case(config, stage, case):
    """Image and targets of the case as one batch of one patch."""
    own = config.stage(stage)
    if is_spatial(config.method):
        wall = "labels" if own.loss in ("bce", "bce-dice") else "exp"
        sample = spatial_sample(case, stage=stage, spacing_mm=SPACING_MM, wall=wall)
    elif stage == "atrium":
        sample = atrium_sample(case, spacing_mm=SPACING_MM)
    else:
        sample = scar_sample(case, case.atrium, spacing_mm=SPACING_MM)
    targets = [sample.label[None].astype(np.float32)]
    targets += [] if sample.maps is None else [sample.maps]
    arrays = (sample.channels, np.concatenate(targets))
    return [torch.from_numpy(array)[None] for array in arrays]


def overfit(config, stage, image, targets, iterations):
    torch.manual_seed(0)
    objective = make_objective(config, stage)
    network = ready(objective.make_network()).train()
    image = image.to(memory_format=torch.channels_last_3d)
    optimizer = make_optimizer(network, config.stage(stage))
    losses = []
    for iteration in range(iterations):
        optimizer.param_groups[0]["lr"] = RATE * (1 - iteration / iterations)
        loss = objective.loss(network(image), targets, iteration)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, objective.probability(network.eval()(image))[0].numpy()


@pytest.mark.parametrize(("method", "stage"), EVERY)
def test_the_loss_falls_and_one_case_is_overfitted(method, stage, case) -> None:
    config = config_of(method, stage)
    image, targets = whole_case(config, stage, case)
    iterations = 120 if stage == "scar" else 80  # nothing but a thin surface to learn from
    losses, answers = overfit(config, stage, image, targets, iterations)
    assert np.isfinite(losses).all()
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.1
    if stage != "scar":
        assert dice(answers[0] > 0.5, case.atrium) > 0.95
    if method == "boundary-focused" and stage == "scar":
        assert dice(answers[0] > 0.5, case.scar) > 0.95
    if is_spatial(method) and stage != "atrium":
        true = targets[0, -1].numpy() > targets[0, -2].numpy()
        true &= surface_voxels(case.atrium)
        found = scar_by_comparison(case.atrium, answers[-2:])
        assert true.sum() > 50
        assert dice(found, true) > 0.95


@pytest.mark.parametrize("profile", ["smoke", "cpu", "gpu"])
@pytest.mark.parametrize("method", METHODS)
def test_every_profile_of_every_method_has_networks(profile, method) -> None:
    config = make_config(profile, seed=0, settings={"method": method})
    for has_scar in (True, False):
        for stage in stages_of(method, has_scar=has_scar):
            own = config.stage(stage)
            assert own.loss == METHODS[method].losses[stage]
            if own.plan == "fixed":
                with torch.device("meta"):
                    assert make_objective(config, stage).make_network()


def test_a_loss_of_another_family_is_refused() -> None:
    with pytest.raises(LascarError, match=r"'atrium.loss' is 'dice-topk'; dangi takes bce, "):
        make_objective(config_of("dangi", "atrium", loss="dice-topk"), "atrium")
    with pytest.raises(LascarError, match="boundary-focused takes dice-topk, dice-cross-entropy"):
        make_objective(config_of("boundary-focused", "scar", loss="se"), "scar")


def test_what_would_spoil_the_distances_or_the_network_is_refused() -> None:
    scaled = config_of("unet-se", "atrium", augmentation={"scaling_chance": 0.5})
    with pytest.raises(LascarError, match=r"set atrium\.augmentation\.scaling_chance to 0"):
        make_objective(scaled, "atrium")
    odd = config_of("atrialjsqnet", "joint", patch_voxels=(24, 20, 11))
    with pytest.raises(LascarError, match=r"\(24, 20, 11\) voxels is no multiple of 2; change j"):
        make_objective(odd, "joint")


def test_the_weights_of_attention_follow_the_loss_and_the_reading() -> None:
    def weights(loss, reading, iteration):
        config = config_of("atrialjsqnet", "joint", loss=loss, epoch_iterations=20)
        config = with_settings(config, {"spatial.weights": reading})
        return make_objective(config, "joint").loss.weights(iteration)

    assert weights("se-sa", "paper", 200) == loss_weights(200)
    assert weights("se", "paper", 200).lambda_m1 == weights("se", "paper", 0).lambda_m2 == 0
    # Iteration 200 of 20 an epoch: ten epochs.
    assert weights("se-sa", "code", 200) == code_loss_weights(10)
    assert weights("se-sa", "code-with-attention", 200) == code_loss_weights(10, attention=True)


@pytest.mark.parametrize("loss", ["se", "se-sa"])
def test_the_codes_mask_costs_nothing_where_it_is_empty(case, loss) -> None:
    config = config_of("atrialjsqnet", "joint", loss=loss)
    image, targets = whole_case(config, "joint", case)
    torch.manual_seed(0)
    outputs = make_objective(config, "joint").make_network()(image)
    banded = with_settings(config, {"spatial.true_mask": "target-band"})
    found = make_objective(banded, "joint").loss(outputs, targets, 0)
    targets[:, 2] = 0  # the surface, whose attention is left out with it
    expected = make_objective(config, "joint").loss(outputs, targets, 0)
    assert found.item() == pytest.approx(expected.item())
    (gradient,) = torch.autograd.grad(found, outputs.wall)
    assert torch.isfinite(gradient).all()
    assert gradient.any()


@pytest.mark.parametrize(("method", "stage"), [("unet-bce", "scar"), ("ajsqnet-bce", "joint")])
def test_targets_that_interpolation_left_above_one_do_no_harm(method, stage, case) -> None:
    config = config_of(method, stage)
    image, targets = whole_case(config, stage, case)
    objective = make_objective(config, stage)
    torch.manual_seed(0)
    outputs = objective.make_network().train()(image)
    exact = objective.loss(outputs, targets, 0)
    over = targets.clone()
    over[:, -2:] *= 1 + 1e-6
    assert objective.loss(outputs, over, 0).item() == pytest.approx(exact.item())


def test_a_wall_between_0_and_1_is_learned_as_it_is(case) -> None:
    config = config_of("unet-bce-dice", "scar")
    _, targets = whole_case(config, "scar", case)
    # A wall between two voxels, as rotation makes it: no voxel of it reaches 0.6.
    soft = (targets + targets.roll(1, dims=2)) / 2 * 0.6
    loss = make_objective(config, "scar").loss
    assert loss(soft[:, -2:].logit(eps=1e-6), soft, 0).item() == pytest.approx(0, abs=1e-3)

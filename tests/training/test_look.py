"""The early look at held-back cases: its number, when it comes, and that it changes nothing."""

import csv
import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import nn

from lascarlib.augment import Augmentation
from lascarlib.training import Config, Progress, StageConfig, Task, make_fabric, train_network
from lascarlib.training.batches import Batches, BatchPlan
from lascarlib.training.learner import Learner
from lascarlib.training.look import epochs_between, held_back_dice, held_back_patches
from lascarlib.training.objective import Objective, make_objective

CONFIG = StageConfig(
    patch_voxels=(16, 16, 8),
    features=(4, 8),
    iterations=10,
    epoch_iterations=2,
    optimizer="adamw",
    learning_rate=0.01,
    average_decay=0.9,
    validation_share=0.5,  # 8 / 3 patches a look, 0.5 x 4 an epoch allowed: every second epoch
)
PLAN = BatchPlan((16, 16, 8), 2, 0.5, (2.0, 2.0, 3.0), Augmentation(), seed=1)


@pytest.fixture
def files(tmp_path, tiny_cases):
    """Two cases to learn from and one that is held back."""
    made = []
    for name, case in list(tiny_cases.items())[:3]:
        made.append(tmp_path / f"{name}.npy")
        np.save(made[-1], np.stack([case.image / 100, case.atrium]).astype(np.float32))
    return made


def train(files, folder, config=CONFIG, *, looked=True, watchers=(), **changes):
    objective = make_objective(Config(atrium=config), "atrium")
    held_back = held_back_patches(files[2:] if looked else [], PLAN, config)
    task = Task(objective, config, folder, seed=3, held_back=held_back, **changes)
    fabric = make_fabric("32-true")
    return train_network(Batches(files[:2], PLAN), task, fabric=fabric, watchers=watchers)


def dices(folder) -> list[float]:
    with (folder / "log.csv").open(newline="") as file:
        return [float(row["validation_dice"]) for row in csv.DictReader(file)]


def test_looks_come_as_often_as_their_share_allows_and_at_the_end(files, tmp_path) -> None:
    train(files, tmp_path / "run")
    found = dices(tmp_path / "run")
    assert [math.isnan(dice) for dice in found] == [True, False, True, False, False]
    assert all(0 <= dice <= 1 for dice in found if not math.isnan(dice))


@pytest.mark.parametrize(
    ("share", "batch", "epoch", "devices", "every"),
    [
        (0.05, 2, 20, 1, 2),  # 2.67 / (0.05 x 40) = 1.3
        (0.05, 1, 20, 1, 3),  # 2.67 / (0.05 x 20) = 2.7
        (0.05, 2, 250, 1, 1),  # 2.67 / 25
        (0.05, 2, 20, 2, 3),  # each process learns from one patch a batch
        (1.0, 2, 20, 1, 1),
    ],
)
def test_epochs_between_two_looks(share, batch, epoch, devices, every) -> None:
    config = StageConfig(batch_size=batch, epoch_iterations=epoch, validation_share=share)
    assert epochs_between(config, n_devices=devices) == every


def test_looking_changes_no_bit(files, tmp_path) -> None:
    train(files, tmp_path / "looked")
    train(files, tmp_path / "blind", looked=False)
    first, second = (tmp_path / name / "weights.safetensors" for name in ("looked", "blind"))
    assert first.read_bytes() == second.read_bytes()
    assert "validation" not in (tmp_path / "blind" / "log.csv").read_text()


def test_no_look_where_nothing_is_held_back_or_none_is_wanted(files) -> None:
    assert held_back_patches([], PLAN, CONFIG) is None
    none = dataclasses.replace(CONFIG, validation_share=0.0)
    assert held_back_patches(files, PLAN, none) is None


def train_in_two_sittings(files, folder, monkeypatch, *, stops) -> None:
    """Train until `stops(batches, k)` is true of a batch that is asked for, then go on."""
    read = Batches.__getitem__

    def broken(self, k):
        if stops(self, k):
            raise KeyboardInterrupt
        return read(self, k)

    with monkeypatch.context() as patched:
        patched.setattr(Batches, "__getitem__", broken)
        with pytest.raises(KeyboardInterrupt):
            train(files, folder)
    train(files, folder)


@pytest.mark.parametrize("stop", [3, 4, 5, 9])
def test_an_interrupted_training_has_the_same_looks(files, tmp_path, monkeypatch, stop) -> None:
    def stops(batches, k) -> bool:
        return k == stop and len(batches.volumes) == 2  # of the training, not of the look

    train(files, tmp_path / "whole")
    train_in_two_sittings(files, tmp_path / "cut", monkeypatch, stops=stops)
    np.testing.assert_array_equal(dices(tmp_path / "cut"), dices(tmp_path / "whole"))


@pytest.mark.parametrize("look", [1, 3])
def test_a_look_that_is_interrupted_is_made_up_for(files, tmp_path, monkeypatch, look) -> None:
    count = iter(range(1, 99))

    def stops(batches, k) -> bool:
        return len(batches.volumes) == 1 and k == 0 and next(count) == look

    train(files, tmp_path / "whole")
    train_in_two_sittings(files, tmp_path / "cut", monkeypatch, stops=stops)
    np.testing.assert_array_equal(dices(tmp_path / "cut"), dices(tmp_path / "whole"))
    first, second = (tmp_path / name / "weights.safetensors" for name in ("cut", "whole"))
    assert first.read_bytes() == second.read_bytes()


class Bright(nn.Module):
    """Says LA where the image is above its one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.level = nn.Parameter(torch.tensor(5.0))

    def forward(self, image):
        return (image > self.level).float()


def test_the_dice_is_that_of_the_averaged_weights_over_all_patches(tmp_path) -> None:
    # An image of 0 with a block of 8 voxels at 2.0, of which the label has 4 and 4 others at 0.
    volume = np.zeros((2, 16, 16, 8), np.float32)
    volume[0, 4:6, 4:6, 2:4] = 2.0
    volume[1, 5:7, 4:6, 2:4] = 1.0
    np.save(tmp_path / "case.npy", volume)
    objective = Objective(1, Bright, None, lambda answer: answer, COMPARED)  # type: ignore[arg-type]
    patches = held_back_patches([tmp_path / "case.npy"], PLAN, CONFIG)
    task = Task(objective, CONFIG, tmp_path, seed=0)
    fabric = make_fabric("32-true")
    network = Bright()
    # A level of 5 finds nothing: 0. An averaged one of 1 finds the block: 2 x 4 / (8 + 8).
    for average, expected in (([], 0.0), ([torch.tensor(1.0)], 0.5)):
        learner = Learner(network, network, None, average)
        assert held_back_dice(learner, task, patches, fabric) == expected
    assert network.level.item() == 5.0
    assert network.training
    volume[1] = 0
    np.save(tmp_path / "case.npy", volume)
    patches = held_back_patches([tmp_path / "case.npy"], PLAN, CONFIG)
    assert math.isnan(held_back_dice(Learner(network, network, None, []), task, patches, fabric))


COMPARED = make_objective(Config(atrium=CONFIG), "atrium").compared


def test_half_of_the_patches_lie_on_the_structure_and_none_is_changed(files) -> None:
    patches = held_back_patches(files[2:], PLAN, CONFIG)
    case = np.load(files[2])
    for k in range(4):
        image, targets = patches[k]
        assert targets[1].any()
        assert np.isin(image.numpy(), np.append(case[0], 0)).all()
        assert torch.equal(image, patches[k][0])


def test_scar_is_compared_at_its_threshold_and_that_of_jsq_on_the_surface() -> None:
    def said(config, stage, probability, targets):
        shape = (1, -1, 1, 1, 1)
        compared = make_objective(config, stage).compared
        found, true = compared(
            torch.tensor(probability).reshape(shape), torch.tensor(targets).reshape(shape)
        )
        return bool(found.any()), bool(true.any())

    stage = dataclasses.replace(CONFIG, loss="dice-cross-entropy")
    two = Config(scar=stage, scar_threshold=0.2)
    assert said(two, "scar", [0.3], [0.6]) == (True, True)
    assert said(two, "scar", [0.1], [0.4]) == (False, False)
    still = Augmentation(scaling_chance=0.0)
    wall = Config(
        method="unet-bce", scar=dataclasses.replace(CONFIG, loss="bce", augmentation=still)
    )
    # Probabilities of normal wall and scar; targets: surface, normal wall, scar.
    assert said(wall, "scar", [0.3, 0.4], [1.0, 0.2, 0.1]) == (True, False)
    assert said(wall, "scar", [0.4, 0.3], [1.0, 0.1, 0.2]) == (False, True)
    assert said(wall, "scar", [0.3, 0.4], [0.0, 0.1, 0.2]) == (False, False)


def test_watchers_are_told_after_every_epoch_and_at_the_end(files, tmp_path) -> None:
    told: list[Progress] = []
    train(files, tmp_path / "run", watchers=[told.append], name="mine")
    assert [(len(one.rows), one.done) for one in told] == [
        (1, False),
        (2, False),
        (3, False),
        (4, False),
        (5, False),
        (5, True),
    ]
    assert {one.name for one in told} == {"mine"}
    assert [row["iteration"] for row in told[-1].rows] == [2, 4, 6, 8, 10]
    assert told[1].rows[-1]["validation_dice"] == dices(tmp_path / "run")[1]

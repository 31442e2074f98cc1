import json

import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.models.unet import Architecture, UNet
from lascarlib.training.checkpoint import (
    load_checkpoint,
    load_weights,
    read_json,
    save_checkpoint,
    save_weights,
    write_json,
)
from lascarlib.training.config import StageConfig
from lascarlib.training.optimizer import make_optimizer

SMALL = Architecture(1, (2, 4), ((1, 1, 1), (2, 2, 2)), ((3, 3, 3), (3, 3, 3)))
OTHER = Architecture(1, (2, 6), ((1, 1, 1), (2, 2, 2)), ((3, 3, 3), (3, 3, 3)))


def step(model, optimizer) -> None:
    optimizer.zero_grad()
    image = torch.linspace(-1, 1, 64).reshape(1, 1, 4, 4, 4)
    model.train()(image)[0].square().mean().backward()
    optimizer.step()


def same(one, other) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_weights_come_back(tmp_path) -> None:
    one, other = UNet(SMALL), UNet(SMALL)
    assert not same(one, other)
    save_weights(tmp_path / "weights.safetensors", one)
    load_weights(tmp_path / "weights.safetensors", other)
    assert same(one, other)


@pytest.mark.parametrize("kind", ["sgd", "adamw"])
def test_a_restored_training_goes_on_to_the_same_bits(tmp_path, kind) -> None:
    config = StageConfig(optimizer=kind, learning_rate=0.01)
    one, other = UNet(SMALL), UNet(SMALL)
    first, second = make_optimizer(one, config), make_optimizer(other, config)
    for _ in range(3):
        step(one, first)
    average = [torch.full((2,), 0.5), torch.arange(3.0)]
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, one, average, first, {"iteration": 3, "losses": [0.1]})
    restored = [torch.zeros(2), torch.zeros(3)]
    assert load_checkpoint(path, other, restored, second) == {"iteration": 3, "losses": [0.1]}
    assert all(torch.equal(a, b) for a, b in zip(average, restored, strict=True))
    for _ in range(2):
        step(one, first)
        step(other, second)
    assert same(one, other)


def test_missing_damaged_and_foreign_files_are_refused(tmp_path) -> None:
    path = tmp_path / "weights.safetensors"
    with pytest.raises(LascarError, match="the weights are missing; train first"):
        load_weights(path, UNet(SMALL))
    save_weights(path, UNet(OTHER))
    with pytest.raises(LascarError, match="belong to another network"):
        load_weights(path, UNet(SMALL))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(LascarError, match="the file is damaged"):
        load_weights(path, UNet(SMALL))
    other = UNet(OTHER)
    save_checkpoint(path, other, [], make_optimizer(other, StageConfig()), {})
    model = UNet(SMALL)
    with pytest.raises(LascarError, match="a checkpoint of another network"):
        load_checkpoint(path, model, [], make_optimizer(model, StageConfig()))


def test_json_keeps_its_order_and_bad_json_is_named(tmp_path) -> None:
    write_json(tmp_path / "a.json", {"b": 1, "a": [2]})
    assert list(json.loads((tmp_path / "a.json").read_text())) == ["b", "a"]
    assert read_json(tmp_path / "a.json") == {"b": 1, "a": [2]}
    (tmp_path / "a.json").write_text('{"b": ')
    with pytest.raises(LascarError, match="no valid JSON"):
        read_json(tmp_path / "a.json")
    with pytest.raises(LascarError, match="missing; is this the folder of a training"):
        read_json(tmp_path / "none.json")

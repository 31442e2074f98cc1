import json
import os
import sys

import numpy as np
import pytest
import torch

from lascarlib.case import Case
from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.io import read_volume, write_volume

AFFINE = np.diag([1.0, 1.5, 2.0, 1.0])


@pytest.fixture(scope="module")
def nnunet(load_benchmark):
    return load_benchmark("nnunet_peer")


@pytest.fixture(scope="module")
def process(load_benchmark):
    return load_benchmark("nnunet_process")


@pytest.fixture
def peer(process, tmp_path):
    return process.Peer(tmp_path, python=os.environ.get("NNUNET_PYTHON", sys.executable))


def cases(count: int, *, edge: int = 4) -> Dataset:
    def load(name: str) -> Case:
        image = np.random.default_rng(int(name[-1])).normal(size=(edge, edge, 3))
        atrium = np.zeros(image.shape, bool)
        atrium[1:3, 1, 1] = True
        return Case(name, image.astype(np.float32), AFFINE, atrium=atrium)

    ids = tuple(f"case_{k}" for k in range(count))
    return Dataset("made", ids, load, "made")


def test_cases_lie_as_nnunet_wants_them(nnunet, peer) -> None:
    nnunet.convert_cases(peer, cases(2))
    nnunet.convert_images(peer, cases(3)[2:])
    raw = peer.folder / "raw" / "Dataset001_LA"
    described = json.loads((raw / "dataset.json").read_text(encoding="utf-8"))
    assert described["labels"] == {"background": 0, "LA": 1}
    assert described["numTraining"] == len(list((raw / "imagesTr").iterdir())) == 2
    label = read_volume(raw / "labelsTr" / "case_1.nii.gz")
    assert label.array.sum() == 2
    assert np.allclose(label.affine, AFFINE)
    assert [path.name for path in peer.images.iterdir()] == ["case_2_0000.nii.gz"]


def test_predictions_are_scored_on_the_case_s_own_grid(nnunet, peer) -> None:
    mask = np.zeros((4, 4, 3), np.uint8)
    mask[1:4, 1, 1] = 1  # three voxels, two of them of the label's two: Dice 2 x 2 / (3 + 2)
    write_volume(peer.predictions / "case_0.nii.gz", mask, AFFINE)
    assert nnunet.score(peer, cases(1)) == {"case_0": 0.8}


def test_overrides_are_in_nnunets_order_of_axes(nnunet) -> None:
    found = nnunet.network_overrides((96, 80, 24), (8, 16, 32), batch_size=1)
    network = found["architecture"]["arch_kwargs"]
    assert found["patch_size"] == [24, 80, 96]
    assert network["strides"] == [[1, 1, 1], [2, 2, 2], [2, 2, 2]]
    assert network["n_conv_per_stage_decoder"] == [2, 2]


def test_a_python_without_nnunet_is_said_in_one_sentence(nnunet, process, tmp_path) -> None:
    peer = process.Peer(tmp_path, python=sys.executable)
    if process.version(peer) is not None:
        pytest.skip("this Python has nnunetv2")
    # The log may lie in a folder that goes with the failed run: its last line is said too.
    words = r"nnunet\.log: nnU-Net's prepare failed \(.*nnunetv2.*\); read"
    with pytest.raises(LascarError, match=words):
        nnunet.plan_and_preprocess(peer)


def test_a_python_that_is_none_is_said(nnunet, process, tmp_path) -> None:
    peer = process.Peer(tmp_path, python=str(tmp_path / "nowhere"))
    assert process.version(peer) is None
    with pytest.raises(LascarError, match=r"nowhere: cannot be run .*; let NNUNET_PYTHON name"):
        nnunet.predict(peer)


def test_a_training_has_one_length(nnunet, peer) -> None:
    with pytest.raises(LascarError, match="iterations or minutes; give one"):
        nnunet.train(peer, iterations=1, minutes=1.0)


def test_it_plans_trains_and_predicts(nnunet, process, peer) -> None:
    if process.version(peer) is None:
        pytest.skip("NNUNET_PYTHON names no Python with nnunetv2 (requirements-nnunet.txt)")
    data = cases(2, edge=16)
    nnunet.convert_cases(peer, data)
    nnunet.convert_images(peer, data[:1])
    small = nnunet.network_overrides((8, 8, 4), (4, 8), batch_size=2)
    plan = nnunet.plan_and_preprocess(peer, spacing_mm=(1.0, 1.5, 2.0), overrides=small)
    assert plan["patch_size"] == [4, 8, 8]
    assert plan["spacing"] == [2.0, 1.5, 1.0]
    trained = nnunet.train(peer, iterations=2)
    assert trained["iterations"] == len(trained["losses"]) == 2
    nnunet.predict(peer, mirror=False)
    assert nnunet.score(peer, data[:1]).keys() == {"case_0"}


class Bright(torch.nn.Module):
    """Logits of background and of what is brighter than 0."""

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return torch.cat([torch.zeros_like(volume), volume], dim=1)


def test_its_window_slides_a_network_that_is_not_its_own(nnunet, process, peer) -> None:
    if process.version(peer) is None:
        pytest.skip("NNUNET_PYTHON names no Python with nnunetv2 (requirements-nnunet.txt)")
    # Ones: what is weighted in half precision at a window's corner must not vanish.
    volume = np.random.default_rng(1).choice(np.float32([-1, 1]), size=(1, 12, 10, 8))
    seconds, mask = nnunet.slide(peer, Bright().eval(), volume, window=(8, 8, 4), rounds=1)
    assert seconds > 0
    assert np.array_equal(mask, volume[0] > 0)

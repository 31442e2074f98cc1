"""The GPU day: the network it plans, and what is measured once and kept."""

import pytest
import torch

from lascarlib.datasets import open_dataset
from lascarlib.errors import LascarError
from lascarlib.training.objective import make_objective


@pytest.fixture(scope="module")
def gpu(load_benchmark):
    return load_benchmark("gpu")


def test_the_network_planned_at_1_mm_answers_a_patch_of_its_plan(gpu) -> None:
    literals = gpu.planned_literals(open_dataset("phantom:cases=2,seed=1"))
    config = gpu.config_of(literals)
    with torch.device("meta"):
        network = make_objective(config, "atrium").make_network().train()
        finest = network(torch.zeros(1, 1, *literals["patch_voxels"]))[0]
    assert config.atrium.spacing_mm == (1.0, 1.0, 1.0)
    assert tuple(finest.shape[2:]) == literals["patch_voxels"]


def test_what_is_measured_is_kept_only_for_the_same_conditions(gpu, tmp_path, monkeypatch) -> None:
    timed = []

    def time(work, config, files, *, iterations):
        timed.append((config.atrium.loss, len(files), iterations))
        return {"seconds_an_iteration": 1.0, "peak_mb": 2.0, "parameters": 3}

    def fails(*arguments, **options):
        raise LascarError("nnunet.log: nnU-Net's prepare failed")

    monkeypatch.setattr(gpu, "choose_device", lambda: "cpu")
    monkeypatch.setattr(gpu, "time_in_a_process", time)
    monkeypatch.setattr(gpu, "version", lambda peer: "nnunetv2 2.8.1")
    monkeypatch.setattr(gpu, "_nnunet_speed", fails)
    dataset = open_dataset("phantom:cases=2,seed=1")
    literals = {**gpu.SMALL, "batch_size": 2}
    for iterations in (3, 3, 4):
        rows = gpu.compare_speed(tmp_path, dataset, literals, iterations=iterations, small=True)
        assert [row["training"] for row in rows] == ["lascarlib"]
    other = open_dataset("phantom:cases=2,seed=2")
    with pytest.raises(LascarError):
        gpu.compare_speed(tmp_path, other, literals, iterations=4, small=True)
    assert timed == [("dice-cross-entropy", 2, 3), ("dice-cross-entropy", 2, 4)]


def test_steps_that_fail_are_said_and_their_log_is_kept(gpu, tmp_path, monkeypatch) -> None:
    side = tmp_path / "side.py"
    side.write_text("raise MemoryError('too large a patch')")
    monkeypatch.setattr(gpu, "SIDE", side)
    config = gpu.config_of({**gpu.SMALL, "batch_size": 2})
    with pytest.raises(LascarError, match=r"steps\.log: .*MemoryError: too large a patch"):
        gpu.time_in_a_process(tmp_path, config, [], iterations=1)
    assert "Traceback" in (tmp_path / "steps.log").read_text()

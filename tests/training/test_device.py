"""Several processes learn what one would from the same batches."""

import csv
import functools
import multiprocessing
import threading
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lascarlib.errors import LascarError
from lascarlib.interruption import interrupt_main_thread
from lascarlib.preprocess import atrium_sample
from lascarlib.training import make_config, start_run
from lascarlib.training.cache import store_samples
from lascarlib.training.device import launch
from lascarlib.training.stage import train_fold

STAGE = {
    "spacing_mm": (2.0, 2.0, 3.0),
    "patch_voxels": (16, 16, 8),
    "features": (4, 8),
    "batch_size": 2,
    "iterations": 6,
    "epoch_iterations": 1,
    "loss": "dice-cross-entropy",  # a mean over items, so shares average to the whole
    "optimizer": "sgd",
    "learning_rate": 0.05,
}


def losses(folder: Path) -> list[float]:
    with (folder / "log.csv").open(newline="") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


def test_two_processes_have_the_loss_curve_of_one(tmp_path, tiny_dataset) -> None:
    folders = []
    for devices in (1, 2):
        settings = {"precision": "32-true", "devices": devices, "atrium": STAGE, "scar": STAGE}
        config = make_config("smoke", seed=1, settings=settings)
        run = start_run(tmp_path / str(devices), config, tiny_dataset)
        cases = (tiny_dataset.load(name) for name in run.ids)
        spacing_mm = config.atrium.spacing_mm
        store_samples(run, "atrium", (atrium_sample(c, spacing_mm=spacing_mm) for c in cases))
        train_fold(run, "atrium", run.fold("all"), samples="atrium")
        folders.append(run.fold_folder("atrium", "all"))
    one, two = map(losses, folders)
    assert len(one) == 6
    assert one[-1] < one[0]
    assert two == pytest.approx(one, rel=1e-4)
    assert sorted(p.name for p in folders[1].iterdir()) == ["log.csv", "weights.safetensors"]
    for mine, whole in zip(
        *(load_file(folder / "weights.safetensors").values() for folder in folders), strict=True
    ):
        torch.testing.assert_close(mine, whole, atol=1e-4, rtol=1e-3)


WAITING = """
import time
from pathlib import Path

def wait_long(fabric, *, folder):
    (Path(folder) / f"started {fabric.global_rank}").touch()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        (Path(folder) / f"saved {fabric.global_rank}").touch()
        raise
"""


def test_an_interrupt_of_the_first_process_reaches_all_and_waits_for_them(
    tmp_path, monkeypatch
) -> None:
    (tmp_path / "waiting_of_tests.py").write_text(WAITING, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)  # other processes look there too
    from waiting_of_tests import wait_long

    def interrupt() -> None:
        while len(list(tmp_path.glob("started *"))) < 2:
            time.sleep(0.05)
        interrupt_main_thread()

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        launch(functools.partial(wait_long, folder=tmp_path), devices=2, precision="32-true")
    assert len(list(tmp_path.glob("saved *"))) == 2
    assert not multiprocessing.active_children()


def test_a_complaint_of_another_process_is_heard() -> None:
    complain = functools.partial(make_config, seed=0)  # importable there; it gets a Fabric
    with pytest.raises(LascarError, match=r"^unknown profile .*; known are smoke, cpu, gpu$"):
        launch(complain, devices=2, precision="32-true")


def test_a_batch_is_shared_equally(tmp_path, tiny_dataset) -> None:
    config = make_config("smoke", seed=1, settings={"devices": 3, "atrium.batch_size": 4})
    with pytest.raises(LascarError, match=r"'atrium.batch_size' is 4; 3 devices need a multiple"):
        start_run(tmp_path / "run", config, tiny_dataset)
    assert not (tmp_path / "run").exists()


def test_an_interactive_python_is_told_where_to_train_instead(monkeypatch) -> None:
    monkeypatch.setattr("sys.ps1", ">>> ", raising=False)
    with pytest.raises(LascarError, match="an interactive Python cannot start joined processes"):
        launch(print, devices=2, precision="32-true")

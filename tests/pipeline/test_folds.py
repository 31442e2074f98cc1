"""Folds in parallel are the folds in turn, bit for bit, and none is trained twice."""

import threading

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lascarlib.cli import main
from lascarlib.datasets import LAYOUTS
from lascarlib.io import write_volume
from lascarlib.lock import lock
from lascarlib.preprocess import atrium_sample
from lascarlib.training import make_config, open_run, start_run
from lascarlib.training.cache import store_samples
from lascarlib.training.stage import train_fold
from lascarlib.training.watching import Progress

SETTINGS = (
    "folds=2",
    "precision=32-true",
    "atrium.spacing_mm=2,2,3",
    "atrium.patch_voxels=16,16,8",
    "atrium.features=4,8",
    "atrium.iterations=5",
)


@pytest.fixture
def one_thread(monkeypatch):
    """Bits depend on the number of threads: one here, and in every other process."""
    threads = torch.get_num_threads()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_two_workers_train_what_one_trains(tmp_path, tiny_cases) -> None:
    names = LAYOUTS[0]
    for case in tiny_cases.values():
        folder = tmp_path / "data" / case.id
        write_volume(folder / names.image, case.image, case.affine)
        write_volume(folder / names.atrium, case.atrium.astype(np.uint8), case.affine)
    words = ["--profile", "smoke"]
    for setting in SETTINGS:
        words += ["--set", setting]
    for name, more in (("one", []), ("two", ["--workers", "2"])):
        assert main(["cv", str(tmp_path / "data"), str(tmp_path / name), *words, *more]) == 0
    one, two = (open_run(tmp_path / name) for name in ("one", "two"))
    assert two.trained_folds("atrium") == one.trained_folds("atrium") == ("fold_0", "fold_1")
    for fold in ("fold_0", "fold_1"):
        files = [run.fold_folder("atrium", fold) / "weights.safetensors" for run in (one, two)]
        mine, other = map(load_file, files)
        assert mine.keys() == other.keys()
        assert all(torch.equal(mine[name], other[name]) for name in mine)
        log = (tmp_path / "two" / "logs" / f"atrium_{fold}.log").read_text(encoding="utf-8")
        assert f"atrium {fold}: 100%" in log
    first, second = ((run.folder / "uncertainty.json").read_text() for run in (one, two))
    assert first == second
    assert not list((tmp_path / "two" / "atrium").glob("*.lock"))


def test_a_fold_that_another_process_trains_is_waited_for(tmp_path, tiny_dataset) -> None:
    config = make_config("smoke", seed=0, settings={"atrium.spacing_mm": (2.0, 2.0, 3.0)})
    run = start_run(tmp_path / "run", config, tiny_dataset)
    cases = (tiny_dataset.load(name) for name in run.ids)
    store_samples(run, "atrium", (atrium_sample(c, spacing_mm=(2.0, 2.0, 3.0)) for c in cases))
    weights, told = run.fold_folder("atrium", "fold_0") / "weights.safetensors", []
    with lock(run.folder / "atrium" / "fold_0.lock", what="fold_0"):
        fold = run.fold("fold_0")
        late = threading.Thread(
            target=train_fold,
            args=(run, "atrium", fold),
            kwargs={"samples": "atrium", "watchers": [told.append]},
        )
        late.start()
        late.join(0.3)
        assert late.is_alive()
        weights.parent.mkdir()
        (weights.parent / "log.csv").write_text("epoch,loss\n1,0.5\n")
        weights.write_bytes(b"trained by the other")
    late.join(20)
    assert not late.is_alive()
    assert weights.read_bytes() == b"trained by the other"
    assert {path.name for path in weights.parent.iterdir()} == {"log.csv", "weights.safetensors"}
    rows = [{"epoch": 1.0, "loss": 0.5}]
    assert told == [Progress("atrium fold_0", weights.parent, rows, done=True)]

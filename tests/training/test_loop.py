import csv
import dataclasses
import itertools
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lascarlib.augment import Augmentation
from lascarlib.errors import LascarError
from lascarlib.preprocess import atrium_sample
from lascarlib.training import Task, bar, loop
from lascarlib.training.batches import Batches, BatchPlan, store_sample
from lascarlib.training.config import Config, StageConfig
from lascarlib.training.device import make_fabric
from lascarlib.training.loop import train_network
from lascarlib.training.objective import make_objective

CONFIG = StageConfig(
    patch_voxels=(16, 16, 8),
    features=(4, 8),
    iterations=12,
    epoch_iterations=4,
    optimizer="adamw",
    learning_rate=0.01,
    average_decay=0.9,
)


@pytest.fixture
def batches(tmp_path, tiny_cases) -> Batches:
    files = []
    for name in ("case_0", "case_1"):
        case = tiny_cases[name]
        store_sample(atrium_sample(case, spacing_mm=case.spacing_mm), tmp_path / "cache")
        files.append(tmp_path / "cache" / f"{name}.npy")
    plan = BatchPlan(
        patch_voxels=(16, 16, 8),
        batch_size=2,
        foreground_share=0.5,
        spacing_mm=(2.0, 2.0, 3.0),
        augmentation=Augmentation(),
        seed=1,
    )
    return Batches(files, plan)


def train(batches, folder, config=CONFIG, *, precision="32-true", watchers=(), **changes):
    objective = make_objective(Config(atrium=config), "atrium")
    task = Task(objective, config, folder, **{"seed": 3, **changes})
    return train_network(batches, task, fabric=make_fabric(precision), watchers=watchers)


def rows_of(folder) -> list[dict[str, float]]:
    with (folder / "log.csv").open(newline="") as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def weights_of(folder) -> bytes:
    return (folder / "weights.safetensors").read_bytes()


def interrupt_at(monkeypatch, iteration: int) -> None:
    """Ctrl-C arrives while batch number `iteration` is made."""
    whole = Batches.__getitem__

    def broken(self, k):
        if k == iteration:
            raise KeyboardInterrupt
        return whole(self, k)

    monkeypatch.setattr(Batches, "__getitem__", broken)


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_the_loss_falls_and_is_never_nan(batches, tmp_path, precision) -> None:
    config = dataclasses.replace(CONFIG, iterations=40, epoch_iterations=10)
    model = train(batches, tmp_path / "run", config, precision=precision)
    losses = [row["loss"] for row in rows_of(tmp_path / "run")]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0] - 0.2
    assert all(torch.isfinite(p).all() for p in model.parameters())
    assert not model.training


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def threads_of_a_new_thread() -> int:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(torch.get_num_threads).result()


@pytest.mark.usefixtures("two_threads")
def test_patches_are_made_on_one_core_and_nothing_else_is(batches, tmp_path, monkeypatch) -> None:
    whole, counts = Batches.__getitem__, []

    def counted(self, k):
        made = whole(self, k)
        counts.append(torch.get_num_threads())
        return made

    monkeypatch.setattr(Batches, "__getitem__", counted)
    others = []
    train(batches, tmp_path / "run", watchers=(lambda _: others.append(threads_of_a_new_thread()),))
    assert set(counts) == {1}
    assert set(others) == {2}
    assert torch.get_num_threads() == threads_of_a_new_thread() == 2


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("iteration", [0, 5])
def test_an_interrupt_leaves_the_number_of_threads(
    batches, tmp_path, monkeypatch, iteration
) -> None:
    interrupt_at(monkeypatch, iteration)
    with pytest.raises(KeyboardInterrupt):
        train(batches, tmp_path / "run")
    assert torch.get_num_threads() == threads_of_a_new_thread() == 2


def test_batches_that_are_not_this_process_s_share_are_refused(batches, tmp_path) -> None:
    one_of_two = Batches([tmp_path / "cache" / "case_0.npy"], batches.plan, share=slice(0, None, 2))
    with pytest.raises(LascarError, match="1 of 2 patches for each of 1 processes"):
        train(one_of_two, tmp_path / "run")


@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")  # PyTorch's
def test_a_compiled_network_learns_the_same(batches, tmp_path, monkeypatch) -> None:
    calls = []

    def compiled(model, **options):  # as PyTorch reads it, but without a C++ compiler
        calls.append(model)
        return compile_(model, **{**options, "backend": "eager"})

    compile_ = torch.compile
    monkeypatch.setattr(torch, "compile", compiled)
    train(batches, tmp_path / "plain")
    assert not calls
    train(batches, tmp_path / "compiled", dataclasses.replace(CONFIG, compiled=True))
    assert calls
    plain, other = ([row["loss"] for row in rows_of(tmp_path / n)] for n in ("plain", "compiled"))
    assert other == pytest.approx(plain, rel=1e-4)
    files = (tmp_path / name / "weights.safetensors" for name in ("plain", "compiled"))
    assert len({tuple(sorted(load_file(file))) for file in files}) == 1


def test_the_log_says_what_the_schedule_did(batches, tmp_path) -> None:
    train(batches, tmp_path / "run")
    rows = rows_of(tmp_path / "run")
    assert [row["iteration"] for row in rows] == [4, 8, 12]
    # The rate of the last iteration of each epoch: progress 3/12, 7/12, 11/12.
    expected = [0.01 * (1 - k / 12) ** 0.9 for k in (3, 7, 11)]
    np.testing.assert_allclose([row["learning_rate"] for row in rows], expected)


def test_an_epoch_cut_short_is_logged_too(batches, tmp_path) -> None:
    train(batches, tmp_path / "run", dataclasses.replace(CONFIG, iterations=6))
    assert [row["iteration"] for row in rows_of(tmp_path / "run")] == [4, 6]


def test_a_plateau_divides_the_rate(batches, tmp_path) -> None:
    # A rate of almost nothing cannot improve the loss by more than noise; one epoch of patience.
    config = dataclasses.replace(
        CONFIG, learning_rate=1e-9, iterations=16, epoch_iterations=2, plateau_epochs=1
    )
    train(batches, tmp_path / "run", config)
    rows = rows_of(tmp_path / "run")
    factor, best = 1.0, np.inf
    for k, row in enumerate(rows):
        done = (2 * k + 1) / 16
        assert row["learning_rate"] == pytest.approx(1e-9 * factor * (1 - done) ** 0.9)
        factor, best = (factor, row["loss"]) if row["loss"] < best else (factor / 5, best)
    assert factor < 0.05


def test_only_the_weights_and_the_log_remain(batches, tmp_path) -> None:
    train(batches, tmp_path / "run")
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "log.csv",
        "weights.safetensors",
    ]


def test_two_trainings_are_equal_and_another_seed_is_not(batches, tmp_path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        train(batches, tmp_path / name, seed=seed)
    assert weights_of(tmp_path / "a") == weights_of(tmp_path / "b")
    assert weights_of(tmp_path / "a") != weights_of(tmp_path / "c")


@pytest.mark.parametrize("stop", [0, 3, 4, 6, 11])
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_an_interrupted_training_goes_on_to_the_same_bits(
    batches, tmp_path, monkeypatch, stop, optimizer
) -> None:
    config = dataclasses.replace(CONFIG, optimizer=optimizer, plateau_epochs=1)
    train(batches, tmp_path / "whole", config)
    with monkeypatch.context() as patched:
        interrupt_at(patched, stop)
        with pytest.raises(KeyboardInterrupt):
            train(batches, tmp_path / "cut", config)
    ended = ["log.csv"] if stop >= config.epoch_iterations else []  # a row for each epoch so far
    left = sorted(p.name for p in (tmp_path / "cut").iterdir())
    assert left == ["checkpoint.safetensors", *ended]
    train(batches, tmp_path / "cut", config)
    assert weights_of(tmp_path / "cut") == weights_of(tmp_path / "whole")
    whole, cut = rows_of(tmp_path / "whole"), rows_of(tmp_path / "cut")
    for row in whole + cut:
        del row["seconds"], row["waiting_percent"]
    assert cut == whole


def test_an_interrupt_after_the_last_step_leaves_only_the_epoch_to_close(
    batches, tmp_path, monkeypatch
) -> None:
    config = dataclasses.replace(CONFIG, iterations=6)
    train(batches, tmp_path / "whole", config)

    def stop_at_the_end(bar, task, state) -> None:
        if state.iteration == 6:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(loop, "advance", stop_at_the_end)
        with pytest.raises(KeyboardInterrupt):
            train(batches, tmp_path / "cut", config)
    train(batches, tmp_path / "cut", config)
    assert weights_of(tmp_path / "cut") == weights_of(tmp_path / "whole")
    rates = [[row["learning_rate"] for row in rows_of(tmp_path / n)] for n in ("cut", "whole")]
    assert rates[0] == rates[1]


def test_the_log_says_how_long_the_network_waited_for_batches(
    batches, tmp_path, monkeypatch
) -> None:
    whole = Batches.__getitem__

    def slow(self, k):
        time.sleep(0.3)
        return whole(self, k)

    config = dataclasses.replace(CONFIG, iterations=4)
    train(batches, tmp_path / "quick", config)
    monkeypatch.setattr(Batches, "__getitem__", slow)
    train(batches, tmp_path / "slow", config)
    (slowed,) = rows_of(tmp_path / "slow")
    # Nothing can be learned during the first 0.3 s at least.
    assert 0.9 * 100 * 0.3 / slowed["seconds"] <= slowed["waiting_percent"] <= 100
    assert weights_of(tmp_path / "quick") == weights_of(tmp_path / "slow")


def test_a_loss_that_is_no_number_stops_the_training(batches, tmp_path) -> None:
    batches.volumes[0] = batches.volumes[1] = np.full_like(batches.volumes[0], np.nan)
    with pytest.raises(LascarError, match=r"run: the loss is nan at iteration 1; start a new run"):
        train(batches, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_sgd_goes_without_momentum_too(batches, tmp_path) -> None:
    config = dataclasses.replace(CONFIG, optimizer="sgd", momentum=0.0)
    train(batches, tmp_path / "run", config)
    assert np.isfinite([row["loss"] for row in rows_of(tmp_path / "run")]).all()


def test_a_budget_ends_in_time_and_its_rate_follows_the_clock(
    batches, tmp_path, monkeypatch
) -> None:
    quarters = itertools.count(step=0.25)  # a clock on which every iteration takes 0.25 s
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: next(quarters)))
    config = dataclasses.replace(CONFIG, epoch_iterations=2)
    train(batches, tmp_path / "run", config, budget_s=1.0)
    rows = rows_of(tmp_path / "run")
    assert [(row["iteration"], row["seconds"]) for row in rows] == [(2, 0.5), (4, 1.0)]
    # The rate was set before the iteration whose end is logged, with 3/4 and 1/4 of the time left.
    expected = [0.01 * 0.75**0.9, 0.01 * 0.25**0.9]
    assert [row["learning_rate"] for row in rows] == pytest.approx(expected)


def test_an_interrupted_budget_goes_on_with_the_time_left(batches, tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as patched:
        interrupt_at(patched, 5)
        with pytest.raises(KeyboardInterrupt):
            train(batches, tmp_path / "run", budget_s=600.0)
    train(batches, tmp_path / "run", budget_s=0.001)  # less than is spent already
    rows = rows_of(tmp_path / "run")
    assert rows[-1]["iteration"] <= 6
    assert rows[-1]["learning_rate"] == 0


@pytest.mark.parametrize(
    ("before_s", "after_s", "divided"),
    [(10.0, 10.0, 7), (10.0, 40.0, 13), (40.0, 10.0, 7), (None, 40.0, 13), (10.0, None, 9)],
)
def test_a_plateau_keeps_its_place_under_another_budget(
    batches, tmp_path, monkeypatch, before_s, after_s, divided
) -> None:
    # An iteration is an epoch and takes 1 s; the best loss is that of epoch 4. The patience is
    # 4 of 20 epochs: 2 of 10 s, 8 of 40 s. So the rate is divided after 6 s, 12 s or 8 iterations,
    # and first used in the epoch after.
    seconds = itertools.count()
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    config = dataclasses.replace(CONFIG, iterations=20, epoch_iterations=1, plateau_epochs=4)
    objective = dataclasses.replace(
        make_objective(Config(atrium=config), "atrium"),
        loss=lambda answer, _, iteration: 0 * answer[0].mean() + max(1, 4 - iteration),
    )

    def go(budget_s) -> None:
        task = Task(objective, config, tmp_path / "run", seed=3, budget_s=budget_s)
        train_network(batches, task, fabric=make_fabric("32-true"))

    with monkeypatch.context() as patched:
        interrupt_at(patched, 4)
        with pytest.raises(KeyboardInterrupt):
            go(before_s)
    go(after_s)
    whole = after_s or 20
    undivided = {k: 0.01 * (1 - (k - 1) / whole) ** 0.9 for k in range(5, int(whole) + 1)}
    rows = [row for row in rows_of(tmp_path / "run") if row["epoch"] > 4]
    first = next(r["epoch"] for r in rows if r["learning_rate"] < 0.5 * undivided[r["epoch"]])
    assert first == divided


def test_a_checkpoint_that_does_not_say_its_progress_goes_on(
    batches, tmp_path, monkeypatch
) -> None:
    train(batches, tmp_path / "whole")
    with monkeypatch.context() as patched:
        interrupt_at(patched, 6)
        patched.setattr(
            loop,
            "asdict",
            lambda s: {k: v for k, v in dataclasses.asdict(s).items() if k != "progress"},
        )
        with pytest.raises(KeyboardInterrupt):
            train(batches, tmp_path / "cut")
    train(batches, tmp_path / "cut")
    assert weights_of(tmp_path / "cut") == weights_of(tmp_path / "whole")


def test_averaged_weights_are_not_the_last_ones(batches, tmp_path) -> None:
    train(batches, tmp_path / "averaged")
    train(batches, tmp_path / "last", dataclasses.replace(CONFIG, average_decay=0.0))
    assert weights_of(tmp_path / "averaged") != weights_of(tmp_path / "last")


def test_without_deep_supervision_only_the_finest_output_counts(batches, tmp_path) -> None:
    train(batches, tmp_path / "run", dataclasses.replace(CONFIG, deep_supervision=False))
    assert np.isfinite([row["loss"] for row in rows_of(tmp_path / "run")]).all()


def test_it_trains_where_progress_bars_are_switched_off(batches, tmp_path, monkeypatch):
    silent = partial(bar.tqdm, disable=True)  # as TQDM_DISABLE does while notebooks are executed
    monkeypatch.setattr(bar, "tqdm", silent)
    train(batches, tmp_path / "run", dataclasses.replace(CONFIG, iterations=2))
    assert len(rows_of(tmp_path / "run")) == 1

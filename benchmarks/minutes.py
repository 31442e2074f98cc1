"""How good is the LA of unseen hearts after so many minutes of training, beside other tools?

Each training is kept in a file as soon as it is scored and is not repeated, so a comparison of
hours can be made over several sittings.
"""

import argparse
import datetime
import itertools
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import monai_peer
import nnunet_peer
import numpy as np
import psutil
import torch
from table import RESULTS, command_line, processor, write_table
from tqdm import tqdm

from lascarlib.case import Case
from lascarlib.datasets import Dataset, open_dataset
from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.experiments.trials import TRIALS, Trial, add_trial, read_trials
from lascarlib.pipeline import Predictor, train_atrium
from lascarlib.preprocess import atrium_sample, to_case_grid
from lascarlib.provenance import commit, versions
from lascarlib.training import ALL, make_config, start_run
from lascarlib.training.batches import store_sample
from lascarlib.training.config import Config, StageConfig
from lascarlib.training.stage import load_networks
from lascarlib.training.watching import read_rows


@dataclass(frozen=True)
class Task:
    """What a contestant gets.

    Args:
        training: labelled cases to learn from.
        unseen: cases to be scored on.
        config: of our training; the others get its seed, grid, patch, batch and features.
        minutes: to train.
        folder: for what it writes.
    """

    training: Dataset
    unseen: Dataset
    config: Config
    minutes: float
    folder: Path


@dataclass(frozen=True)
class Outcome:
    """Iterations, Dice by case, the tool's versions, and the machine's load as training ended."""

    iterations: int
    dice: Mapping[str, float]
    tool: str
    load: float


def ours(task: Task) -> Outcome:
    """The LA network of `lascar train --budget`, and `lascar predict`."""
    run = start_run(task.folder / "run", task.config, task.training)
    train_atrium(run, task.training, folds=(ALL,), budget_s=60 * task.minutes)
    load = psutil.getloadavg()[0]
    predict = Predictor(run, {"atrium": load_networks(run, "atrium")}, population=None)
    last = read_rows(run.fold_folder("atrium", ALL) / "log.csv")[-1]
    found = _dices(task.unseen, lambda case: predict(case).atrium)
    return Outcome(int(last["iteration"]), found, f"torch {torch.__version__}", load)


def monais(task: Task) -> Outcome:
    """MONAI's DynUNet recipe on the library's samples."""
    config, seed = task.config.atrium, task.config.seed
    for case in tqdm(task.training, total=len(task.training), desc="preparing", unit="case"):
        store_sample(atrium_sample(case, spacing_mm=config.spacing_mm), task.folder)
    files = sorted(task.folder.glob("*.npy"))
    network, iterations = monai_peer.train(files, config, seconds=60 * task.minutes, seed=seed)
    load = psutil.getloadavg()[0]

    def predict(case: Case) -> np.ndarray:
        channels = atrium_sample(case, spacing_mm=config.spacing_mm).channels
        return to_case_grid(monai_peer.predict(network, channels, config.patch_voxels), case) > 0.5

    return Outcome(iterations, _dices(task.unseen, predict), f"monai {version('monai')}", load)


def nnunets(task: Task) -> Outcome:
    """nnU-Net v2's trainer and predictor in its own Python, on a plan of the library's size."""
    config = task.config.atrium
    peer = nnunet_peer.Peer(task.folder, threads=torch.get_num_threads())
    tool = nnunet_peer.version(peer)
    if tool is None:
        raise SystemExit(
            f"{peer.python}: has no nnunetv2; let {nnunet_peer.PYTHON_VARIABLE} name a Python that "
            "has it (benchmarks/README.md)"
        )
    nnunet_peer.convert_cases(peer, task.training)
    nnunet_peer.convert_images(peer, task.unseen)
    nnunet_peer.plan_and_preprocess(
        peer,
        spacing_mm=config.spacing_mm,
        overrides=nnunet_peer.network_overrides(
            config.patch_voxels, config.features, batch_size=config.batch_size
        ),
    )
    trained = nnunet_peer.train(peer, minutes=task.minutes, seed=task.config.seed)
    load = psutil.getloadavg()[0]
    nnunet_peer.predict(peer, mirror=True)
    found = nnunet_peer.score(peer, task.unseen)
    return Outcome(int(trained["iterations"]), found, tool, load)


CONTESTANTS: dict[str, Callable[[Task], Outcome]] = {
    "lascarlib": ours,
    "lascarlib from pretrained:phantom": ours,
    "nnU-Net v2": nnunets,
    "MONAI DynUNet": monais,
}

STARTS = {"lascarlib from pretrained:phantom": "pretrained:phantom"}
"""Contestants that go on from weights; these learned on phantoms alone."""


def _dices(cases: Dataset, predict: Callable[[Case], np.ndarray]) -> dict[str, float]:
    found = {}
    for case in tqdm(cases, total=len(cases), desc="scoring", unit="case"):
        assert case.atrium is not None
        found[case.id] = dice(predict(case), case.atrium)
    return found


def measured(contestant: str, task: Task) -> Trial:
    """Train and score one contestant in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=task.folder) as folder:
        outcome = CONTESTANTS[contestant](replace(task, folder=Path(folder)))
    return Trial(
        contestant=contestant,
        minutes=task.minutes,
        seed=task.config.seed,
        threads=torch.get_num_threads(),
        iterations=outcome.iterations,
        training=described(task.training),
        network=network_of(task.config.atrium),
        dice={name: round(value, 4) for name, value in outcome.dice.items()},
        load=round(outcome.load, 1),
        processor=f"{processor()}, {psutil.cpu_count()} cores",
        versions=f"python {versions()['python']}, {outcome.tool}",
        commit=commit(),
        made=datetime.date.today().isoformat(),
        command=command_line(),
    )


def described(training: Dataset) -> str:
    """What a record says of the data that was learned from."""
    return f"{len(training)} cases, {training.fingerprint}"


def network_of(config: StageConfig) -> str:
    """What a record says of the network that was trained."""
    grid, patch = " x ".join(map(str, config.spacing_mm)), " x ".join(map(str, config.patch_voxels))
    features = ", ".join(map(str, config.features))
    return f"{grid} mm, {patch} voxels, {features} features, batches of {config.batch_size}"


def rows_of(trials: Sequence[Trial]) -> list[dict[str, object]]:
    """A row for each contestant, length, processor and threads: mean over seeds, SD over cases."""

    def key(trial: Trial) -> tuple[str, float, str, int]:
        return trial.contestant, trial.minutes, trial.processor, trial.threads

    rows: list[dict[str, object]] = []
    for (contestant, minutes, on, threads), group in itertools.groupby(
        sorted(trials, key=key), key
    ):
        each = list(group)
        means = [float(np.mean(list(trial.dice.values()))) for trial in each]
        cases = [value for trial in each for value in trial.dice.values()]
        rows.append(
            {
                "contestant": contestant,
                "minutes": minutes,
                "threads": threads,
                "Dice": f"{np.mean(means):.3f} ± {np.std(cases, ddof=1):.3f}",
                "least case": f"{min(cases):.3f}",
                "mean of each seed": ", ".join(f"{mean:.3f}" for mean in means),
                "iterations": ", ".join(str(trial.iterations) for trial in each),
                "load": ", ".join(f"{trial.load:.1f}" for trial in each),
                "processor": on,
            }
        )
    return rows


def train_missing(options: argparse.Namespace, training: Dataset, unseen: Dataset) -> None:
    """Train, score and record what was asked for and is not in the file yet."""
    trials = read_trials(options.records)
    made = {(t.contestant, t.minutes, t.seed, t.threads) for t in trials}
    if any(trial.training != described(training) for trial in trials):
        raise LascarError(
            f"{options.records}: trainings on other data than {described(training)}; give another "
            "--records"
        )
    asked = itertools.product(options.minutes, options.seeds, options.contestants)
    if options.work:
        Path(options.work).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        for minutes, seed, contestant in asked:
            if (contestant, minutes, seed, torch.get_num_threads()) in made:
                continue
            profile, start = "smoke" if options.small else "cpu", STARTS.get(contestant, "")
            config = make_config(profile, seed=seed, settings={"start": start})
            _check_network(contestant, config, trials, options.records)
            task = Task(training, unseen, config, minutes, folder=Path(work))
            add_trial(measured(contestant, task), options.records)


def _check_network(contestant: str, config: Config, trials: Sequence[Trial], records: Path) -> None:
    """Refuse to mix trainings of several networks under one name."""
    own = network_of(config.atrium)
    for trial in trials:
        if trial.contestant == contestant and trial.network != own:
            raise LascarError(
                f"{records}: {contestant} trained {trial.network}, and now would {own}; give "
                "another --records"
            )


def write_page(trials: Sequence[Trial], out: Path, *, name: str) -> None:
    """Write the table of all trainings in the file; name: of the data set."""
    networks = sorted({(trial.contestant, trial.network) for trial in trials})
    write_table(
        out / "minutes.md",
        rows_of(trials),
        title="Dice of the LA against minutes of training",
        notes=[
            f"{name}: {trials[0].training} to learn from, {len(trials[0].dice)} others to score, "
            "each on its own grid; mean over seeds ± SD over cases.",
            "Minutes of training on the clock; preprocessing and prediction are not counted.",
            "nnU-Net and MONAI train a network of the library's size on its grid, so that they can "
            "learn something in the time; their own defaults are made for a GPU.",
            *(f"{who}: {network}." for who, network in networks),
            "Load: of the whole machine when the training ended, its own work included.",
            "Every case of every training: `lascarlib/experiments/trials.jsonl`.",
        ],
    )


def main() -> None:
    """Train what is not in the file yet, then write the table of all that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="phantoms, seconds, not nnU-Net")
    parser.add_argument("--minutes", type=float, nargs="+", default=[2, 10, 20, 60])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=["lascarlib"])
    parser.add_argument("--records", type=Path, default=TRIALS, help="file that keeps trainings")
    parser.add_argument("--work", type=Path, help="folder for what is being trained")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    if options.small:
        options.records = options.out / "minutes.jsonl"
        options.minutes, options.seeds = [0.02], [0]
        options.contestants = [name for name in CONTESTANTS if name != "nnU-Net v2"]
        training, unseen, name = "phantom:cases=2,seed=1", "phantom:cases=2,seed=2", "phantoms"
    elif torch.cuda.is_available():
        parser.exit(
            2, "the other tools train on the CPU here; hide the GPU: CUDA_VISIBLE_DEVICES=\n"
        )
    elif "LASCAR_DATA" in os.environ:
        folder = f"{os.environ['LASCAR_DATA']}/utah2018"
        training, unseen, name = f"{folder}[:64]", f"{folder}[64:]", "utah2018"
    else:
        parser.exit(2, "LASCAR_DATA is not set; it holds utah2018, to learn from\n")
    train_missing(options, open_dataset(training), open_dataset(unseen))
    write_page(read_trials(options.records), options.out, name=name)


if __name__ == "__main__":
    main()

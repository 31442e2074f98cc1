"""How good is the LA of unseen hearts after so many minutes of training, beside other tools?

Each training is kept in a file as soon as it is scored and is not repeated, so a comparison of
hours can be made over several sittings; `--minutes` without a number writes the table alone.
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
from minutes_page import write_page
from table import RESULTS, as_folder, command_line, processor, run_script
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
    """Iterations, Dice by case, versions (see `Trial`), and the load as the training ended."""

    iterations: int
    dice: Mapping[str, float]
    versions: str
    load: float


def ours(task: Task) -> Outcome:
    """The LA network of `lascar train --budget`, and `lascar predict`."""
    run = start_run(task.folder / "run", task.config, task.training)
    train_atrium(run, task.training, folds=(ALL,), budget_s=60 * task.minutes)
    load = psutil.getloadavg()[0]
    predict = Predictor(run, {"atrium": load_networks(run, "atrium")}, population=None)
    last = read_rows(run.fold_folder("atrium", ALL) / "log.csv")[-1]
    found = _dices(task.unseen, lambda case: predict(case).atrium)
    return Outcome(int(last["iteration"]), found, _own_versions(), load)


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

    known = f"{_own_versions()}, monai {version('monai')}"
    return Outcome(iterations, _dices(task.unseen, predict), known, load)


def nnunets(task: Task) -> Outcome:
    """nnU-Net v2's trainer and predictor in its own Python, on a plan of the library's size."""
    config = task.config.atrium
    peer = nnunet_peer.Peer(task.folder, threads=torch.get_num_threads())
    known = _nnunet_versions(peer)
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
    return Outcome(int(trained["iterations"]), found, known, load)


CONTESTANTS: dict[str, Callable[[Task], Outcome]] = {
    "lascarlib": ours,
    "lascarlib from pretrained:phantom": ours,
    "nnU-Net v2": nnunets,
    "MONAI DynUNet": monais,
}

STARTS = {"lascarlib from pretrained:phantom": "pretrained:phantom"}
"""Contestants that go on from weights; these learned on phantoms alone."""


def _own_versions() -> str:
    return f"python {versions()['python']}, torch {torch.__version__}"


def _nnunet_versions(peer: nnunet_peer.Peer) -> str:
    known = nnunet_peer.version(peer)
    if known is None:
        raise LascarError(
            f"{peer.python}: has no nnunetv2; let {nnunet_peer.PYTHON_VARIABLE} name a Python that "
            "has it (benchmarks/README.md)"
        )
    return known


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
        processor=_processor(),
        versions=outcome.versions,
        commit=commit(),
        made=datetime.date.today().isoformat(),
        command=command_line(),
    )


def _processor() -> str:
    return f"{processor()}, {psutil.cpu_count()} cores"


def described(training: Dataset) -> str:
    """What a record says of the data that was learned from."""
    return f"{len(training)} cases, {training.fingerprint}"


def network_of(config: StageConfig) -> str:
    """What a record says of the network that was trained."""
    grid, patch = " x ".join(map(str, config.spacing_mm)), " x ".join(map(str, config.patch_voxels))
    features = ", ".join(map(str, config.features))
    return f"{grid} mm, {patch} voxels, {features} features, batches of {config.batch_size}"


def train_missing(options: argparse.Namespace, training: Dataset, unseen: Dataset) -> None:
    """Train, score and record what was asked for and is not in the file yet, on this processor."""
    trials, threads, on = read_trials(options.records), torch.get_num_threads(), _processor()
    here = [trial for trial in trials if (trial.threads, trial.processor) == (threads, on)]
    made = {(trial.minutes, trial.seed, trial.contestant) for trial in here}
    if any(trial.training != described(training) for trial in trials):
        raise LascarError(
            f"{options.records}: trainings on other data than {described(training)}; give another "
            "--records"
        )
    asked = itertools.product(options.minutes, options.seeds, options.contestants)
    missing = [each for each in asked if each not in made]
    configs = {contestant: _config(contestant, small=options.small) for _, _, contestant in missing}
    for contestant, config in configs.items():
        _check(contestant, config, trials, options.records)
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        for minutes, seed, contestant in missing:
            config = replace(configs[contestant], seed=seed)
            task = Task(training, unseen, config, minutes, folder=Path(work))
            add_trial(measured(contestant, task), options.records)


def _config(contestant: str, *, small: bool) -> Config:
    start = STARTS.get(contestant, "")
    return make_config("smoke" if small else "cpu", seed=0, settings={"start": start})


def _check(contestant: str, config: Config, trials: Sequence[Trial], records: Path) -> None:
    """Refuse, before any training, a tool that is missing and another network under one name."""
    if CONTESTANTS[contestant] is nnunets:
        _nnunet_versions(nnunet_peer.Peer(Path()))
    own = network_of(config.atrium)
    for trial in trials:
        if trial.contestant == contestant and trial.network != own:
            raise LascarError(
                f"{records}: {contestant} trained {trial.network}, and now would {own}; give "
                "another --records"
            )


def main() -> None:
    """Train what is not in the file yet, then write the table of all that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="phantoms, seconds, not nnU-Net")
    parser.add_argument("--minutes", type=_minutes, nargs="*", default=[2.0, 10.0, 20.0, 60.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=["lascarlib"])
    parser.add_argument("--records", type=Path, default=TRIALS, help="file that keeps trainings")
    parser.add_argument("--work", type=as_folder, help="folder for what is being trained")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    if options.small:
        for name in ("minutes", "seeds", "contestants", "records"):
            if getattr(options, name) != parser.get_default(name):
                parser.exit(2, f"--small has its own {name}; leave --{name} or --small out\n")
        options.records = options.out / "minutes.jsonl"
        options.minutes, options.seeds = [0.02], [0]
        options.contestants = [name for name in CONTESTANTS if name != "nnU-Net v2"]
    try:
        if options.minutes:
            train_missing(options, *_data(small=options.small))
        trials = read_trials(options.records)
        if not trials:
            raise LascarError(f"{options.records}: no trainings yet; ask for some --minutes")
    except KeyboardInterrupt:
        parser.exit(130, "interrupted; the same command goes on after the last record\n")
    name = "phantoms" if options.small else "utah2018"
    write_page(trials, options.out, name=name, records=options.records)


def _minutes(word: str) -> float:
    if not 0 < float(word) < float("inf"):
        raise argparse.ArgumentTypeError(f"{word} is no length; give minutes above 0")
    return float(word)


def _data(*, small: bool) -> tuple[Dataset, Dataset]:
    """Cases to learn from, and others to be scored on, all of which have a label."""
    if small:
        return open_dataset("phantom:cases=2,seed=1"), open_dataset("phantom:cases=2,seed=2")
    if "LASCAR_DATA" not in os.environ:
        raise LascarError("LASCAR_DATA is not set; let it name the folder that holds utah2018")
    if torch.cuda.is_available():
        raise LascarError(
            "the other tools train on the CPU here; hide the GPU: CUDA_VISIBLE_DEVICES="
        )
    cases = open_dataset(f"{os.environ['LASCAR_DATA']}/utah2018")
    for case in tqdm(cases, total=len(cases), desc="looking", unit="case"):
        if case.atrium is None:
            raise LascarError(f"{case.id}: has no LA label; leave it out")
    return cases[:64], cases[64:]


if __name__ == "__main__":
    run_script(main)

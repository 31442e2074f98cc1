"""How good is the LA of unseen hearts after so many minutes of training, beside other tools?

Each training is kept in a file as soon as it is scored and is not repeated, so a comparison of
hours can be made over several sittings; `--minutes` without a number writes the table alone.
"""

import argparse
import datetime
import itertools
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from contestants import CONTESTANTS, SETTINGS, Task, nnunets
from minutes_page import settings_as_words, write_page
from nnunet_process import Peer, required_version
from table import RESULTS, as_folder, command_line, processor, run_script
from tqdm import tqdm

from lascarlib.datasets import Dataset, open_dataset
from lascarlib.errors import LascarError
from lascarlib.experiments.trials import TRIALS, Trial, add_trial, read_trials
from lascarlib.provenance import commit
from lascarlib.scheduling.shares import usable_cores
from lascarlib.training import make_config
from lascarlib.training.config import Config, StageConfig
from lascarlib.training.settings import differing_settings


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
        settings=changed_settings(task.config),
        dice={name: round(value, 4) for name, value in outcome.dice.items()},
        load=round(outcome.load, 1),
        processor=_processor(),
        versions=outcome.versions,
        commit=commit(),
        made=datetime.date.today().isoformat(),
        command=command_line(),
    )


def _processor() -> str:
    return f"{processor()}, {usable_cores()} cores"


def described(training: Dataset) -> str:
    """What a record says of the data that was learned from."""
    return f"{len(training)} cases, {training.fingerprint}"


def network_of(config: StageConfig) -> str:
    """What a record says of the network that was trained."""
    grid, patch = " x ".join(map(str, config.spacing_mm)), " x ".join(map(str, config.patch_voxels))
    features = ", ".join(map(str, config.features))
    return f"{grid} mm, {patch} voxels, {features} features, batches of {config.batch_size}"


def changed_settings(config: Config) -> dict[str, Any]:
    """What a record says of the settings that are not the profile's, as JSON gives them back."""
    usual = make_config(config.profile, seed=config.seed)
    changed: dict[str, Any] = json.loads(json.dumps(differing_settings(usual, config)))
    return changed


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
    settings = SETTINGS.get(contestant, {})
    if small:
        sizes = ("atrium.spacing_mm", "atrium.patch_voxels", "atrium.features")
        settings = {name: value for name, value in settings.items() if name not in sizes}
    return make_config("smoke" if small else "cpu", seed=0, settings=settings)


def _check(contestant: str, config: Config, trials: Sequence[Trial], records: Path) -> None:
    """Refuse, before any training, a missing tool, and other settings under a name that is kept."""
    if CONTESTANTS[contestant] is nnunets:
        required_version(Peer(Path()))
    own = _described_training(network_of(config.atrium), changed_settings(config))
    for trial in trials:
        kept = _described_training(trial.network, trial.settings)
        if trial.contestant == contestant and kept != own:
            raise LascarError(
                f"{records}: {contestant} trained {kept}, and now would {own}; give another "
                "--records"
            )


def _described_training(network: str, settings: Mapping[str, Any]) -> str:
    return ", ".join((network, *settings_as_words(settings)))


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

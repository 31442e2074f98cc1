"""`lascar train` and `lascar cv`."""

import argparse
import sys
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lascarlib.cli import baselines, workers
from lascarlib.cli.resuming import is_resumed, profile_and_seed

if TYPE_CHECKING:
    from lascarlib.datasets import Dataset
    from lascarlib.training import Config, Run, Watcher
    from lascarlib.training.methods import MethodName


def add_commands(commands: Any) -> None:
    """Add `train` and `cv` to the command line."""
    train = commands.add_parser("train", help="train a method once")
    _add_training_options(train, budget="")
    train.add_argument(
        "--fold",
        type=int,
        help="hold this fold back and look at it meanwhile; by default every case is learned from",
    )
    train.set_defaults(handler=run_train)

    cv = commands.add_parser("cv", help="train a method on every fold")
    shared = ", all folds together and each for its share, however many train at once"
    _add_training_options(cv, budget=shared)
    cv.add_argument("--folds", help="train only these now, as in 0,1")
    workers.add_options(cv, what="folds")
    cv.set_defaults(handler=run_cv)


def _add_training_options(parser: argparse.ArgumentParser, *, budget: str) -> None:
    parser.add_argument("data", metavar="DATA", help="labelled cases to learn from")
    parser.add_argument("run", metavar="RUN", type=Path, help="folder the training is kept in")
    parser.add_argument(
        "--method", help="default boundary-focused; an unknown name lists the others"
    )
    parser.add_argument(
        "--start",
        metavar="RUN",
        help="start from the weights of another training, or pretrained:phantom, at a lower rate; "
        "of several folds name one, as in RUN[fold_0]",
    )
    parser.add_argument("--profile", help="smoke, cpu (default) or gpu")
    parser.add_argument("--seed", type=int, help="default 0")
    parser.add_argument(
        "--budget",
        type=float,
        metavar="MINUTES",
        help=f"train for this long{budget}, instead of the profile's iterations; preprocessing "
        "not counted",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with an existing run as its run.json says, only --budget may be another; where "
        "there is none yet, begin it",
    )
    parser.add_argument(
        "--tensorboard",
        action="store_true",
        help="write every log.csv as events too; tensorboard --logdir RUN shows them",
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting"
    )


def run_train(options: argparse.Namespace) -> int:
    """Train every network of a method once."""
    if baselines.is_learngc(options):
        return baselines.run_train(options)
    from lascarlib.cli.targets import nothing_left
    from lascarlib.pipeline import train
    from lascarlib.training import ALL

    fold = ALL if options.fold is None else f"fold_{options.fold}"
    was_there = (options.run / "run.json").exists()
    run, dataset = _start(options, folds=(fold,))
    if run.has_scar and run.config.method == "boundary-focused":
        print(
            "stage 2 learns on distance maps of the manual LA: out-of-fold predictions, BF's way, "
            "come from `lascar cv`",
            file=sys.stderr,
        )
    with nothing_left(options.run, unless=was_there):
        train(run, dataset, fold=fold, watchers=_watchers(options))
    print(f"trained; lascar predict {options.run} DATA --out DIR applies it")
    return 0


def run_cv(options: argparse.Namespace) -> int:
    """Train folds of every network of a method."""
    from lascarlib.cli.targets import nothing_left
    from lascarlib.errors import LascarError
    from lascarlib.pipeline import cross_validate
    from lascarlib.uncertainty import LEAST_CASES

    if baselines.is_learngc(options):
        raise LascarError("--method learngc: it is trained once, on every case; use lascar train")
    pool, folds = workers.chosen_pool(options), None
    if options.tensorboard and not pool.is_here:
        raise LascarError(
            "--tensorboard: the log of one process; leave it out, or --workers and --scheduler"
        )
    if options.folds is not None:
        words = options.folds.split(",")
        if not all(word.isdecimal() for word in words):
            raise LascarError(f"--folds {options.folds}: write fold numbers as in --folds 0,1")
        folds = tuple(f"fold_{int(word)}" for word in words)
    was_there = (options.run / "run.json").exists()
    run, dataset = _start(options, folds=folds or ("fold_0",), least_cases=LEAST_CASES)
    with nothing_left(options.run, unless=was_there):
        watchers = _watchers(options)
        cross_validate(run, dataset, folds=folds, watchers=watchers, pool=pool)
    averaged = [f"{stage} {', '.join(run.trained_folds(stage)) or 'none'}" for stage in run.stages]
    print(f"trained; lascar predict {options.run} DATA --out DIR averages {'; '.join(averaged)}")
    return 0


def _watchers(options: argparse.Namespace) -> "list[Watcher]":
    from lascarlib.training.event_log import EventLog

    return [EventLog()] if options.tensorboard else []


def _start(
    options: argparse.Namespace, *, folds: tuple[str, ...], least_cases: int = 1
) -> "tuple[Run, Dataset]":
    """Check everything that can be checked, and only then make the run's folder."""
    from lascarlib.datasets import check_cases, count, open_dataset
    from lascarlib.datasets.dataset import lacking
    from lascarlib.errors import LascarError
    from lascarlib.training import make_config, planned, start_run

    settings, goes_on = _settings(options), is_resumed(options)
    if goes_on:
        config = _resumed_config(options, settings)
    else:
        config = make_config(options.profile or "cpu", seed=options.seed or 0, settings=settings)
        if options.resume:
            print(f"{options.run}: no training yet, so one begins", file=sys.stderr)
    dataset = open_dataset(options.data)
    if len(dataset) < least_cases and config.method == "boundary-focused":
        raise LascarError(
            f"{dataset.source}: {count(len(dataset))}, but the UAM needs {least_cases}; give more"
        )
    _check_trained(settings, config.method, dataset)
    check_cases(dataset)
    config = config if goes_on else planned(config, dataset)
    run = start_run(options.run, config, dataset, resume=options.resume, folds=folds)
    if not run.has_scar:
        print(
            f"{run.source}: {lacking(dataset.without_scar, of=len(dataset))} a scar label, so only "
            "the LA stage is trained; draw it, or leave such cases out, for the scar",
            file=sys.stderr,
        )
    if not goes_on:
        _say_start(run, folds)
    return run, dataset


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """What is asked for by name, by options or --set, but for profile and seed."""
    from lascarlib.errors import LascarError
    from lascarlib.training import parse_settings

    if options.budget is not None and not 0 < options.budget < inf:
        raise LascarError(f"--budget {options.budget:g}: give minutes above 0")
    _check_method(options.method)
    settings = parse_settings(options.set)
    named: dict[str, Any] = {
        "method": options.method,
        "start": options.start,
        "budget_minutes": options.budget,
    }
    named = {name: value for name, value in named.items() if value is not None}
    for name in named.keys() & settings.keys():
        raise LascarError(f"setting {name!r} is given twice, by an option and --set; keep one")
    return settings | named


def _resumed_config(options: argparse.Namespace, settings: dict[str, Any]) -> "Config":
    """The config of an existing run; what is asked for again must be what it was."""
    from lascarlib.training import open_run
    from lascarlib.training.record import resumed_config
    from lascarlib.training.start import start_name

    if "start" in settings:
        settings = settings | {"start": start_name(str(settings["start"]))}
    return resumed_config(open_run(options.run), settings | profile_and_seed(options))


def _say_start(run: "Run", folds: tuple[str, ...]) -> None:
    """Say what the networks start from, and where that makes what is held back no test."""
    from lascarlib.training.start import open_start

    if not run.config.start:
        return
    start = open_start(run.config.start)
    for stage in run.stages:
        config = run.config.stage(stage)
        if stage in start.stages:
            print(
                f"the {stage} network starts from {start.name} ({start.fold}): patches of "
                f"{config.patch_voxels} voxels of {config.spacing_mm} mm, learning rate "
                f"{config.learning_rate:g}",
                file=sys.stderr,
            )
        else:
            print(f"{start.name} has no {stage} network: random weights", file=sys.stderr)
    held_back = {name for fold in folds for name in run.fold(fold).validation}
    if seen := held_back & set(start.record.ids):
        print(
            f"of the cases held back, {len(seen)} have names of cases that {start.name} learned "
            "from; if they are the same, their scores are no test",
            file=sys.stderr,
        )


def _check_method(method: str | None) -> None:
    from lascarlib.errors import LascarError
    from lascarlib.training.methods import METHODS

    if method is not None and method not in METHODS:
        raise LascarError(f"--method {method}: unknown; give one of {', '.join(METHODS)}, learngc")


def _check_trained(settings: Mapping[str, Any], method: "MethodName", dataset: "Dataset") -> None:
    """Refuse settings of a stage that the method does not train on this data."""
    from lascarlib.errors import LascarError
    from lascarlib.training.methods import METHODS, stages_of

    stages = stages_of(method, has_scar=dataset.has_scar)
    for name in settings:
        if name.partition(".")[0] in METHODS[method].losses.keys() - set(stages):
            raise LascarError(
                f"setting {name!r} would change nothing: {method} trains "
                f"{' and '.join(stages)} on data "
                f"{'with' if dataset.has_scar else 'whose cases do not all have'} scar labels; "
                "leave it out"
            )

"""`lascar train` and `lascar predict` with a classical method: the scar on an LA that is given."""

import argparse
import sys
from collections.abc import Callable
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lascarlib.cli.resuming import is_resumed, profile_and_seed

if TYPE_CHECKING:
    import numpy as np

    from lascarlib.baselines import Quantification
    from lascarlib.case import Case
    from lascarlib.datasets import Dataset

    Quantify = Callable[[Case, np.ndarray], Quantification]


def add_options(predict: argparse.ArgumentParser) -> None:
    """Add the options of the classical methods to `lascar predict`."""
    predict.add_argument(
        "--atrium",
        metavar="manual|DIR",
        help="for otsu, mgmm, n-sd, iir-1.2, iir-1.32 in place of RUN, and RUNs of learngc: the LA "
        "whose wall is looked at, the label or an --out folder of lascar predict",
    )
    predict.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of these methods"
    )


def is_classical(run: Path) -> bool:
    """Whether RUN is a training of LearnGC, or else names a method that needs none."""
    if (run / "run.json").exists():
        from lascarlib.baselines.learngc import is_learngc

        return is_learngc(run)
    from lascarlib.baselines import METHODS

    return str(run) in METHODS


def is_learngc(options: argparse.Namespace) -> bool:
    """Whether `lascar train` is asked for LearnGC, or to go on with a training of it."""
    asked = bool(options.method == "learngc")
    if not is_resumed(options):
        return asked
    from lascarlib.baselines import learngc
    from lascarlib.errors import LascarError

    found = learngc.is_learngc(options.run)
    if options.method is not None and found != asked:
        raise LascarError(
            f"{options.run}: was not started with method {options.method}; leave it out or give a "
            "new folder"
        )
    return found


def run_train(options: argparse.Namespace) -> int:
    """Train LearnGC and say what that cost."""
    from lascarlib.baselines.learngc import make_learngc_config, open_learngc, train_learngc
    from lascarlib.datasets import check_cases, open_dataset
    from lascarlib.errors import LascarError
    from lascarlib.training import parse_settings
    from lascarlib.training.checkpoint import read_json
    from lascarlib.training.record import resumed_config

    if options.start is not None:
        raise LascarError("--start: learngc starts from random weights; leave it out")
    if options.tensorboard:
        raise LascarError("--tensorboard: learngc writes log.csv alone; leave it out")
    if options.fold is not None:
        raise LascarError("--fold: learngc learns from every case; give a slice of DATA instead")
    settings = parse_settings(options.set)
    if options.budget is not None:
        if not 0 < options.budget < inf:
            raise LascarError(f"--budget {options.budget:g}: give minutes above 0")
        settings["budget_minutes"] = options.budget
    if is_resumed(options):
        config = resumed_config(open_learngc(options.run), settings | profile_and_seed(options))
    else:
        profile, seed = options.profile or "cpu", options.seed or 0
        config = make_learngc_config(profile, seed=seed, settings=settings)
    dataset = open_dataset(options.data)
    check_cases(dataset)
    run = train_learngc(options.run, dataset, config, resume=options.resume)
    cost = read_json(run.folder / "cost.json")
    print(
        f"trained on {cost['patches']} patches in {cost['seconds']:.0f} s ({cost['device']}, "
        f"{cost['threads']} threads); lascar predict {options.run} DATA --atrium manual --out DIR "
        "applies it"
    )
    return 0


def run_predict(options: argparse.Namespace) -> int:
    """Find the scar of every case by a classical method."""
    from lascarlib.baselines import METHODS, checked_settings
    from lascarlib.training import parse_settings

    if (options.run / "run.json").exists():
        return _run_learngc(options)
    method = str(options.run)
    settings = checked_settings(method, parse_settings(options.set))
    function = METHODS[method]
    record = {"method": method, "settings": settings}
    return write_predictions(options, lambda case, la: function(case, la, **settings), record)


def _run_learngc(options: argparse.Namespace) -> int:
    import dataclasses

    from lascarlib.baselines.learngc import LearnGC, load_learngc, open_learngc
    from lascarlib.training import parse_settings
    from lascarlib.training.settings import with_settings

    loaded, run = load_learngc(options.run), open_learngc(options.run)
    settings = parse_settings(options.set)
    _check_not_learned(settings)
    learngc = LearnGC(with_settings(loaded.config, settings), loaded.network)
    record = {
        "method": "learngc",
        "run": str(options.run.resolve()),
        "seed": run.config.seed,
        "trained_on": run.fingerprint,
        "settings": {name: dataclasses.asdict(learngc.config)[name] for name in settings},
    }
    return write_predictions(options, learngc, record)


def _check_not_learned(settings: dict[str, Any]) -> None:
    """Refuse settings that the networks were trained with."""
    from lascarlib.errors import LascarError

    free = ("smoothness", "inner_mm", "outer_mm")
    for name in settings:
        if name not in free:
            raise LascarError(
                f"setting {name!r} is fixed by the training; free are {', '.join(free)}"
            )


def write_predictions(
    options: argparse.Namespace, quantify: "Quantify", record: dict[str, Any]
) -> int:
    """Write the LA that was given and the scar found on it, and a record of what decided."""
    from tqdm import tqdm

    from lascarlib.cli.targets import check_predictions
    from lascarlib.datasets import check_cases, count, open_dataset, write_prediction
    from lascarlib.errors import LascarError
    from lascarlib.provenance import provenance
    from lascarlib.training.checkpoint import write_json

    if options.atrium is None:
        raise LascarError("this method needs an LA: give --atrium manual or a predictions' folder")
    if options.probabilities:
        raise LascarError("--probabilities: this method has none; leave it out")
    if options.two_pass:
        raise LascarError("--two-pass: this method gets its LA from --atrium; leave it out")
    if options.resume:
        raise LascarError("--resume: this method predicts every case anew; leave it out")
    check_predictions(options.out, options.data, resume=False)
    dataset = open_dataset(options.data)
    _check_atria(options.atrium, dataset)
    check_cases(dataset)
    numbers = {}
    for case in tqdm(dataset, total=len(dataset), desc="quantifying", unit="case"):
        atrium = _atrium(options.atrium, case)
        found = quantify(case, atrium)
        write_prediction(options.out, case, atrium, found.scar)
        numbers[case.id] = {k: v if isfinite(v) else None for k, v in found.numbers.items()}
        if not found.wall.any():
            print(f"{case.id}: no LA with a wall, so no scar", file=sys.stderr)
    record |= {
        "atrium": options.atrium,
        "source": dataset.source,
        "fingerprint": dataset.fingerprint,
        "numbers": numbers,
        "provenance": provenance(),
    }
    write_json(options.out / "prediction.json", record)
    print(f"{count(len(dataset))} in {options.out}")
    return 0


def _check_atria(atrium: str, dataset: "Dataset") -> None:
    """Refuse an LA that some case will not have, before anything is written."""
    from lascarlib.datasets import ATRIUM_FILE, check_labelled, count
    from lascarlib.errors import LascarError

    if atrium == "manual":
        check_labelled(dataset, label="LA", purpose="--atrium manual")
        return
    files = [Path(atrium) / name / ATRIUM_FILE for name in dataset.ids]
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise LascarError(
            f"{missing[0]}: the LA of {len(missing)} of {count(len(dataset))} "
            "is missing; give --atrium the --out folder of a lascar predict on this data, or manual"
        )


def _atrium(atrium: str, case: "Case") -> "np.ndarray":
    from lascarlib.datasets import ATRIUM_FILE, read_label
    from lascarlib.io import Volume

    if atrium == "manual":
        assert case.atrium is not None
        return case.atrium
    path, image = Path(atrium) / case.id / ATRIUM_FILE, Volume(case.image, case.affine)
    return read_label(path, like=image, of=f"case {case.id}")

"""`lascar report`: one case on one page, as HTML and PDF."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lascarlib.pretrained import run_folder

if TYPE_CHECKING:
    import numpy as np

    from lascarlib.case import Case
    from lascarlib.report import Certainty

Origin = list[tuple[str, str]]


def add_commands(commands: Any) -> None:
    """Add `report` to the command line."""
    parser = commands.add_parser("report", help="one case as a page; not for clinical use")
    parser.add_argument(
        "source",
        metavar="RUN_OR_PREDICTION",
        type=Path,
        help="a training, pretrained:phantom, or the --out folder of lascar predict",
    )
    parser.add_argument("case", metavar="CASE", help="one case, or one image")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="gets <case>.html and <case>.pdf"
    )
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Predict or read one case, and write its report."""
    import matplotlib as mpl

    from lascarlib.baselines.learngc import is_learngc
    from lascarlib.cli.targets import check_folder
    from lascarlib.datasets import count, open_dataset
    from lascarlib.errors import LascarError
    from lascarlib.report import make_contents, write_report

    check_folder(options.out)
    options.source = run_folder(options.source)
    dataset = open_dataset(options.case)
    if len(dataset) != 1:
        raise LascarError(
            f"{options.case}: {count(len(dataset))}; give the folder of one, or a slice such as "
            "FOLDER[3:4]"
        )
    (case,) = dataset
    is_run = (options.source / "run.json").is_file()
    if is_run and is_learngc(options.source):
        raise LascarError(
            f"{options.source}: learngc finds no LA of its own; give the --out folder of its "
            "lascar predict"
        )
    read = _predict if is_run else _read
    atrium, scar, certainty, origin = read(options.source, case)
    mpl.use("Agg")
    contents = make_contents(case, atrium, scar, certainty=certainty, origin=origin)
    for path in write_report(options.out, contents, case, atrium, scar):
        print(path)
    return 0


def _predict(
    folder: Path, case: "Case"
) -> "tuple[np.ndarray, np.ndarray | None, Certainty | None, Origin]":
    """The case as a training sees it."""
    from lascarlib.pipeline import load_predictor
    from lascarlib.report import Certainty
    from lascarlib.training import open_run

    predictor = load_predictor(open_run(folder))
    found = predictor(case)
    certainty = Certainty(found.uncertainty, predictor.population, found.is_outlier)
    config = predictor.run.config
    folds = predictor.run.trained_folds("atrium")
    origin = [
        ("training", f"{folder.resolve().name}, data {predictor.run.fingerprint}"),
        ("method", f"{config.method}, seed {config.seed}, LA networks: {', '.join(folds)}"),
    ]
    return found.atrium, found.scar, certainty, origin


def _read(
    folder: Path, case: "Case"
) -> "tuple[np.ndarray, np.ndarray | None, Certainty | None, Origin]":
    """The case as it lies in a folder of predictions."""
    from lascarlib.datasets import ATRIUM_FILE, read_prediction
    from lascarlib.errors import LascarError

    atrium, scar = read_prediction(folder, case)
    if atrium is None:
        raise LascarError(
            f"{folder}: neither a training (run.json) nor a prediction of this case "
            f"({case.id}/{ATRIUM_FILE}); give one of them"
        )
    return atrium, scar, None, [("prediction", folder.resolve().name)]

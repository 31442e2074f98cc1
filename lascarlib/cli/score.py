"""`lascar evaluate`: predictions against labels."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from lascarlib.case import Case

PREDICTED = "LA_predict.nii.gz"
"""File of a predicted LA in its case's folder."""


def add_commands(commands: Any) -> None:
    """Add `evaluate` to the command line."""
    parser = commands.add_parser("evaluate", help="scores of predictions, missing ones counted")
    parser.add_argument("reference", metavar="REFERENCE", help="labelled cases")
    parser.add_argument("prediction", metavar="PREDICTION", type=Path, help="folder of predictions")
    parser.add_argument(
        "--protocol",
        default="paper",
        help="how scar is projected onto the LA surface and counted there: paper (default: the "
        "whole surface, defined for empty scars) or official (as the challenge's script)",
    )
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="F",
        help="write one row per case here, and what they were made from beside it as .json",
    )
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Score every reference case; a missing prediction is counted and scored, never dropped."""
    from tqdm import tqdm

    from lascarlib.cli.targets import check_folder
    from lascarlib.datasets import open_dataset
    from lascarlib.errors import LascarError
    from lascarlib.evaluation import format_summary, score_case, summarise, write_scores_csv
    from lascarlib.geometry.projection import check_protocol
    from lascarlib.provenance import provenance
    from lascarlib.training.checkpoint import write_json

    check_protocol(options.protocol)
    if options.csv is not None:
        if options.csv.suffix != ".csv":
            raise LascarError(f"{options.csv}: unknown ending; write to a name that ends in .csv")
        check_folder(options.csv.parent)
    _check_order(options.reference, options.prediction)
    reference = open_dataset(options.reference)
    if not reference.has_atrium:
        raise LascarError(
            f"{options.reference}: not every case has an LA label; score those that have one"
        )
    folder = options.prediction
    if not any((folder / name / PREDICTED).is_file() for name in reference.ids):
        raise LascarError(
            f"{folder}: no <case>/{PREDICTED} of any case in {options.reference}; give the "
            "--out folder of lascar predict"
        )
    found = {path.parent.name for path in folder.glob(f"*/{PREDICTED}")}
    if others := found - set(reference.ids):
        print(f"{len(others)} further predictions belong to no case scored here", file=sys.stderr)
    with_scar = any(folder.glob("*/scar_predict.nii.gz"))
    if with_scar and not reference.has_scar:
        print("not every case has a scar label: scar is scored where there is one", file=sys.stderr)
    scores = [
        score_case(
            case,
            _prediction(folder / case.id / PREDICTED, case),
            _prediction(folder / case.id / "scar_predict.nii.gz", case) if with_scar else None,
            score_scar=with_scar,
            protocol=options.protocol,
        )
        for case in tqdm(reference, total=len(reference), desc="scoring", unit="case", delay=1)
    ]
    if options.csv is not None:
        write_scores_csv(scores, options.csv)
        record = {
            "reference": reference.source,
            "fingerprint": reference.fingerprint,
            "prediction": str(folder.resolve()),
            "protocol": options.protocol,
            "provenance": provenance(),
        }
        write_json(options.csv.with_suffix(".json"), record)
    if with_scar:
        print(f"scar on the LA surface: {options.protocol} protocol\n")
    print(format_summary(summarise(scores)))
    return 0


def _check_order(reference: str, prediction: Path) -> None:
    """Refuse the two folders given the wrong way round."""
    from lascarlib.datasets import LAYOUTS
    from lascarlib.errors import LascarError

    def holds_only(folder: Path, name: str, other: str) -> bool:
        has, has_other = (next(folder.glob(f"*/{file}"), None) for file in (name, other))
        return has is not None and has_other is None

    label = LAYOUTS[0].atrium
    if holds_only(Path(reference), PREDICTED, label) and holds_only(prediction, label, PREDICTED):
        raise LascarError(
            f"{reference}: holds predictions, and {prediction} labels; give the labels first"
        )


def _prediction(path: Path, case: "Case") -> "np.ndarray | None":
    from lascarlib.datasets import read_label
    from lascarlib.io import Volume

    if not path.is_file():
        return None
    return read_label(path, like=Volume(case.image, case.affine), of=f"case {case.id}")

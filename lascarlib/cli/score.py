"""`lascar evaluate`: predictions against labels."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lascarlib.datasets import Dataset


def add_commands(commands: Any) -> None:
    """Add `evaluate` to the command line."""
    parser = commands.add_parser("evaluate", help="scores of predictions, missing ones counted")
    parser.add_argument("reference", metavar="REFERENCE", help="labelled cases")
    parser.add_argument("prediction", metavar="PREDICTION", type=Path, help="folder of predictions")
    add_scoring_options(parser, row="case")
    parser.set_defaults(handler=run)


def add_scoring_options(parser: argparse.ArgumentParser, *, row: str) -> None:
    """Add what every command that scores takes; `row` says what a row of its table is."""
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
        help=f"write one row per {row} here, and what they were made from beside it as .json",
    )


def run(options: argparse.Namespace) -> int:
    """Score every reference case; a missing prediction is counted and scored, never dropped."""
    from lascarlib.cli.targets import check_table, write_record
    from lascarlib.datasets import holds_scar, open_dataset
    from lascarlib.evaluation import format_summary, score_folders, summarise, write_scores_csv
    from lascarlib.geometry.projection import check_protocol

    check_protocol(options.protocol)
    check_table(options.csv)
    folder = options.prediction
    _check_order(options.reference, folder)
    reference = open_dataset(options.reference)
    with_scar = holds_scar(folder)
    (scores,) = score_folders(reference, [folder], score_scar=with_scar, protocol=options.protocol)
    if with_scar and not reference.has_scar:
        print("not every case has a scar label: scar is scored where there is one", file=sys.stderr)
    _say_others(folder, reference)
    if options.csv is not None:
        write_scores_csv(scores, options.csv)
        made_from = {"prediction": str(folder.resolve()), "protocol": options.protocol}
        write_record(options.csv, reference, made_from)
    if with_scar:
        print(f"scar on the LA surface: {options.protocol} protocol\n")
    print(format_summary(summarise(scores)))
    return 0


def _say_others(folder: Path, reference: "Dataset") -> None:
    """Name how many predictions no case asks for."""
    from lascarlib.datasets import ATRIUM_FILE

    found = {path.parent.name for path in folder.glob(f"*/{ATRIUM_FILE}")}
    if others := found - set(reference.ids):
        print(f"{len(others)} further predictions belong to no case scored here", file=sys.stderr)


def _check_order(reference: str, prediction: Path) -> None:
    """Refuse the two folders given the wrong way round."""
    from lascarlib.datasets import ATRIUM_FILE, LAYOUTS
    from lascarlib.errors import LascarError

    def holds_only(folder: Path, name: str, other: str) -> bool:
        has, has_other = (next(folder.glob(f"*/{file}"), None) for file in (name, other))
        return has is not None and has_other is None

    names = (ATRIUM_FILE, LAYOUTS[0].atrium)
    if holds_only(Path(reference), *names) and holds_only(prediction, *reversed(names)):
        raise LascarError(
            f"{reference}: holds predictions, and {prediction} labels; give the labels first"
        )

"""`lascar export`: a training as small as it can be given away."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add `export` to the command line."""
    parser = commands.add_parser("export", help="a run's networks in 16 bits, to give away")
    parser.add_argument(
        "run",
        metavar="RUN",
        help="folder of a finished training; RUN[fold_0] for one of several folds",
    )
    parser.add_argument("out", metavar="DIR", type=Path, help="new folder, a RUN to predict with")
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Write what predicting needs of a training, in half the bytes."""
    from lascarlib.training import export_run, open_run
    from lascarlib.training.folds import split_fold
    from lascarlib.training.lineage import beyond_phantoms

    place, fold = split_fold(options.run)
    size = export_run(open_run(place), options.out, fold=fold)
    print(f"{size / 1e6:.1f} MB of weights; lascar predict {options.out} DATA --out DIR uses them")
    if sources := beyond_phantoms(options.out):
        print(
            f"they learned from {', '.join(sources)}, not from phantoms alone: ask who answers for "
            "that data before you give them away",
            file=sys.stderr,
        )
    return 0

"""`lascar reproduce`: run the papers' tables again and say what came of their claims."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lascarlib.cli import workers

if TYPE_CHECKING:
    from lascarlib.experiments import Experiment, Unit


def add_commands(commands: Any) -> None:
    """Add `reproduce` to the command line."""
    parser = commands.add_parser("reproduce", help="run tables of the papers again, and judge them")
    parser.add_argument("names", metavar="NAME", nargs="*", help="as bf-table-1; see --list")
    parser.add_argument("--all", action="store_true", help="every experiment")
    parser.add_argument("--profile", default="cpu", help="smoke, cpu (default) or gpu")
    parser.add_argument("--row", action="append", default=[], help="only this row; repeatable")
    parser.add_argument(
        "--seed", action="append", type=int, default=[], help="only this seed; repeatable"
    )
    parser.add_argument(
        "--domain",
        action="append",
        default=[],
        help="only this data: phantom, utah2018, lascarqs2022",
    )
    parser.add_argument("--list", action="store_true", help="say what is stored, run nothing")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the records (default: in the store)"
    )
    parser.add_argument("--page", type=Path, metavar="F", help="write the page of all claims here")
    workers.add_options(parser, what="rows and seeds")
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Run what is not stored yet, then print each table with its verdicts."""
    from lascarlib.errors import LascarError
    from lascarlib.experiments import list_units, reproduce, results_folder
    from lascarlib.experiments.cohorts import DATA_VARIABLE

    experiments, pool = _chosen(options), workers.chosen_pool(options)
    root = results_folder() if options.out is None else options.out
    units = list_units(
        experiments,
        profile=options.profile,
        rows=options.row,
        seeds=options.seed,
        domains=options.domain,
    )
    if experiments and not units:
        folder = os.environ.get(DATA_VARIABLE) or "not set"
        raise LascarError(
            f"{', '.join(options.domain) or 'this choice'}: no row can be run on data that is "
            f"here; {DATA_VARIABLE} is {folder}, let it name the folder that holds utah2018 or "
            "lascarqs2022, or choose other rows"
        )
    if options.list:
        return _list(units, root)
    _announce(units, root)
    try:
        reproduce(units, root=root, say=lambda line: print(line, flush=True), pool=pool)
    except KeyboardInterrupt:
        print("lascar: interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130
    _print_tables(experiments, options.profile, root)
    if options.page is not None:
        _write_page(options.page, options.profile, root)
    return 0


def _chosen(options: argparse.Namespace) -> "list[Experiment]":
    from lascarlib.cli.targets import check_folder
    from lascarlib.errors import LascarError
    from lascarlib.experiments import EXPERIMENTS

    if options.out is not None:
        check_folder(options.out)
    if options.all and options.names:
        raise LascarError(f"{options.names[0]}: given beside --all; give one of them")
    if options.page is not None and options.page.is_dir():
        raise LascarError(f"{options.page}: a folder; give --page a file")
    if options.list and options.page:
        raise LascarError("--page: --list runs and writes nothing; give one of them")
    if not (options.all or options.names or options.list or options.page):
        raise LascarError(f"give an experiment or --all; known are {', '.join(EXPERIMENTS)}")
    for name in options.names:
        if name not in EXPERIMENTS:
            raise LascarError(f"unknown experiment {name!r}; known are {', '.join(EXPERIMENTS)}")
    everything = options.all or (options.list and not options.names)
    names = list(EXPERIMENTS) if everything else list(dict.fromkeys(options.names))
    return [EXPERIMENTS[name] for name in names]


def _list(units: "Sequence[Unit]", root: Path) -> int:
    from lascarlib.experiments import PUBLISHED, is_done

    words = [
        "stored" if is_done(unit, root) else "shipped" if is_done(unit, PUBLISHED) else "missing"
        for unit in units
    ]
    for unit, word in zip(units, words, strict=True):
        print(f"{word:7} {unit}")
    print(f"{words.count('stored')} of {len(units)} stored in {root}")
    if "shipped" in words:
        print("shipped: its numbers come with the library, and are made again when it is run")
    return 0


def _announce(units: "Sequence[Unit]", root: Path) -> None:
    """How much there is to do, before hours are spent."""
    from lascarlib.experiments import is_done, minutes_shipped

    left = [unit for unit in units if not is_done(unit, root)]
    minutes = minutes_shipped(left)
    took = f"; their trainings took {minutes:.0f} min when the library's own records were made"
    if left:
        print(f"{len(left)} of {len(units)} to run{took if minutes else ''}", flush=True)


def _print_tables(experiments: "Sequence[Experiment]", profile: str, root: Path) -> None:
    from lascarlib.experiments import plain_claims, plain_table, stored_records

    for experiment in experiments:
        records = stored_records(experiment, profile=profile, roots=(root,))
        print(f"\n{plain_table(experiment, records)}")
        print(plain_claims(experiment, records), end="")


def _write_page(path: Path, profile: str, root: Path) -> None:
    from lascarlib.experiments import PUBLISHED, report_page
    from lascarlib.io import write_atomically

    text = report_page(profile=profile, roots=(root, PUBLISHED))
    write_atomically(path, lambda part: part.write_text(text, encoding="utf-8"))
    print(f"the claims are in {path}")

"""`lascar run`, `lascar book` and `lascar lab`: the notebooks and the pages made from them."""

import argparse
import sys
from typing import Any


def add_commands(commands: Any) -> None:
    """Add `run`, `book` and `lab` to the command line."""
    run = commands.add_parser("run", help="execute notebooks, strictly")
    run.add_argument("notebooks", metavar="NOTEBOOK", nargs="*", help="all where none is named")
    run.add_argument(
        "-p",
        dest="parameters",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change one parameter of the notebooks' parameters cell",
    )
    run.set_defaults(handler=run_notebooks)
    book = commands.add_parser("book", help="execute every notebook and build the HTML book")
    book.set_defaults(handler=run_book)
    lab = commands.add_parser("lab", help="open the notebooks in JupyterLab")
    lab.add_argument("--itk", action="store_true", help="with itkwidgets, from a local copy")
    lab.add_argument("--no-browser", action="store_true", help="print the address only")
    lab.set_defaults(handler=run_lab)
    for parser in (run, book):
        parser.add_argument("--profile", default="smoke", help="smoke (default), cpu or gpu")
        parser.add_argument("--force", action="store_true", help="execute unchanged ones too")


def run_notebooks(options: argparse.Namespace) -> int:
    """Execute notebooks; 1 where a cell failed."""
    from lascarlib import book
    from lascarlib.training import parse_settings

    try:
        book.run_notebooks(
            options.notebooks,
            profile=options.profile,
            parameters=parse_settings(options.parameters),
            force=options.force,
        )
    except book.BookError as error:
        print(f"lascar: {error}", file=sys.stderr)
        return 1
    return 0


def run_book(options: argparse.Namespace) -> int:
    """Build the book; 1 where a cell failed or a page gave a warning."""
    from lascarlib import book

    try:
        page = book.build_book(profile=options.profile, force=options.force)
    except book.BookError as error:
        print(f"lascar: {error}", file=sys.stderr)
        return 1
    print(f"the book is at {page}")
    return 0


def run_lab(options: argparse.Namespace) -> int:
    """Run JupyterLab until it is stopped; its exit code."""
    from lascarlib import book

    return book.start_lab(itk=options.itk, browser=not options.no_browser)

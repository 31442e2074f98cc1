"""The command line `lascar`: thin over the library."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from lascarlib import __version__
from lascarlib.cli import (
    compare,
    doctor,
    export,
    files,
    learn,
    phantom,
    plan,
    predict,
    project,
    publish,
    report,
    reproduce,
    score,
    submit,
)
from lascarlib.errors import LascarError


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage block."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words after `lascar`; those of the process where None.

    Returns:
        Exit code: 0 done, 1 a notebook or the book failed, 2 unusable input, 130 interrupted,
        141 nobody reads what is printed.

    Example:
        >>> main(["distance-map", "nowhere.nii.gz", "out.nii.gz"])
        2
    """
    options = _make_parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped job keeps its checkpoint
    _calm_bars()
    try:
        code = int(options.handler(options))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # of `| head`, which has read enough: as a shell counts it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    except LascarError as error:
        print(f"lascar: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = error.filename or "this machine"
        print(f"lascar: {where}: {error.strerror or error}; check path and disk", file=sys.stderr)
        return 2
    except MemoryError as error:
        print(f"lascar: not enough memory ({error}); take a coarser grid", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("lascar: interrupted; train, cv and predict go on with --resume", file=sys.stderr)
        return 130


def _calm_bars() -> None:
    """Let progress bars write a line a minute into a file, not ten a second."""
    if not sys.stderr.isatty():
        for name in ("TQDM_MININTERVAL", "TQDM_MAXINTERVAL"):  # tqdm reads them when it is imported
            os.environ.setdefault(name, "60")


def _make_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lascar",
        description="Left atrium and scar segmentation from LGE-MRI.",
        epilog="DATA is a folder of cases, or phantom:cases=24,seed=7,size=coarse; both may end in "
        "a slice over the sorted case names, as in FOLDER[:64].",
    )
    parser.add_argument("--version", action="version", version=f"lascar {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (
        doctor,
        phantom,
        files,
        plan,
        learn,
        predict,
        export,
        score,
        project,
        compare,
        report,
        submit,
        reproduce,
        publish,
    ):
        module.add_commands(commands)
    return parser

"""The options that say who does the work: `--workers`, `--scheduler` and `--retries`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lascarlib.scheduling import Pool


def add_options(parser: argparse.ArgumentParser, *, what: str) -> None:
    """Add the options to a command.

    Args:
        parser: of the command.
        what: is shared out, as "folds".
    """
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help=f"processes that train {what} at the same time and share cores and GPUs (default 1: "
        "this one); as many as there are GPUs, or as there is memory for, 2 GB each on the "
        "phantom",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a Dask cluster that does it instead, as tcp://host:8786; its workers see the same "
        "files",
    )
    parser.add_argument(
        "--retries",
        type=int,
        default=2,
        metavar="N",
        help="how often a training goes on elsewhere when its worker died (default 2)",
    )


def chosen_pool(options: argparse.Namespace) -> "Pool":
    """The pool that the options describe.

    Raises:
        LascarError: they contradict each other.
    """
    from lascarlib.scheduling import Pool

    return Pool(workers=options.workers, scheduler=options.scheduler, retries=options.retries)

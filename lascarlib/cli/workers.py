"""The options that say who does the work: `--workers`, `--scheduler` and `--retries`."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lascarlib.scheduling import Pool

GB_EACH = 2
"""Memory of a process that trains on the phantom."""


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
        "this one); as many as there are GPUs, or as there is memory for, "
        f"{GB_EACH} GB each on the phantom",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a Dask cluster that does it instead, as tcp://host:8786; its workers have "
        "the same version of this library and see the same files",
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

    pool = Pool(workers=options.workers, scheduler=options.scheduler, retries=options.retries)
    _warn_of_crowding(pool.workers)
    return pool


def _warn_of_crowding(n_workers: int) -> None:
    """Say where this machine has no room for so many workers."""
    import psutil

    from lascarlib.scheduling.shares import usable_cores

    cores, free_gb = usable_cores(), psutil.virtual_memory().available / 1e9
    if n_workers > max(1, min(cores, free_gb // GB_EACH)):
        print(
            f"--workers {n_workers}: a lot for {cores} cores and {free_gb:.1f} GB of free memory; "
            f"each wants a core and {GB_EACH} GB, on the phantom",
            file=sys.stderr,
        )

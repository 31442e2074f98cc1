"""How long does each notebook take, and with how much memory, for a reader of the whole book?

Copies of the notebooks run in the book's order on a store of trainings of their own, empty at
first: what one trains, a later one finds. Each measure is kept as soon as it is made, so the hours
of the cpu profile can be spent over several sittings.
"""

import argparse
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from table import RESULTS, as_folder, processor, run_script, write_table

from lascarlib.book.cache import library_hash
from lascarlib.book.parameters import by_hand, read_notebook
from lascarlib.book.runner import (
    PACKAGE,
    BookError,
    find_notebooks,
    run_notebooks,
)
from lascarlib.errors import LascarError
from lascarlib.experiments.store import STORE_VARIABLE
from lascarlib.scheduling.shares import usable_cores
from lascarlib.training.checkpoint import read_json, write_json

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "constraints.txt"
_EXECUTED = shutil.ignore_patterns("executed", ".ipynb_checkpoints")


def time_and_memory(work: Callable[[], object]) -> tuple[float, float]:
    """Time a function, and watch what the processes that it starts hold together.

    Args:
        work: function without arguments.

    Returns:
        Seconds on the clock, and the most memory (resident set, sampled every half second) of all
        children and theirs at one time, in gigabytes (1e9 bytes); what they share counts for each.
    """
    done, peak = threading.Event(), 0

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.5):
            peak = max(peak, sum(map(_held, psutil.Process().children(recursive=True))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    try:
        work()
        return time.perf_counter() - start, peak / 1e9
    finally:
        done.set()
        watcher.join()


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended meanwhile
        return 0


def measure(profile: str, names: list[str], folder: Path) -> dict[str, dict[str, float]]:
    """Run notebooks that are not measured yet, one after the other, and keep each measure.

    Where a notebook was interrupted, the store is put back as it was before, so that nothing of a
    training is found that belongs into its time.

    Args:
        profile: "smoke", "cpu" or "gpu".
        names: of notebooks, in the order of the book.
        folder: holds the store and the measures so far; made where needed.

    Returns:
        For each notebook, "seconds" and "GB".

    Raises:
        LascarError: the measures so far were made with another library, lock or processor.
        BookError: a notebook fails.
    """
    store, kept = folder / "store", folder / "measures.json"
    origin = {
        "library": library_hash(PACKAGE, lock=LOCK),
        "processor": processor(),
        "cores": usable_cores(),
    }
    record: dict[str, Any] = read_json(kept) if kept.exists() else {**origin, "notebooks": {}}
    if any(record[part] != value for part, value in origin.items()):
        raise LascarError(
            f"{kept}: was begun with another library or on another machine; remove {folder} to "
            "begin anew"
        )
    store.mkdir(parents=True, exist_ok=True)
    root = folder / "root"  # the runner writes beside the notebooks that it runs
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=_EXECUTED, dirs_exist_ok=True)
    shutil.copy(LOCK, root)
    os.environ[STORE_VARIABLE] = str(store)
    for name in names:
        before = folder / f"before_{name}"
        if name in record["notebooks"]:
            shutil.rmtree(before, ignore_errors=True)
            continue
        if before.exists():
            shutil.rmtree(store)
        else:
            shutil.copytree(store, folder / "copy", dirs_exist_ok=True)
            (folder / "copy").rename(before)
        shutil.copytree(before, store, dirs_exist_ok=True)
        seconds, gb = time_and_memory(
            lambda name=name: run_notebooks([name], profile=profile, force=True, root=root)
        )
        record["notebooks"][name] = {"seconds": round(seconds, 1), "GB": round(gb, 2)}
        write_json(kept, record)
        shutil.rmtree(before)
    return {name: record["notebooks"][name] for name in names}


def main() -> None:
    """Measure what is not measured yet, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="01_data in the smoke profile alone")
    parser.add_argument("--profiles", nargs="+", default=["smoke", "cpu"])
    parser.add_argument(
        "--work", type=as_folder, default=ROOT / "build" / "notebooks", help="folder for trainings"
    )
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    paths = find_notebooks([], folder=ROOT / "notebooks")
    names = [path.stem for path in paths if not by_hand(read_notebook(path))]
    if options.small:
        names, options.profiles, options.work = names[:1], ["smoke"], options.out / "work"
    try:
        measures = {
            profile: measure(profile, names, options.work / profile) for profile in options.profiles
        }
    except KeyboardInterrupt:
        parser.exit(130, "interrupted; the same command goes on with that notebook\n")
    except BookError as error:
        parser.exit(1, f"{error}\n")
    write_table(
        options.out / "notebooks.md",
        [{"notebook": name, **_columns(measures, name)} for name in names],
        title="Time and memory of the notebooks",
        notes=[
            "Run in this order with an empty store of trainings: what one trains, later ones find.",
            "min: on the clock, the start of the kernel included. GB: the most that the kernel and "
            "the processes it starts hold together, sampled every half second; what they share "
            "counts for each.",
        ],
    )


def _columns(measures: dict[str, dict[str, dict[str, float]]], name: str) -> dict[str, object]:
    """Minutes and gigabytes of a notebook in each profile."""
    return {
        f"{profile}, {unit}": each[name][key] / divisor
        for profile, each in measures.items()
        for unit, key, divisor in (("min", "seconds", 60), ("GB", "GB", 1))
    }


if __name__ == "__main__":
    run_script(main)

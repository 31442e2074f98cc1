"""What every benchmark here needs: fair timings, peak memory, and a table that says its origin."""

import argparse
import datetime
import gc
import platform
import shlex
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from lascarlib.errors import LascarError
from lascarlib.io import write_atomically
from lascarlib.provenance import commit, versions
from lascarlib.scheduling.shares import usable_cores

RESULTS = Path(__file__).parent / "results"
"""Where the tables lie that are kept with the sources."""


def seconds_each(
    contestants: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Time functions in turn, round after round.

    Whatever slows the machine for a while then slows all of them alike.

    Args:
        contestants: functions without arguments, by name.
        rounds: how often each is called, 1 or more.
        clock: seconds now; `time.thread_time` counts the work of this thread alone, without the
            time it waits for a busy machine.

    Returns:
        The seconds of each call, by name.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            start = clock()
            run()
            seconds[name].append(clock() - start)
    return seconds


def best_seconds(
    contestants: Mapping[str, Callable[[], object]], *, rounds: int
) -> dict[str, float]:
    """Time functions in turn and keep the least time of each, which was disturbed least.

    Args:
        contestants: functions without arguments, by name, that do the same work at each call.
        rounds: how often each is called, 1 or more.

    Returns:
        Seconds by name.
    """
    return {name: min(each) for name, each in seconds_each(contestants, rounds=rounds).items()}


def peak_memory_mb(run: Callable[[], object]) -> float:
    """How far a function raises the memory of this process (resident set), sampled every 2 ms.

    Args:
        run: function without arguments; its result counts, what it was given does not.

    Returns:
        Megabytes (1e6 bytes) above the level before the call.
    """
    gc.collect()  # what earlier work left behind would otherwise go during the call
    process, done = psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.002):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = run()
        peak = max(peak, process.memory_info().rss)
        del result
    finally:
        done.set()
        watcher.join()
    return (peak - before) / 1e6


def most_memory_mb() -> float:
    """The most memory (resident set) that this process has ever held.

    Returns:
        Megabytes (1e6 bytes).
    """
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset / 1e6
    import resource  # POSIX alone has it

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6  # bytes, or KiB


def markdown(rows: Sequence[Mapping[str, object]]) -> str:
    """Lay out rows as a Markdown table; numbers are set to the right, to three digits.

    Args:
        rows: one or more, all with the columns of the first.

    Returns:
        The lines of the table, each ended.
    """
    columns = list(rows[0])
    right = [isinstance(rows[0][name], int | float) for name in columns]
    lines = [columns, ["---:" if here else "---" for here in right]]
    lines += [[_cell(row[name]) for name in columns] for row in rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def write_table(
    path: Path, rows: Sequence[Mapping[str, object]], *, title: str, notes: Sequence[str] = ()
) -> None:
    """Write a result: title, table, notes, and the command, versions and machine it came from.

    Args:
        path: Markdown file; its folder is made where needed.
        rows: see `markdown`.
        title: heading of the page.
        notes: one sentence each.
    """
    parts = [f"# {title}", markdown(rows).rstrip("\n")]
    if notes:
        parts.append("\n".join(f"- {note}" for note in notes))
    parts.append(f"Made by `{command_line()}` on {datetime.date.today().isoformat()}.")
    parts.append(markdown(origin()))
    page = "\n\n".join(parts)
    write_atomically(path, lambda part: part.write_text(page, encoding="utf-8"))
    print(page, end="")


def as_folder(word: str) -> Path:
    """A folder on the command line, which need not exist; a file is refused."""
    if Path(word).is_file():
        raise argparse.ArgumentTypeError(f"{word} is a file; give a folder")
    return Path(word)


def run_script(main: Callable[[], None]) -> None:
    """Run a benchmark; what it refuses is one sentence and exit code 2."""
    try:
        main()
    except LascarError as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        sys.exit(2)


def command_line() -> str:
    """The command that runs, as a reader would type it: absolute folders are left out."""
    words = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
    return shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *words])


def origin() -> list[dict[str, object]]:
    """Versions, commit and machine as rows of a table."""
    load = psutil.getloadavg()[0]
    memory = psutil.virtual_memory().total / 1e9
    facts: dict[str, object] = {
        "processor": f"{processor()}, {usable_cores()} cores, {memory:.0f} GB",
        "load (last minute)": f"{load:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "commit": commit(),
        **versions(),
    }
    return [{"origin": name, "": value} for name, value in facts.items()]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)


def processor() -> str:
    """The processor's name where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

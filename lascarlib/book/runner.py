"""Execute notebooks strictly: checked parameters, a cache that sees the library, loud failure."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellControlSignal, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from lascarlib.book.cache import notebook_key, stored_record
from lascarlib.book.kernel import ThisInterpreter
from lascarlib.book.parameters import (
    by_hand,
    check_parameters,
    notebook_parameters,
    read_notebook,
)
from lascarlib.errors import LascarError
from lascarlib.training.profiles import PROFILES

PACKAGE = Path(__file__).parents[1]


class BookError(RuntimeError):
    """A notebook or the book did not succeed; the message is a block that says where and why."""


@dataclass(frozen=True)
class NotebookRun:
    """What one notebook cost: `seconds` of wall time when it was executed, now or earlier."""

    name: str
    seconds: float
    cached: bool


@dataclass(frozen=True)
class _Job:
    """One notebook ready to run: everything about it has been checked."""

    source: Path
    target: Path
    parameters: dict[str, Any]
    key: str


def project_root() -> Path:
    """Return the folder that holds `notebooks/` and the book's `_toc.yml`.

    The working folder and its parents are looked at first, then the checkout this package is
    installed from.

    Raises:
        LascarError: if none of them is a checkout.
    """
    for folder in [Path.cwd(), *Path.cwd().parents, PACKAGE.parent]:
        if (folder / "_toc.yml").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise LascarError("no notebooks here; run this command inside a checkout of the project")


def run_notebooks(
    names: Sequence[str] = (),
    *,
    profile: str,
    parameters: Mapping[str, Any] | None = None,
    force: bool = False,
    root: Path | None = None,
    library: Path = PACKAGE,
) -> list[NotebookRun]:
    """Execute notebooks and leave the executed copies in `notebooks/executed/`.

    Everything is checked before anything runs. A notebook whose key (its cells, the library, the
    lock, the parameters) is the one stored in its executed copy is not run again. Nothing half
    executed is left: a failing notebook has no executed copy.

    Args:
        names: notebooks by name (`02_distance_maps`), file name or path; empty means all but those
            whose metadata say that they are run by hand, for each of which a line is printed.
        profile: `smoke`, `cpu` or `gpu`; injected as the parameter `profile`.
        parameters: further values to inject; each must be known to every notebook of the run.
        force: execute even where the key is unchanged.
        root: the checkout; found by `project_root` when not given.
        library: the folder of the package, whose files are part of the key.

    Returns:
        One record per notebook, in the order of the run. The same is written to
        `notebooks/executed/times.json`.

    Raises:
        LascarError: for an unknown notebook, profile or parameter, or a wrongly typed value.
        BookError: if a cell fails; later notebooks are not started.
    """
    root = project_root() if root is None else root.resolve()
    if profile not in PROFILES:
        raise LascarError(f"unknown profile {profile!r}; known are {', '.join(PROFILES)}")
    if "profile" in (parameters or {}):
        raise LascarError("parameter 'profile' has an option of its own; use --profile")
    given = {**(parameters or {}), "profile": profile}
    sources = _without_a_person(find_notebooks(names, folder=root / "notebooks"), asked=names)
    jobs = [_prepare(source, given, root=root, library=library) for source in sources]
    runs: list[NotebookRun] = []
    for number, job in enumerate(jobs, start=1):
        print(f"[{number}/{len(jobs)}] {job.source.stem} ...", end=" ", flush=True)
        try:
            runs.append(_run(job, force=force))
        except BookError:
            print("failed", flush=True)
            raise
        state = "unchanged, took" if runs[-1].cached else "done in"
        print(f"{state} {runs[-1].seconds:.1f} s", flush=True)
    _report(runs, profile=profile, folder=root / "notebooks" / "executed")
    return runs


def find_notebooks(names: Sequence[str], *, folder: Path) -> list[Path]:
    """Return the notebooks of a folder that `names` ask for, all of them for no names.

    Raises:
        LascarError: if the folder has no notebooks or a name fits none of them.
    """
    known = {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
    if not known:
        raise LascarError(f"{folder}: there is no notebook in this folder")
    for name in names:
        path = Path(name)
        if path.name != name and path.is_file() and path.resolve().parent != folder.resolve():
            raise LascarError(f"{name}: lies outside {folder}; copy it there to run it")
    wanted = [name.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".ipynb") for name in names]
    for name in wanted:
        if name not in known:
            raise LascarError(f"unknown notebook {name!r}; known are {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(wanted or known)]


def _without_a_person(sources: list[Path], *, asked: Sequence[str]) -> list[Path]:
    """Leave out notebooks that say, in their metadata, why only a person can run them."""
    kept = []
    for source in sources:
        reason = by_hand(read_notebook(source))
        if reason and asked:
            raise LascarError(f"{source.name}: is run by hand only; {reason}")
        if reason:
            print(f"{source.stem} is left out: {reason}", flush=True)
        else:
            kept.append(source)
    return kept


def _prepare(source: Path, given: Mapping[str, Any], *, root: Path, library: Path) -> _Job:
    """Check one notebook and its parameters, and work out its key."""
    notebook = read_notebook(source)
    defaults = notebook_parameters(notebook, name=source.name)
    parameters = check_parameters(given, defaults, name=source.name)
    lock = root / "constraints.txt"
    key = notebook_key(notebook, parameters=parameters, library=library, lock=lock)
    return _Job(source, source.parent / "executed" / source.name, parameters, key)


def _run(job: _Job, *, force: bool) -> NotebookRun:
    """Execute one notebook, or find its executed copy still valid."""
    stored = stored_record(job.target)
    if stored.get("key") == job.key and not force:
        return NotebookRun(job.source.stem, float(stored["seconds"]), cached=True)
    job.target.parent.mkdir(parents=True, exist_ok=True)
    job.target.unlink(missing_ok=True)
    partial = job.target.with_name(f".partial-{job.target.name}")
    start = time.perf_counter()
    try:
        executed = _execute(job, partial)
        seconds = round(time.perf_counter() - start, 2)
        executed.metadata["lascar"] = {
            "key": job.key,
            "seconds": seconds,
            "parameters": job.parameters,
        }
        del executed.metadata["papermill"]
        nbformat.write(executed, partial)
        os.replace(partial, job.target)
    finally:
        partial.unlink(missing_ok=True)
    return NotebookRun(job.source.stem, seconds, cached=False)


def _execute(job: _Job, partial: Path) -> nbformat.NotebookNode:
    """Execute one notebook in its own folder and turn any failure into one clear block."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        return papermill.execute_notebook(
            str(job.source),
            str(partial),
            parameters=job.parameters,
            kernel_name="python3",
            language="python",
            kernel_manager_class=ThisInterpreter,
            request_save_on_cell_execute=False,
            progress_bar=sys.stderr.isatty(),
            resources={"metadata": {"path": str(job.source.parent)}},
        )
    except PapermillExecutionError as error:
        raise BookError(_failure(job.source, error)) from error
    except (DeadKernelError, CellControlSignal) as error:
        raise BookError(
            f"{job.source.name} failed: the kernel died (out of memory?): {error}"
        ) from error


def _failure(source: Path, error: PapermillExecutionError) -> str:
    """Write the block of a failing cell, numbered as in the notebook that is in git."""
    cells = read_notebook(source).cells
    parameters = next(
        index for index, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", [])
    )
    injected = int(error.cell_index > parameters)
    trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    return (
        f"{source.name} failed in cell {error.cell_index + 1 - injected} of {len(cells)}: "
        f"{error.ename}: {error.evalue}\n{trace}"
    )


def _report(runs: Sequence[NotebookRun], *, profile: str, folder: Path) -> None:
    """Print the table of wall times and write it beside the executed notebooks."""
    times = {
        "profile": profile,
        "notebooks": {run.name: {"seconds": run.seconds, "cached": run.cached} for run in runs},
    }
    (folder / "times.json").write_text(json.dumps(times, indent=2) + "\n", encoding="utf-8")
    width = max(len(run.name) for run in runs)
    print(f"\n{'notebook':{width}}  wall time (profile {profile})")
    for run in runs:
        print(f"{run.name:{width}}  {run.seconds:8.1f} s{'  (unchanged)' if run.cached else ''}")
    print(f"{'sum':{width}}  {sum(run.seconds for run in runs):8.1f} s\n", flush=True)

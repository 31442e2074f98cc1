"""One holder at a time: a lock file that names its holder, and is taken over when that one died."""

import contextlib
import json
import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from lascarlib.interruption import interrupt_main_thread

BEAT_S = 20.0
"""How often a holder says that it lives, by the lock's time of change."""

SILENT_S = 300.0
"""A holder on another machine that has been silent for so long is taken for dead."""


@contextmanager
def lock(path: Path, *, what: str, poll_s: float = 1.0) -> Iterator[None]:
    """Hold a lock while the block runs; wait while another process that lives holds it.

    The file appears in one step with its holder's machine and process in it. On the same machine a
    holder is dead when its process is gone; on another, when its lock has not been renewed for
    `SILENT_S` seconds, by the clock of the file system. A dead holder's lock is taken over.

    Args:
        path: of the lock file, on a file system that all who compete share; its folder is made.
        what: is locked, for the line that says that another is waited for.
        poll_s: seconds between two looks at a lock that is held.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "fold_0.lock"
        >>> with lock(file, what="fold_0"):
        ...     holder(file)["process"] == os.getpid()
        True
        >>> file.exists()
        False
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    token = uuid.uuid4().hex
    said = False
    while not _taken(path, token):
        held = holder(path)
        if held and _is_dead(path, held):
            _remove(path, held["token"])
            continue
        if held and not said:
            print(f"{what}: {held['host']}, process {held['process']}, has it; waiting", flush=True)
            said = True
        time.sleep(poll_s)
    over = threading.Event()
    beat = threading.Thread(target=_keep, args=(path, token, over, what), daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()
        if holder(path).get("token") == token:
            path.unlink(missing_ok=True)


def holder(path: Path) -> dict[str, Any]:
    """Who holds a lock: its `host`, `process`, `started` (of the process) and `token`; {} if none.

    Example:
        >>> holder(Path("nowhere.lock"))
        {}
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and "token" in found else {}


def _taken(path: Path, token: str) -> bool:
    """Try to make the lock: written under another name, then linked, which one alone achieves."""
    part = path.with_name(f".part-{token}")
    own = {
        "host": socket.gethostname(),
        "process": os.getpid(),
        "started": psutil.Process().create_time(),
        "token": token,
    }
    part.write_text(json.dumps(own), encoding="utf-8")
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


def _is_dead(path: Path, held: dict[str, Any]) -> bool:
    if held["host"] != socket.gethostname():
        try:
            return _now_there(path) - path.stat().st_mtime > SILENT_S
        except FileNotFoundError:
            return False
    try:
        started = psutil.Process(held["process"]).create_time()
    except psutil.NoSuchProcess:
        return True
    return bool(abs(started - held["started"]) > 1.0)  # its number was given to another process


def _now_there(path: Path) -> float:
    """The file system's own time: clocks of two machines may differ."""
    probe = path.with_name(f".part-{uuid.uuid4().hex}")
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink()


def _remove(path: Path, token: str) -> None:
    """Remove a dead holder's lock, and never the lock of one that took it over meanwhile."""
    right = path.with_name(f"{path.name}.taking-{token}")
    try:
        os.close(os.open(right, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        time.sleep(0.05)  # another removes it just now
        return
    try:
        if holder(path).get("token") == token:
            path.unlink(missing_ok=True)
    finally:
        right.unlink()


def _keep(path: Path, token: str, over: threading.Event, what: str) -> None:
    """Renew the lock; where another took it, for it thought us dead, stop what is being done."""
    while not over.wait(BEAT_S):
        held = holder(path)
        if held and held["token"] != token:
            print(f"{what}: {held['host']} took it over; stopped", file=sys.stderr, flush=True)
            interrupt_main_thread()
            return
        with contextlib.suppress(OSError):
            os.utime(path)

"""A task in a process of its own, which stops cleanly when the process that started it is gone.

The task runs in the main thread, as it would at home, so an interrupt can save its checkpoint; what
crashes takes nobody else with it. Its standard input is the lifeline: when that closes, because the
parent closed it or died, the task is interrupted.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lascarlib.errors import LascarError
from lascarlib.interruption import interrupt_main_thread
from lascarlib.scheduling.task import called

GRACE_S = 60.0
"""So long a task that is stopped may take to save its checkpoint."""

INTERRUPTED = 130
MODULE = "lascarlib.scheduling.child"


def run_in_child(
    description: Mapping[str, Any],
    *,
    environment: Mapping[str, str],
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Run a task in a process of its own and wait for it.

    Args:
        description: from `lascarlib.scheduling.task.described`; a "caller" beside it stands in the
            command line of the process, to find it by.
        environment: variables of the process, beside this one's.
        stopped: asked now and then; once true, the task is interrupted.

    Returns:
        {"result": ...}; {"error": sentence} of a LascarError; {"failure": traceback} of any other
        exception; {"died": exit code} where the process ended without an answer.

    Example:
        >>> from lascarlib.datasets import count
        >>> from lascarlib.scheduling.task import Task, described
        >>> run_in_child(described(Task("one", count, {"cases": 1})), environment={})
        {'result': '1 case'}
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        log = Path(description["log"] or os.devnull)
        if description["log"]:
            log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", MODULE, str(answer), description.get("caller", "")],
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=file,
                env={**os.environ, **environment},
                start_new_session=True,  # Ctrl-C reaches it through the lifeline, once
                text=True,
            )
        _wait(process, json.dumps(description), stopped)
        if answer.exists():
            return dict(json.loads(answer.read_text(encoding="utf-8")))
    return {"died": process.returncode}


def _wait(process: "subprocess.Popen[str]", words: str, stopped: Callable[[], bool]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(words + "\n")
        process.stdin.flush()
        while process.poll() is None and not stopped():
            time.sleep(0.1)
        process.stdin.close()
        process.wait(GRACE_S)
    except BrokenPipeError:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def main() -> int:
    """What the process does: read a task, call it, write the answer."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the worker above ignores the first
        signal.signal(number, signal.default_int_handler)
    description = json.loads(sys.stdin.readline())
    threading.Thread(target=_interrupt_when_alone, daemon=True).start()
    try:
        answer = {"result": called(description)}
    except LascarError as error:
        answer = {"error": str(error)}
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:
        answer = {"failure": traceback.format_exc()}
    Path(sys.argv[1]).write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _interrupt_when_alone() -> None:
    while os.read(0, 1024):  # not through sys.stdin, whose lock would outlast the task
        pass
    interrupt_main_thread()


if __name__ == "__main__":
    sys.exit(main())

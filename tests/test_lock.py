"""One holder at a time, also where the last one died."""

import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from lascarlib.lock import SILENT_S, holder, lock


def write(path, **changed) -> None:
    own = {"host": socket.gethostname(), "process": os.getpid(), "started": 0.0, "token": "old"}
    path.write_text(json.dumps(own | changed), encoding="utf-8")


def test_the_lock_names_its_holder_and_is_gone_afterwards(tmp_path) -> None:
    with lock(tmp_path / "new" / "a.lock", what="a"):
        held = holder(tmp_path / "new" / "a.lock")
        assert (held["host"], held["process"]) == (socket.gethostname(), os.getpid())
    with pytest.raises(KeyError), lock(tmp_path / "new" / "a.lock", what="a"):
        raise KeyError
    assert not list((tmp_path / "new").iterdir())


@pytest.mark.parametrize("dead", [False, True])
def test_only_one_is_inside_at_a_time_even_when_all_find_a_dead_holder(tmp_path, dead) -> None:
    path, inside, most = tmp_path / "a.lock", [], []
    if dead:
        write(path)  # this process was not started in 1970

    def work() -> None:
        with lock(path, what="a", poll_s=0.001):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.002)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 12
    assert not list(tmp_path.iterdir())


def test_a_process_that_lives_is_waited_for_and_named(tmp_path, capsys) -> None:
    path = tmp_path / "a.lock"
    code = f"""
import time
from pathlib import Path
from lascarlib.lock import lock
with lock(Path({str(path)!r}), what="a"):
    print("held", flush=True)
    time.sleep(3)
    print("over", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with lock(path, what="fold_0", poll_s=0.02):
            assert other.stdout.readline() == "over\n"
    said = capsys.readouterr().out
    assert said == f"fold_0: {socket.gethostname()}, process {other.pid}, has it; waiting\n"


def test_the_lock_of_a_process_that_was_killed_is_taken_over(tmp_path) -> None:
    path = tmp_path / "a.lock"
    with subprocess.Popen([sys.executable, "-c", "pass"]) as other:
        pass
    write(path, process=other.pid)
    with lock(path, what="a"):
        assert holder(path)["process"] == os.getpid()


def test_another_machine_is_dead_once_it_was_silent_for_long(tmp_path) -> None:
    path = tmp_path / "a.lock"
    write(path, host="elsewhere")
    done = threading.Event()

    def work() -> None:
        with lock(path, what="a", poll_s=0.01):
            done.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not done.wait(0.2)
    past = time.time() - SILENT_S - 10
    os.utime(path, (past, past))
    assert done.wait(5)
    thread.join()


def test_a_holder_that_was_taken_for_dead_stops(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("lascarlib.lock.BEAT_S", 0.05)
    path = tmp_path / "a.lock"

    def work() -> None:
        with lock(path, what="a"):
            write(path, host="elsewhere", token="new")
            time.sleep(10)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert "a: elsewhere took it over; stopped" in capsys.readouterr().err
    assert holder(path)["token"] == "new"

"""Tasks on a real cluster of processes: done once, again where a worker dies, stopped cleanly."""

import os
import signal
import subprocess
import sys
import time

import pytest

from lascarlib.errors import LascarError
from lascarlib.scheduling import Pool, Task, run_all

MODULE = """
import os, signal, time
from pathlib import Path
from lascarlib.errors import LascarError

def _called(folder, name):
    with (Path(folder) / name).open("a") as file:
        file.write("x")
    return len((Path(folder) / name).read_text())

def square(*, number, folder):
    _called(folder, f"square {number}")
    time.sleep(0.3 / number)
    return number**2

def die(*, folder, times):
    if _called(folder, "die") <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"

def kill_worker(*, folder):
    if _called(folder, "kill") == 1:
        os.kill(os.getppid(), signal.SIGKILL)
        try:
            time.sleep(30)
        except KeyboardInterrupt:
            _called(folder, "saved")
            raise
    return "done"

def complain(*, folder):
    _called(folder, "complain")
    raise LascarError("case_3: has no label; leave it out")

def stumble():
    return 1 / 0

def linger(*, folder, number):
    _called(folder, f"started {number}")
    try:
        time.sleep(30)
    except KeyboardInterrupt:
        _called(folder, f"saved {number}")
        raise
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """The functions above, where other processes find them."""
    folder = tmp_path_factory.mktemp("module")
    (folder / "tasks_of_tests.py").write_text(MODULE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        there = os.environ.get("PYTHONPATH")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *([there] if there else [])]))
        patch.syspath_prepend(folder)
        import tasks_of_tests

        yield tasks_of_tests


@pytest.fixture(scope="module")
def pool(module):
    """A cluster that is running already, as on the nodes of a hospital or a university."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        memory_limit=0,
        silence_logs=50,
    ) as cluster:
        yield Pool(scheduler=cluster.scheduler_address, retries=1)


def calls(folder, name) -> int:
    return len((folder / name).read_text())


def test_every_task_is_done_once_and_results_keep_their_order(module, pool, tmp_path) -> None:
    said = []
    numbers = (1, 2, 3, 4)
    tasks = [Task(f"{n}", module.square, {"number": n, "folder": str(tmp_path)}) for n in numbers]
    assert run_all(tasks, pool=pool, say=said.append) == [1, 4, 9, 16]
    assert [calls(tmp_path, f"square {n}") for n in numbers] == [1, 1, 1, 1]
    assert sorted(said) == ["1: done", "2: done", "3: done", "4: done"]


def test_a_task_whose_process_is_killed_is_called_again(module, pool, tmp_path) -> None:
    said = []
    task = Task("a", module.die, {"folder": str(tmp_path), "times": 1})
    assert run_all([task], pool=pool, say=said.append) == ["done"]
    assert said == ["a: its worker died; retry 1 of 1", "a: done"]


def test_but_not_more_often_than_was_said(module, pool, tmp_path) -> None:
    task = Task("a", module.die, {"folder": str(tmp_path), "times": 9})
    with pytest.raises(LascarError, match=r"^a: its worker died 2 times \(-9\); see whether"):
        run_all([task], pool=pool, say=lambda line: None)
    assert calls(tmp_path, "die") == 2


def test_when_a_worker_is_killed_its_task_saves_and_goes_on_elsewhere(
    module, pool, tmp_path
) -> None:
    task = Task("a", module.kill_worker, {"folder": str(tmp_path)})
    assert run_all([task], pool=pool, say=lambda line: None) == ["done"]
    assert (calls(tmp_path, "kill"), calls(tmp_path, "saved")) == (2, 1)


def test_what_is_the_users_is_said_once_and_not_tried_again(module, pool, tmp_path) -> None:
    others = Task("b", module.linger, {"folder": str(tmp_path), "number": 1})
    wrong = Task("a", module.complain, {"folder": str(tmp_path)})
    with pytest.raises(LascarError, match=r"^case_3: has no label; leave it out$"):
        run_all([others, wrong], pool=pool, say=lambda line: None)
    assert calls(tmp_path, "complain") == 1
    deadline = time.monotonic() + 60
    while not (tmp_path / "saved 1").exists() and time.monotonic() < deadline:
        time.sleep(0.1)  # the cluster is not ours: what it runs is told to stop, not waited for
    started, saved = ((tmp_path / f"{word} 1").exists() for word in ("started", "saved"))
    assert started == saved


def test_an_error_in_the_code_comes_with_its_traceback(module, pool) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)a failed on a worker.*return 1 / 0.*ZeroDivision"):
        run_all([Task("a", module.stumble, {})], pool=pool, say=lambda line: None)


def test_what_a_task_prints_is_in_its_log(module, pool, tmp_path) -> None:
    from lascarlib.cli import main

    log = tmp_path / "new" / "a.log"
    words = {"arguments": ["distance-map", "nowhere.nii.gz", "out.nii.gz"]}
    assert run_all([Task("a", main, words, log=log)], pool=pool, say=lambda line: None) == [2]
    assert log.read_text().startswith("lascar: nowhere.nii.gz: the file is missing")


def test_ctrl_c_reaches_every_task_and_waits_until_it_has_saved(module, tmp_path) -> None:
    code = f"""
import tasks_of_tests as t
from lascarlib.scheduling import Pool, Task, run_all
if __name__ == "__main__":
    tasks = [Task(str(n), t.linger, dict(folder={str(tmp_path)!r}, number=n)) for n in (1, 2)]
    try:
        run_all(tasks, pool=Pool(workers=2))
    except KeyboardInterrupt:
        print("interrupted")
"""
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if all((tmp_path / f"started {n}").exists() for n in (1, 2)):
            break
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out == "interrupted\n", err
    assert [calls(tmp_path, f"saved {n}") for n in (1, 2)] == [1, 1]
    assert "Traceback" not in err


def test_workers_of_this_machine_share_its_cores(monkeypatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    task = Task("a", os.getenv, {"key": "OMP_NUM_THREADS"})
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert run_all([task], pool=Pool(workers=2), say=lambda line: None) == [str(cores)]
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert run_all([task], pool=Pool(workers=2), say=lambda line: None) == ["3"]


def test_where_no_scheduler_is_one_sentence_says_so(module, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("lascarlib.scheduling.cluster.CONNECT_S", 0.5)
    task = Task("a", module.complain, {"folder": str(tmp_path)})
    with pytest.raises(LascarError, match=r"^tcp://127.0.0.1:9: no Dask scheduler answers there"):
        run_all([task], pool=Pool(scheduler="tcp://127.0.0.1:9"))


def test_one_worker_is_this_process(module, tmp_path) -> None:
    with pytest.raises(LascarError, match="case_3: has no label"):
        run_all([Task("a", module.complain, {"folder": str(tmp_path)})])
    assert run_all([]) == run_all([], pool=Pool(workers=2)) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": 0}, "0 workers do no work"),
        ({"retries": -1}, "-1 retries; give 0 or more"),
        ({"workers": 2, "scheduler": "tcp://a:1"}, "tcp://a:1: has its own workers"),
    ],
)
def test_a_pool_that_makes_no_sense_is_refused(options, said) -> None:
    with pytest.raises(LascarError, match=said):
        Pool(**options)


def test_what_cannot_be_sent_is_refused_before_anything_runs() -> None:
    def local() -> None: ...

    with pytest.raises(LascarError, match="put the function into a module"):
        run_all([Task("a", local, {})], pool=Pool(workers=2))
    with pytest.raises(LascarError, match="give arguments that JSON can hold"):
        run_all([Task("a", run_all, {"tasks": {1, 2}})], pool=Pool(workers=2))


def test_training_alone_does_not_import_dask() -> None:
    code = "import sys, lascarlib.scheduling; print('dask' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "False\n"

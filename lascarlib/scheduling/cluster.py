"""Tasks on a Dask cluster: one that is running, or one of this machine's processes."""

import contextlib
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
from tqdm import tqdm

from lascarlib.errors import LascarError
from lascarlib.scheduling.child import GRACE_S, run_in_child
from lascarlib.scheduling.progress import percentages
from lascarlib.scheduling.shares import share, usable_cores

if TYPE_CHECKING:
    from distributed import Client, Future

    from lascarlib.scheduling.pool import Pool

Description = Mapping[str, Any]

CONNECT_S = 20.0
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def run_on_cluster(
    descriptions: Sequence[Description], *, pool: "Pool", say: Callable[[str], None]
) -> list[Any]:
    """Run described tasks, see `lascarlib.scheduling.run_all`."""
    caller = uuid.uuid4().hex
    descriptions = [{**description, "caller": caller} for description in descriptions]
    results: dict[int, Any] = {}
    attempts = dict.fromkeys(range(len(descriptions)), 0)
    slots = min(pool.workers, len(descriptions))
    with _client(pool, slots) as client, _bar(len(descriptions)) as bar:
        waiting = {_submitted(client, descriptions[k], slots): k for k in attempts}
        try:
            while waiting:
                for future in _finished(waiting, descriptions, bar):
                    number = waiting.pop(future)
                    name, answer = descriptions[number]["name"], _answer(future)
                    if "result" in answer:
                        results[number] = answer["result"]
                        bar.update()
                        say(f"{name}: done")
                        continue
                    attempts[number] += 1
                    _raise_what_is_final(name, answer, attempts[number], pool)
                    say(f"{name}: its worker died; retry {attempts[number]} of {pool.retries}")
                    waiting[_submitted(client, descriptions[number], slots)] = number
        except BaseException:
            _stop(client, list(waiting), caller)
            raise
    return [results[number] for number in range(len(descriptions))]


def _raise_what_is_final(name: str, answer: Mapping[str, Any], times: int, pool: "Pool") -> None:
    if "error" in answer:
        raise LascarError(answer["error"])
    if "failure" in answer:
        raise RuntimeError(f"{name} failed on a worker:\n{answer['failure']}")
    if times > pool.retries:
        raise LascarError(
            f"{name}: its worker died {times} times ({answer['died']}); see whether memory was "
            "short, then start it again, and it goes on where it stopped"
        )


def work(description: Description, slots: int) -> dict[str, Any]:
    """What a worker does with a task: run it in a child, and stop that when it is not wanted."""
    from distributed import get_worker
    from distributed.worker import thread_state

    worker, key = get_worker(), thread_state.key

    def unwanted() -> bool:
        known = worker.state.tasks.get(key)
        return known is None or known.state in ("cancelled", "released", "forgotten")

    threads, gpus = _machine()
    number = worker.name if isinstance(worker.name, int) else 0
    own = share(
        number,
        slots=slots if isinstance(worker.name, int) else worker.state.nthreads,
        cores=threads,
        gpus=gpus if isinstance(worker.name, int) else [],
        environment=os.environ,
    )
    return run_in_child(description, environment=own, stopped=unwanted)


def _machine() -> tuple[int, list[str]]:
    """Cores this process may use, and names of the GPUs it sees."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        gpus = sorted(name[6:] for name in _devices() if name[6:].isdecimal())
    else:
        gpus = [name for name in named.split(",") if name]
    return usable_cores(), gpus


def _devices() -> list[str]:
    """Device files of NVIDIA's driver, nvidia0 and so on: read without importing PyTorch."""
    with contextlib.suppress(OSError):
        return [name for name in os.listdir("/dev") if name.startswith("nvidia")]
    return []


@contextmanager
def _client(pool: "Pool", slots: int) -> Iterator["Client"]:
    """A client of the cluster at the pool's address, or of a new one of local processes."""
    import dask
    from distributed import Client, LocalCluster

    if pool.scheduler is not None:
        try:
            client = Client(pool.scheduler, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise LascarError(
                f"{pool.scheduler}: no Dask scheduler answers there; start one with "
                "`dask scheduler`, or leave it out to work in local processes"
            ) from error
        with client:
            yield client
        return
    quiet: dict[str, bool | None] = {
        "distributed.worker.daemon": False,
        "distributed.worker.use-file-locking": False,
    }
    # Dask would give every worker one thread, and the tasks are to get a share of all of them.
    quiet |= {f"distributed.nanny.pre-spawn-environ.{name}": None for name in THREADS}
    with (
        dask.config.set(quiet),
        LocalCluster(
            n_workers=slots,
            threads_per_worker=1,
            dashboard_address=":0",
            memory_limit=0,
            silence_logs=50,
            scheduler_kwargs={"allowed_failures": 0},
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.register_plugin(_deaf())
        yield client


def _deaf() -> Any:
    """A plugin that lets a worker leave Ctrl-C to the process that gave it the work."""
    from distributed import WorkerPlugin

    class Deaf(WorkerPlugin):
        def setup(self, worker: Any) -> None:
            import signal
            import threading

            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, signal.SIG_IGN)

    return Deaf()


def _submitted(client: "Client", description: Description, slots: int) -> "Future":
    key = f"{description['name']}-{uuid.uuid4().hex}"
    return client.submit(work, dict(description), slots, key=key, pure=False)


def _finished(
    waiting: "Mapping[Future, int]", descriptions: Sequence[Description], bar: "tqdm[Any]"
) -> "list[Future]":
    """The futures that are done; where none is, look again in half a second."""
    done = [future for future in waiting if future.done()]
    if not done:
        time.sleep(0.5)
        bar.set_postfix_str(percentages(descriptions[k] for k in waiting.values()), refresh=False)
        bar.update(0)
    return done


def _answer(future: "Future") -> dict[str, Any]:
    from distributed import KilledWorker

    if future.status == "finished":
        return dict(future.result())
    if future.status == "error":
        error = future.exception()
        if isinstance(error, KilledWorker):
            return {"died": "the worker itself"}
        return {"failure": repr(error)}
    raise LascarError("the Dask scheduler was lost; start it and the same command again")


def _stop(client: "Client", futures: "list[Future]", caller: str) -> None:
    """Let what runs save its checkpoint; on this machine, until it has."""
    tasks = [process for process in psutil.process_iter() if caller in _words(process)]
    client.cancel(futures)
    psutil.wait_procs(tasks, timeout=GRACE_S)


def _words(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def _bar(total: int) -> "tqdm[Any]":
    """A bar that is drawn when its time has come, though no task be done."""
    return tqdm(total=total, desc="tasks", unit="task", file=sys.stderr, miniters=0)

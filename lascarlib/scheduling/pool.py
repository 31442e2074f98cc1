"""Run tasks: here one after the other, in processes of this machine, or on a Dask cluster."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lascarlib.errors import LascarError
from lascarlib.scheduling.task import Task, described


@dataclass(frozen=True)
class Pool:
    """Who does the work.

    Args:
        workers: processes of this machine, which share its cores and GPUs; 1 is this process.
        scheduler: address of a Dask cluster, as tcp://host:8786, that works instead; its workers
            need the same version of this library and the same files under the same names.
        retries: how often a task is called again whose worker died.

    Raises:
        LascarError: no worker, retries below 0, or workers beside a scheduler, which has its own.
    """

    workers: int = 1
    scheduler: str | None = None
    retries: int = 2

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise LascarError(f"{self.workers} workers do no work; give 1 or more")
        if self.retries < 0:
            raise LascarError(f"{self.retries} retries; give 0 or more")
        if self.scheduler is not None and self.workers != 1:
            raise LascarError(f"{self.scheduler}: has its own workers; leave out their number")

    @property
    def is_here(self) -> bool:
        """Whether the work is done in this process."""
        return self.scheduler is None and self.workers == 1


HERE = Pool()
"""This process, one task after the other."""


def run_all(
    tasks: Sequence[Task], *, pool: Pool = HERE, say: Callable[[str], None] = print
) -> list[Any]:
    """Run tasks to the end and return what they return, in their order.

    With more than one worker, or a scheduler, each task runs in a process of its own. A task whose
    worker dies is called again, `pool.retries` times; it is expected to find what it had done. A
    task that raises ends all of them: what is wrong for one is seldom right for the next. So does
    an interrupt; every task that runs is then interrupted too, and waited for.

    Args:
        tasks: to be run; none returns [].
        pool: who runs them.
        say: gets a line when a task is done, or is called again.

    Returns:
        One result a task, of JSON types where it ran elsewhere.

    Raises:
        LascarError: a task raised one; a task's worker died too often; no scheduler answers; or a
            task cannot be sent to another process.
        RuntimeError: a task raised anything else; with its traceback.

    Example:
        >>> from lascarlib.datasets import count
        >>> run_all([Task(str(n), count, {"cases": n}) for n in (1, 2)], say=lambda line: None)
        ['1 case', '2 cases']
    """
    if pool.is_here:
        results = []
        for task in tasks:
            results.append(task.function(**task.arguments))
            say(f"{task.name}: done")
        return results
    descriptions = [described(task) for task in tasks]
    if not tasks:
        return []
    from lascarlib.scheduling.cluster import run_on_cluster  # Dask takes a second to import

    return run_on_cluster(descriptions, pool=pool, say=say)

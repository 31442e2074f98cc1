"""Tasks run one after the other, in parallel processes, or on a Dask cluster."""

from lascarlib.scheduling.pool import HERE, Pool, run_all
from lascarlib.scheduling.task import Task

__all__ = ["HERE", "Pool", "Task", "run_all"]

"""Training one network per stage and fold: config, profiles, loop, schedule, run folder."""

from lascarlib.training.config import Config, StageConfig
from lascarlib.training.device import make_fabric
from lascarlib.training.export import export_run
from lascarlib.training.folds import ALL, make_folds
from lascarlib.training.loop import train_network
from lascarlib.training.planned import planned
from lascarlib.training.profiles import PROFILES, make_config
from lascarlib.training.run import Run, open_run, start_run
from lascarlib.training.settings import parse_settings, with_settings
from lascarlib.training.task import Task
from lascarlib.training.watching import Progress, Watcher

__all__ = [
    "ALL",
    "PROFILES",
    "Config",
    "Progress",
    "Run",
    "StageConfig",
    "Task",
    "Watcher",
    "export_run",
    "make_config",
    "make_fabric",
    "make_folds",
    "open_run",
    "parse_settings",
    "planned",
    "start_run",
    "train_network",
    "with_settings",
]

"""LearnGC: scar on the LA surface by a minimum cut whose weights are learned (Li et al., 2020)."""

from lascarlib.baselines.learngc.config import LearnGCConfig, make_learngc_config
from lascarlib.baselines.learngc.folder import LearnGCRun, is_learngc, open_learngc
from lascarlib.baselines.learngc.predict import LearnGC, SurfaceScar, load_learngc
from lascarlib.baselines.learngc.train import train_learngc

__all__ = [
    "LearnGC",
    "LearnGCConfig",
    "LearnGCRun",
    "SurfaceScar",
    "is_learngc",
    "load_learngc",
    "make_learngc_config",
    "open_learngc",
    "train_learngc",
]

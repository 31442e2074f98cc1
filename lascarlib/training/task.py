"""What is to be trained: one network, for how long, and the folder it is kept in."""

from dataclasses import dataclass
from pathlib import Path

from lascarlib.training.batches import Batches
from lascarlib.training.config import StageConfig
from lascarlib.training.objective import Objective
from lascarlib.training.state import State


@dataclass(frozen=True)
class Task:
    """One network to train.

    Args:
        objective: what it is and minimises.
        config: of the stage.
        folder: gets weights.safetensors, and while training log.csv and checkpoint.safetensors.
        seed: of the initial weights.
        budget_s: train for this many seconds instead of `config.iterations`.
        held_back: patches of cases that are not learned from, see `lascarlib.training.look`.
        name: shown beside the progress bar, such as "atrium fold_0".
    """

    objective: Objective
    config: StageConfig
    folder: Path
    seed: int
    budget_s: float | None = None
    held_back: Batches | None = None
    name: str = "train"

    @property
    def last_iteration(self) -> int:
        """Where it ends at the latest; a number that none reaches where time is what ends it."""
        return self.config.iterations if self.budget_s is None else 2**31

    def progress(self, state: State) -> float:
        """Share of the training that is done, of its iterations or of its time; 1 at the end."""
        if self.budget_s is None:
            return state.iteration / self.config.iterations
        return state.elapsed_s / self.budget_s

"""Out-of-fold predictions of stage 1: every case seen by the one network that never learned it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.io import write_array
from lascarlib.pipeline.predict import load_population, stage_probability, threshold_atrium
from lascarlib.preprocess import to_case_grid
from lascarlib.training.cache import sample_file
from lascarlib.training.run import Run
from lascarlib.training.stage import load_networks


def predict_out_of_fold(run: Run, fold: str, ids: Sequence[str]) -> None:
    """Predict the cases a fold held back, from their stored samples, on the network's grid."""
    missing = [name for name in ids if not _out_of_fold_file(run, name).exists()]
    if not missing:
        return
    networks = load_networks(run, "atrium", (fold,))
    for name in tqdm(missing, desc=f"predicting {fold}", unit="case"):
        channels = np.load(sample_file(run, "atrium", name))[:-1].astype(np.float32)
        probability = stage_probability(run, "atrium", channels, networks)[0]
        write_array(_out_of_fold_file(run, name), probability)


def out_of_fold_probability(run: Run, case: Case) -> np.ndarray:
    """LA probability of a training case, from the one network that never saw it.

    Returns:
        float32 (x, y, z) in [0, 1] on the case's own grid.

    Raises:
        LascarError: its fold is not trained yet.
    """
    path = _out_of_fold_file(run, case.id)
    if not path.exists():
        raise LascarError(f"{case.id}: no out-of-fold prediction in {run.folder}; train its fold")
    return to_case_grid(np.load(path), case)


def out_of_fold_atrium(run: Run, case: Case) -> np.ndarray:
    """UAM-corrected LA mask of a training case from its out-of-fold probability: bool (x, y, z)."""
    probability = out_of_fold_probability(run, case)
    mask, _, _ = threshold_atrium(run, probability, load_population(run))
    return mask


def _out_of_fold_file(run: Run, case_id: str) -> Path:
    return run.folder / "atrium" / "out_of_fold" / f"{case_id}.npy"

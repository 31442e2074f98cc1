"""The table of Dice against minutes of training, from its records; `minutes.py` makes both."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from table import write_table

from lascarlib.experiments.trials import Trial

WORDS = {
    "lascarlib": "computes in bfloat16 where the processor does; it predicts without mirroring.",
    "lascarlib, cross-entropy": "is lascarlib but for its loss: all voxels count in the "
    "cross-entropy beside the soft Dice, not the hardest half (TopK); that, too, was chosen on the "
    "cases scored.",
    "lascarlib, larger": "minimises Dice + cross-entropy and augments more; on Utah 2018 it keeps "
    "the scans' slice distance and has twice the features but at the coarsest resolution. These, "
    "too, were chosen on the cases scored.",
    "lascarlib from pretrained:phantom": "goes on from weights that learned on phantoms alone, "
    "with their network and grid.",
    "nnU-Net v2": "trains a network of lascarlib's size on its grid, for its own are meant for a "
    "GPU and for days. On a processor it computes in float32; it predicts with mirroring.",
    "MONAI DynUNet": "trains a network of lascarlib's size on its cases and its grid, in bfloat16 "
    "where lascarlib does; it predicts without mirroring.",
}
"""What a reader should know of each contestant."""


def rows_of(trials: Sequence[Trial]) -> list[dict[str, object]]:
    """A row for each contestant, length, processor and threads: mean over seeds, SD over cases."""

    def key(trial: Trial) -> tuple[str, float, str, int]:
        return trial.contestant, trial.minutes, trial.processor, trial.threads

    rows: list[dict[str, object]] = []
    for (contestant, minutes, on, threads), group in itertools.groupby(
        sorted(trials, key=key), key
    ):
        each = sorted(group, key=lambda trial: trial.seed)
        means = [float(np.mean(list(trial.dice.values()))) for trial in each]
        cases = [value for trial in each for value in trial.dice.values()]
        rows.append(
            {
                "contestant": contestant,
                "minutes": minutes,
                "threads": threads,
                "Dice": f"{np.mean(means):.3f} ± {np.std(cases, ddof=1):.3f}",
                "least case": f"{min(cases):.3f}",
                "mean of each seed": ", ".join(f"{mean:.3f}" for mean in means),
                "iterations": ", ".join(str(trial.iterations) for trial in each),
                "load": ", ".join(f"{trial.load:.1f}" for trial in each),
                "processor": on,
            }
        )
    return rows


def settings_as_words(settings: Mapping[str, Any]) -> list[str]:
    """Changed settings as the command line takes them."""
    return [f"{name}={value}" for name, value in settings.items()]


def _changed(trial: Trial) -> str:
    words = ", ".join(f"`{word}`" for word in settings_as_words(trial.settings))
    return f" Changed in the profile: {words}." if words else ""


def write_page(trials: Sequence[Trial], out: Path, *, name: str, records: Path) -> None:
    """Write `minutes.md`.

    Args:
        trials: one or more, of one data set.
        out: folder for it.
        name: of the data set.
        records: file of the trials.
    """
    trained = {trial.contestant: trial for trial in trials}
    commits = sorted({trial.commit for trial in trials})
    write_table(
        out / "minutes.md",
        rows_of(trials),
        title="Dice of the LA against minutes of training",
        notes=[
            f"{name}: {trials[0].training} to learn from, {len(trials[0].dice)} others to score, "
            "each on its own grid; mean over seeds ± SD over the cases of all seeds.",
            "For Utah 2018, the cpu profile's network and grid were chosen by their Dice on the "
            "cases scored: lascarlib's figures there are those of a validation set.",
            "Minutes of training on the clock; preprocessing and prediction are not counted.",
            *(
                f"{who} {WORDS.get(who, '')} Network: {trial.network}.{_changed(trial)}"
                for who, trial in sorted(trained.items())
            ),
            "Load: of the whole machine when the training ended, its own work included. Where a "
            "contestant made fewer iterations in one training than in another, something may have "
            "run beside it; from a quarter fewer on it is made again.",
            f"Every case of every training, with its command and versions: `{records.name}`; "
            f"trained at commit {', '.join(commits)}.",
        ],
    )

"""What in the phantom matters: equal trainings, each without one ingredient, on real hearts."""

import argparse
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from table import RESULTS, as_folder, run_script, write_table

from lascarlib.case import Case
from lascarlib.datasets import Dataset, open_dataset
from lascarlib.errors import LascarError
from lascarlib.evaluation import score_case
from lascarlib.phantom import describe_cohort, phantom_case
from lascarlib.phantom.scan import scan_config
from lascarlib.pipeline import load_predictor, train
from lascarlib.provenance import commit
from lascarlib.training import make_config, start_run
from lascarlib.training.checkpoint import read_json, write_json

SEED = 1
"""Of the phantoms to learn from."""

SETTINGS = {
    "loss": "dice-cross-entropy",
    "spacing_mm": (2.0, 2.0, 1.5),
    "features": (16, 32, 64, 128),
    "batch_size": 1,
    "foreground_share": 1.0,
}
"""Of every network here; those of pretrained:phantom, whose single patches lay on the LA always."""

SMALL = {"spacing_mm": (5.0, 5.0, 5.0), "patch_voxels": (16, 16, 16), "features": (4, 8)}
"""Of a run that only shows that the script still works."""

NO_NOISE: dict[str, object] = {
    "noise_sd_to_blood": (0.001, 0.001),
    "texture_sd": (0.0, 0.0),
    "blood_texture_sd": (0.0, 0.0),
    "ghost_to_signal": (0.0, 0.0),
    "bias_field_sd": (0.0, 0.0),
}


@dataclass(frozen=True)
class Variant:
    """A training cohort that lacks something.

    Args:
        domain: of the phantom.
        changes: of a case's config, once its scan is settled.
        neighbours: whether anything but the LA, its wall and veins is painted.
        patch_voxels: of the network.
        iterations_factor: times the usual number of iterations; every variant sees as many voxels.
    """

    domain: str = "wide"
    changes: Mapping[str, Any] | None = None
    neighbours: bool = True
    patch_voxels: tuple[int, int, int] = (64, 48, 40)
    iterations_factor: int = 1


VARIANTS = {
    "everything (domain=wide)": Variant(),
    "without the navigator's inflow": Variant(changes={"navigator_gain": (0.0, 0.0)}),
    "without crops round the atrium": Variant(changes={"cropped_probability": 0.0}),
    "without neighbours": Variant(neighbours=False),
    "nothing randomised (domain=real)": Variant("real"),
    "without noise, texture, bias, ghosts": Variant(changes=NO_NOISE),
    "without wide ranges, views and resolutions": Variant(
        "real", {"halved_slices_probability": 0.5, "cropped_probability": 0.5}
    ),
    "without halved slice distances": Variant(changes={"halved_slices_probability": 0.0}),
    "small patches (32 x 32 x 32)": Variant(patch_voxels=(32, 32, 32), iterations_factor=4),
}
"""What is compared; the first is what the others lack something of."""


def cohort_of(variant: Variant, cases: int) -> Dataset:
    """Phantoms that lack what a variant lacks; they are made anew whenever they are asked for."""
    source = f"phantom:cases={cases},seed={SEED},domain={variant.domain}"
    cohort = open_dataset(source)
    config = describe_cohort(source.partition(":")[2]).config
    indices = {name: index for index, name in enumerate(cohort.ids)}

    def load(name: str) -> Case:
        index = indices[name]
        settled = scan_config(config, seed=SEED, index=index)
        changed = replace(settled, **(variant.changes or {}))
        return phantom_case(index, seed=SEED, config=changed, neighbours=variant.neighbours)

    return replace(cohort, load=load, without_scar=cohort.ids)


def scores(
    variant: Variant,
    folder: Path,
    settings: Mapping[str, object],
    *,
    cases: int,
    iterations: int,
    test: str,
) -> dict[str, float]:
    """Train on a variant; the LA Dice of every test case on its own grid."""
    stage = {
        "patch_voxels": variant.patch_voxels,
        "iterations": iterations * variant.iterations_factor,
        **settings,
    }
    config = make_config("cpu", seed=0, settings={"atrium": stage})
    cohort = cohort_of(variant, cases)
    run = start_run(folder, config, cohort)
    train(run, cohort)
    predict = load_predictor(run)
    rows = (score_case(case, predict(case).atrium, score_scar=False) for case in open_dataset(test))
    return {row.id: round(row.atrium_dice, 4) for row in rows}


def _compared(dice: np.ndarray, first: np.ndarray | None) -> dict[str, str]:
    """Mean, SD and least of a row's Dice, and how it stands to the first row, where it is not that.

    Both hold a Dice for each case, in the same order.
    """
    sd = dice.std(ddof=1) if len(dice) > 1 else 0.0
    return {
        "Dice": f"{dice.mean():.3f} ± {sd:.3f}",
        "least": f"{dice.min():.3f}",
        "change": "–" if first is None else f"{(dice - first).mean():+.3f}",
        "worse in": "–" if first is None else f"{int((dice < first).sum())} of {len(dice)}",
    }


def tabulate(record: dict[str, Any], out: Path) -> None:
    """Write the table of the variants measured so far, one at least."""
    measured = {name: record["rows"][name] for name in VARIANTS if name in record["rows"]}
    rows: list[dict[str, str]] = []
    first_at: dict[str, np.ndarray] = {}
    for name, found in measured.items():
        dice = np.array(list(found["dice"].values()))
        first = first_at.setdefault(found["commit"], dice)
        compared = _compared(dice, None if first is dice else first)
        rows.append({"phantom": name, **compared, "learned at": found["commit"]})
    n_cases = len(next(iter(measured.values()))["dice"])
    write_table(
        out / "phantom_ingredients.md",
        rows,
        title="What in the phantom matters",
        notes=[
            f"LA Dice of {n_cases} real hearts (utah2018[64:], native grid), mean ± SD over "
            f"cases, of networks that learned on {record['cases']} phantoms alone, seed {SEED}.",
            f"{record['iterations']} iterations of one patch, far from converged, and one training "
            "a row: differences of 0.02 may be chance.",
            "Small patches get four times as many iterations: every row sees as many voxels.",
            "Learned at: the commit whose phantoms and training a row is of. Change and worse: "
            "against the first row of the same commit.",
        ],
    )


def main() -> None:
    """Train and score every variant, and write table and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="two iterations, phantoms as test")
    parser.add_argument("--iterations", type=int, default=250, help="of 64 x 48 x 40 voxels each")
    parser.add_argument("--cases", type=int, default=60, help="phantoms to learn from")
    parser.add_argument(
        "--out", type=as_folder, default=RESULTS, help="folder for table and record"
    )
    options = parser.parse_args()
    test = "phantom:cases=1,seed=9"
    cases, iterations = (1, 2) if options.small else (options.cases, options.iterations)
    if not options.small:
        if "LASCAR_DATA" not in os.environ:
            raise LascarError("LASCAR_DATA is not set; let it name the folder that holds utah2018")
        test = f"{os.environ['LASCAR_DATA']}/utah2018[64:]"
    path = options.out / "phantom_ingredients.json"
    made_from = {"iterations": iterations, "cases": cases}
    record = read_json(path) if path.exists() and not options.small else {**made_from, "rows": {}}
    if any(record[name] != value for name, value in made_from.items()):
        raise LascarError(
            f"{path}: made with {record['iterations']} iterations on {record['cases']} phantoms; "
            "repeat these numbers to go on with it, or give a new --out"
        )
    missing = [name for name in VARIANTS if name not in record["rows"]]  # all, or the rest of a run
    for name in missing:
        with tempfile.TemporaryDirectory() as folder:
            settings = SMALL if options.small else SETTINGS
            train_and_score = partial(scores, cases=cases, iterations=iterations, test=test)
            dice = train_and_score(VARIANTS[name], Path(folder) / "run", settings)
        record["rows"][name] = {"commit": commit(), "dice": dice}
        write_json(path, record)
        tabulate(record, options.out)
    if not missing:
        tabulate(record, options.out)


if __name__ == "__main__":
    run_script(main)

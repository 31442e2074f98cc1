"""`lascar phantom`: write a synthetic cohort."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lascarlib.case import Case
    from lascarlib.datasets import Dataset

KEYS = {
    "cases": "how many (default 24)",
    "seed": "of the cohort (default 0); not beside --split",
    "size": "coarse (default) or full",
    "domain": "real (default), or wide: randomised for training",
    "centre": "utah (default), bidmc, kcl or mixed: whose voxels",
    "scar": "mixed (default), ablation (rings, lines) or diffuse (before ablation)",
    "observer": "0 (default) labels the truth; 1, 2, ... are other annotators",
    "split": "cohorts of the papers' sizes, no patient in two: task1-train, task1-test, ...",
    "cohort": "the cohort.json of an earlier OUT, made again",
}
"""Words of a cohort, as options, and what they mean."""


def add_commands(commands: Any) -> None:
    """Add `phantom` to the command line."""
    phantom = commands.add_parser("phantom", help="write synthetic cases in the LAScarQS layout")
    phantom.add_argument("out", metavar="OUT", type=Path, help="folder, gets one folder per case")
    for word, text in KEYS.items():
        phantom.add_argument(f"--{word}", metavar=word.upper(), help=text)
    phantom.add_argument(
        "--implant",
        metavar="DATA",
        help="write these labelled cases instead, with scar of --seed implanted round their LA",
    )
    phantom.set_defaults(handler=write_phantom)


def write_phantom(options: argparse.Namespace) -> int:
    """Write a phantom cohort and the JSON that describes it, or given cases with implanted scar."""
    from lascarlib.cli.targets import check_folder
    from lascarlib.datasets import check_cases, check_labelled, count, open_dataset
    from lascarlib.errors import LascarError
    from lascarlib.io import write_atomically
    from lascarlib.phantom import cohort_json, describe_cohort
    from lascarlib.phantom.implant import implant_scar

    check_folder(options.out)
    given = {key: getattr(options, key) for key in KEYS if getattr(options, key) is not None}
    words = ",".join(f"{key}={value}" for key, value in given.items())
    if options.implant is None:
        dataset = open_dataset(f"phantom:{words}")
        _check_cohort(options.out, dataset.ids)
        _write(options.out, dataset)
        text = cohort_json(describe_cohort(words))
        path = options.out / "cohort.json"
        write_atomically(path, lambda part: part.write_text(text, encoding="utf-8"))
        print(f"{count(len(dataset))} in {options.out}, described by cohort.json")
        return 0
    if unfit := sorted(given.keys() - {"seed", "scar"}):
        raise LascarError(f"--{unfit[0]} says nothing about given cases; leave it out")
    dataset = open_dataset(options.implant)
    check_labelled(dataset, label="LA", purpose="scar to be implanted round it")
    _check_new(options.out, dataset.ids)
    check_cases(dataset)
    plan = describe_cohort(words)
    _write(
        options.out,
        dataset,
        lambda case: implant_scar(case, seed=plan.seed, config=plan.config),
    )
    print(f"{count(len(dataset))} in {options.out}, their scar implanted")
    return 0


def _check_cohort(out: Path, ids: tuple[str, ...]) -> None:
    """Refuse a folder with cases that the cohort.json to be written would not describe."""
    from lascarlib.datasets import LAYOUTS
    from lascarlib.errors import LascarError

    there = {path.parent.name for path in out.glob(f"*/{LAYOUTS[0].image}")}
    if others := sorted(there - set(ids)):
        raise LascarError(f"{out}: holds {others[0]}, not of this cohort; give a new folder")


def _check_new(out: Path, ids: tuple[str, ...]) -> None:
    """Refuse to write over given cases, whose labels may exist nowhere else."""
    from lascarlib.errors import LascarError

    if there := [name for name in ids if (out / name).exists()]:
        raise LascarError(f"{out / there[0]}: is there already; give a new folder")


def _write(
    out: Path, dataset: "Dataset", change: "Callable[[Case], Case]" = lambda case: case
) -> None:
    import numpy as np
    from tqdm import tqdm

    from lascarlib.datasets import LAYOUTS
    from lascarlib.io import write_volume

    names = LAYOUTS[0]
    for made in tqdm(dataset, total=len(dataset), desc="phantom", unit="case"):
        case = change(made)
        assert case.atrium is not None
        assert case.scar is not None
        folder = out / case.id
        write_volume(folder / names.image, case.image, case.affine)
        write_volume(folder / names.atrium, case.atrium * np.int16(420), case.affine)
        write_volume(folder / names.scar, case.scar.astype(np.int16), case.affine)

"""`lascar phantom`: write a synthetic cohort."""

import argparse
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add `phantom` to the command line."""
    phantom = commands.add_parser("phantom", help="write synthetic cases in the LAScarQS layout")
    phantom.add_argument("out", metavar="OUT", type=Path, help="folder, gets one folder per case")
    for word, text in (
        ("cases", "how many (default 24)"),
        ("seed", "of the cohort (default 0)"),
        ("size", "coarse (default) or full"),
        ("domain", "real (default), or wide: randomised for training"),
        ("centre", "utah (default), bidmc, kcl or mixed: whose voxels"),
        ("scar", "mixed (default), ablation (rings, lines) or diffuse (before ablation)"),
        ("split", "cohorts of the papers' sizes: task1-train, task1-test, ..."),
        ("cohort", "the cohort.json of an earlier OUT, made again"),
    ):
        phantom.add_argument(f"--{word}", metavar=word.upper(), help=text)
    phantom.set_defaults(handler=write_phantom)


def write_phantom(options: argparse.Namespace) -> int:
    """Write a phantom cohort and the JSON that describes it."""
    import numpy as np
    from tqdm import tqdm

    from lascarlib.cli.targets import check_folder
    from lascarlib.datasets import LAYOUTS, open_dataset
    from lascarlib.io import write_atomically, write_volume
    from lascarlib.phantom import cohort_json, describe_cohort

    check_folder(options.out)
    names = LAYOUTS[0]
    keys = ("cases", "seed", "size", "domain", "centre", "scar", "split", "cohort")
    given = {key: getattr(options, key) for key in keys if getattr(options, key) is not None}
    words = ",".join(f"{key}={value}" for key, value in given.items())
    dataset = open_dataset(f"phantom:{words}")
    text = cohort_json(describe_cohort(words))
    for case in tqdm(dataset, total=len(dataset), desc="phantom", unit="case"):
        folder = options.out / case.id
        write_volume(folder / names.image, case.image, case.affine)
        write_volume(folder / names.atrium, case.atrium * np.int16(420), case.affine)
        write_volume(folder / names.scar, case.scar.astype(np.int16), case.affine)
    write_atomically(
        options.out / "cohort.json", lambda part: part.write_text(text, encoding="utf-8")
    )
    print(f"{len(dataset)} cases in {options.out}, described by cohort.json")
    return 0

"""`lascar phantom` and `lascar distance-map`: commands that write volumes."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def add_commands(commands: Any) -> None:
    """Add `phantom` and `distance-map` to the command line."""
    phantom = commands.add_parser("phantom", help="write synthetic cases in the LAScarQS layout")
    phantom.add_argument("out", metavar="OUT", type=Path, help="folder, gets one folder per case")
    phantom.add_argument("--cases", type=int, default=24, help="how many (default 24)")
    phantom.add_argument("--seed", type=int, default=0, help="of the cohort (default 0)")
    phantom.add_argument("--size", default="coarse", help="coarse (default) or full")
    phantom.set_defaults(handler=write_phantom)

    distance = commands.add_parser("distance-map", help="distance map of an LA label, in mm")
    distance.add_argument("atrium", metavar="ATRIUM", help="binary LA label")
    distance.add_argument("out", metavar="OUT", type=Path, help="float32 volume to write")
    distance.add_argument(
        "--kind",
        default="boundary",
        help="boundary (default): of the LA boundary band (BF Eq. 4-6); "
        "signed: of the LA surface, negative inside (JSQ Eq. 1)",
    )
    distance.set_defaults(handler=write_distance_map)


def write_phantom(options: argparse.Namespace) -> int:
    """Write a phantom cohort."""
    import numpy as np
    from tqdm import tqdm

    from lascarlib.cli.targets import check_folder
    from lascarlib.datasets import LAYOUTS, open_dataset
    from lascarlib.io import write_volume

    check_folder(options.out)
    names = LAYOUTS[0]
    dataset = open_dataset(f"phantom:cases={options.cases},seed={options.seed},size={options.size}")
    for case in tqdm(dataset, total=len(dataset), desc="phantom", unit="case"):
        folder = options.out / case.id
        write_volume(folder / names.image, case.image, case.affine)
        write_volume(folder / names.atrium, case.atrium * np.int16(420), case.affine)
        write_volume(folder / names.scar, case.scar.astype(np.int16), case.affine)
    print(f"{len(dataset)} cases in {options.out}")
    return 0


def write_distance_map(options: argparse.Namespace) -> int:
    """Write the distance map of an LA label."""
    from lascarlib.case import spacing_of
    from lascarlib.datasets import binary
    from lascarlib.errors import LascarError
    from lascarlib.geometry import boundary_distance_map, signed_distance_map
    from lascarlib.geometry.orientation import from_lps, lps_affine, to_lps
    from lascarlib.io import read_volume, suffix_of, write_volume

    kinds: dict[str, Callable[..., np.ndarray]] = {
        "boundary": boundary_distance_map,
        "signed": signed_distance_map,
    }
    if options.kind not in kinds:
        raise LascarError(f"unknown kind {options.kind!r}; known are {', '.join(kinds)}")
    if not suffix_of(options.out):
        raise LascarError(f"{options.out}: unknown ending; write .nii.gz, .nii or .nrrd")
    label = read_volume(options.atrium)
    if options.out.exists() and options.out.samefile(options.atrium):
        raise LascarError(f"{options.out}: is the label itself; give another file to write")
    mask = binary(label.array, path=options.atrium)
    if not mask.any():
        raise LascarError(f"{options.atrium}: the atrium is empty, so it has no boundary; draw it")
    try:
        spacing_mm = spacing_of(lps_affine(label.affine, shape=mask.shape))
        distance_mm = kinds[options.kind](to_lps(mask, label.affine), spacing_mm=spacing_mm)
    except LascarError as error:
        raise LascarError(f"{options.atrium}: {error}") from error
    write_volume(options.out, from_lps(distance_mm, label.affine), label.affine)
    return 0

"""`lascar distance-map`: write the distance map of an LA label."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def add_commands(commands: Any) -> None:
    """Add `distance-map` to the command line."""
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

"""Times the boundary distance map (BF Eq. 4-6) and JSQ's signed map beside SciPy's transform."""

import argparse
from collections.abc import Callable

import numpy as np
from scipy import ndimage
from table import RESULTS, as_folder, best_seconds, peak_memory_mb, run_script, write_table

from lascarlib.errors import LascarError
from lascarlib.geometry import (
    boundary_band,
    boundary_distance_map,
    signed_distance_map,
    surface_voxels,
)
from lascarlib.geometry.envelope import THREADS
from lascarlib.geometry.grid import Box, bounding_box, paste, resample_label
from lascarlib.phantom import COARSE, phantom_case

LIMIT_MM = 1e-4
CLIP_MM = 50.0
REGION_MARGIN = 10


def large_atrium() -> tuple[np.ndarray, tuple[float, float, float]]:
    """A phantom's LA in a volume 576 x 576 x 88 voxels, 0.625 mm apart."""
    atrium = phantom_case(0, seed=1, config=COARSE).atrium
    assert atrium is not None
    fine = resample_label(atrium, (192, 192, 80))
    box = Box((192, 192, 4), (384, 384, 84))
    return paste(fine, (576, 576, 88), box, fill=False), (0.625, 0.625, 0.625)


def small_atrium() -> tuple[np.ndarray, tuple[float, float, float]]:
    """The same LA as the phantom made it: 96 x 96 x 40 voxels."""
    atrium = phantom_case(0, seed=1, config=COARSE).atrium
    assert atrium is not None
    return atrium, COARSE.spacing_mm


def boundary_map_with_scipy(mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """BF Eq. 4-6 with SciPy's transform; the band costs both the same."""
    M = boundary_band(mask)
    distance_mm = ndimage.distance_transform_edt(~M, sampling=spacing_mm)
    depth_mm = ndimage.distance_transform_edt(M, sampling=spacing_mm)
    return np.where(M, 1 - depth_mm, distance_mm)


def signed_map_with_scipy(mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """JSQ Eq. 1 with SciPy's transform and beta = 1."""
    distance_mm = ndimage.distance_transform_edt(~surface_voxels(mask), sampling=spacing_mm)
    clipped_mm = np.minimum(distance_mm, CLIP_MM)
    return np.where(mask, -clipped_mm, clipped_mm)


def compare(
    name: str, ours: Callable[[], np.ndarray], theirs: Callable[[], np.ndarray], rounds: int
) -> dict[str, object]:
    """One row of the table."""
    result_mm = ours()
    difference_mm = float(np.abs(result_mm - theirs()).max())
    if not difference_mm < LIMIT_MM:
        raise LascarError(f"{name}: {difference_mm} mm from SciPy, more than {LIMIT_MM}")
    seconds = best_seconds({"ours": ours, "theirs": theirs}, rounds=rounds)
    return {
        "map": name,
        "voxels": " x ".join(map(str, result_mm.shape)),
        "lascarlib s": seconds["ours"],
        "SciPy s": seconds["theirs"],
        "ratio": seconds["theirs"] / seconds["ours"],
        "lascarlib peak MB": peak_memory_mb(ours),
        "SciPy peak MB": peak_memory_mb(theirs),
        "difference mm": difference_mm,
    }


def main() -> None:
    """Run the comparison and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="96 x 96 x 40 voxels, one round")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    mask, spacing_mm = small_atrium() if options.small else large_atrium()
    region = bounding_box(mask, margin=(REGION_MARGIN,) * 3).slices
    rounds = 1 if options.small else options.rounds
    rows = [
        compare(
            "boundary, whole volume",
            lambda: boundary_distance_map(mask, spacing_mm=spacing_mm),
            lambda: boundary_map_with_scipy(mask, spacing_mm),
            rounds,
        ),
        compare(
            "boundary, region of interest",
            lambda: boundary_distance_map(mask, spacing_mm=spacing_mm, region=region),
            lambda: boundary_map_with_scipy(mask, spacing_mm)[region],
            rounds,
        ),
        compare(
            "signed, whole volume",
            lambda: signed_distance_map(mask, spacing_mm=spacing_mm, clip_mm=CLIP_MM),
            lambda: signed_map_with_scipy(mask, spacing_mm),
            rounds,
        ),
    ]
    write_table(
        options.out / "distance_maps.md",
        rows,
        title="Distance maps",
        notes=[
            f"Voxels of {' x '.join(map(str, spacing_mm))} mm; the mask is a phantom's LA.",
            f"Least of {rounds} rounds taken in turn; ratio is SciPy's time over lascarlib's.",
            f"The region is the LA's box and {REGION_MARGIN} voxels around it; SciPy has to "
            "measure the whole volume for it.",
            f"SciPy's transform runs on one core, lascarlib's on {THREADS}.",
        ],
    )


if __name__ == "__main__":
    run_script(main)

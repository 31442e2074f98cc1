"""Times the scores of one case beside medpy's, MONAI's and SciPy's, and the scar projection."""

import argparse
import importlib.util
import math
import time
from collections.abc import Callable

import numpy as np
import torch
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance
from scipy import ndimage
from table import RESULTS, as_folder, best_seconds, peak_memory_mb, run_script, write_table

from lascarlib.errors import LascarError
from lascarlib.evaluation import (
    average_surface_distance,
    dice,
    hausdorff_distance,
    jaccard,
    surface_distances,
)
from lascarlib.evaluation.overlap import crop_to_both
from lascarlib.geometry import project_scar
from lascarlib.geometry.grid import Box, Spacing, paste, resample_label
from lascarlib.phantom import COARSE, phantom_case

Scores = dict[str, float]

LIMIT = 1e-9
MONAI_LIMIT_MM = 1e-3


def small_case() -> tuple[np.ndarray, np.ndarray, Spacing]:
    """LA and scar of a phantom, as it makes them."""
    case = phantom_case(0, seed=1, config=COARSE)
    assert case.atrium is not None
    assert case.scar is not None
    return case.atrium, case.scar, case.spacing_mm


def large_case() -> tuple[np.ndarray, np.ndarray, Spacing]:
    """The same in a volume of 576 x 576 x 104 voxels, 0.625 x 0.625 x 1.25 mm apart."""
    box = Box((192, 192, 12), (384, 384, 92))
    labels = (resample_label(label, (192, 192, 80)) for label in small_case()[:2])
    atrium, scar = (paste(label, (576, 576, 104), box, fill=False) for label in labels)
    return atrium, scar, (0.625, 0.625, 1.25)


def ours(prediction: np.ndarray, target: np.ndarray, spacing_mm: Spacing) -> Scores:
    """All scores of the LA, in one call as `score_case` makes it."""
    a, b = crop_to_both(prediction, target)
    far = surface_distances(a, b, spacing_mm=spacing_mm)
    return {
        "Dice": dice(a, b),
        "Jaccard": jaccard(a, b),
        "ASD": average_surface_distance(far),
        "HD": hausdorff_distance(far),
        "HD95": hausdorff_distance(far, percentile=95),
    }


def scipy_textbook(prediction: np.ndarray, target: np.ndarray, spacing_mm: Spacing) -> Scores:
    """The same from SciPy on the whole volume: erosion, distance transform, once for all."""
    borders = [mask & ~ndimage.binary_erosion(mask) for mask in (prediction, target)]
    to = [ndimage.distance_transform_edt(~border, sampling=spacing_mm) for border in borders]
    far = np.concatenate([to[1][borders[0]], to[0][borders[1]]])
    shared, either = np.sum(prediction & target), np.sum(prediction | target)
    return {
        "Dice": 2 * shared / (shared + either),
        "Jaccard": shared / either,
        "ASD": far.mean(),
        "HD": far.max(),
        "HD95": np.percentile(far, 95),
    }


def monai_scores(prediction: np.ndarray, target: np.ndarray, spacing_mm: Spacing) -> Scores:
    """ASD and HD from MONAI, which takes them one at a time."""
    one, other = (torch.from_numpy(mask[None, None]) for mask in (prediction, target))
    options = {"include_background": True, "spacing": spacing_mm}
    return {
        "ASD": float(compute_average_surface_distance(one, other, symmetric=True, **options)),
        "HD": float(compute_hausdorff_distance(one, other, **options)),
    }


def medpy_score(
    name: str, prediction: np.ndarray, target: np.ndarray, spacing_mm: Spacing
) -> float:
    """One score from medpy, which the challenge's script uses."""
    from medpy.metric import binary

    function = {"Dice": "dc", "Jaccard": "jc", "ASD": "assd", "HD": "hd", "HD95": "hd95"}[name]
    if name in ("Dice", "Jaccard"):
        return getattr(binary, function)(prediction, target)
    return getattr(binary, function)(prediction, target, voxelspacing=spacing_mm, connectivity=1)


def projection_textbook(
    atrium: np.ndarray, scar: np.ndarray, affine: np.ndarray, spacing_mm: Spacing
) -> np.ndarray:
    """The official projection on an axis-aligned grid, from SciPy on the whole volume."""
    inner = np.zeros_like(atrium)
    inner[1:-1, 1:-1, 1:-1] = True
    points = np.argwhere(atrium & inner & ~ndimage.binary_erosion(atrium))
    smooth = atrium * 420.0
    for axis, s in enumerate(spacing_mm):
        away_mm = np.arange(-math.floor(8 / s), math.floor(8 / s) + 1) * s
        weights = np.exp(-(away_mm**2) / 32)
        smooth = ndimage.correlate1d(smooth, weights / weights.sum(), axis=axis, mode="nearest")
    smooth = np.floor(smooth + 0.5)
    slopes = np.stack([np.gradient(smooth, axis=axis) / s for axis, s in enumerate(spacing_mm)])
    slope = slopes[:, *points.T].T
    length = np.linalg.norm(slope, axis=1, keepdims=True)
    step = np.divide(slope, length, where=length > 0, out=np.zeros_like(slope)) / spacing_mm
    labels = np.full(len(points), 421)
    for far_mm in np.arange(0, 10.5, 0.5):
        ahead, behind = (
            np.floor(points + sign * far_mm * step + 0.5).astype(int) for sign in (1, -1)
        )
        inside = ((ahead >= 0) & (ahead < scar.shape)).all(axis=1) & (length[:, 0] > 0)
        for voxels in (ahead, behind):
            there = inside & ((voxels >= 0) & (voxels < scar.shape)).all(axis=1)
            labels[np.flatnonzero(there)[scar[tuple(voxels[there].T)]]] = 422
    surface = np.zeros(atrium.shape, np.int16)
    surface[tuple(points.T)] = labels
    return surface


def cavity_rows(
    prediction: np.ndarray, target: np.ndarray, spacing_mm: Spacing, rounds: int
) -> list[dict[str, object]]:
    """All five scores, and those that MONAI and medpy have, each with its own time."""

    def run(peer: Callable[..., Scores]) -> Callable[[], Scores]:
        return lambda: peer(prediction, target, spacing_mm)

    found = ours(prediction, target, spacing_mm)
    peers = {"lascarlib": run(ours), "SciPy": run(scipy_textbook), "MONAI": run(monai_scores)}
    seconds = best_seconds(peers, rounds=rounds)
    check(found, peers["SciPy"](), "SciPy", LIMIT)
    check(found, peers["MONAI"](), "MONAI", MONAI_LIMIT_MM)
    rows = [
        row(
            "Dice, Jaccard, ASD, HD, HD95",
            "SciPy, all five",
            seconds["lascarlib"],
            seconds["SciPy"],
        ),
        row(
            "Dice, Jaccard, ASD, HD, HD95",
            "MONAI, ASD and HD",
            seconds["lascarlib"],
            seconds["MONAI"],
        ),
    ]
    rows[0]["lascarlib peak MB"] = peak_memory_mb(peers["lascarlib"])
    if importlib.util.find_spec("medpy"):
        for name in found:
            start = time.perf_counter()
            value = medpy_score(name, prediction, target, spacing_mm)
            alone = time.perf_counter() - start
            check(found, {name: value}, "medpy", LIMIT)
            rows.append(
                row(
                    "Dice, Jaccard, ASD, HD, HD95",
                    f"medpy, {name} alone",
                    seconds["lascarlib"],
                    alone,
                )
            )
    return rows


def projection_rows(
    atrium: np.ndarray, scar: np.ndarray, spacing_mm: Spacing, rounds: int
) -> list[dict[str, object]]:
    """Both protocols beside the textbook, whose official labels must be the same."""
    affine = np.diag([*spacing_mm, 1.0])

    def run(protocol: str) -> Callable[[], np.ndarray]:
        return lambda: project_scar(atrium, scar, affine=affine, protocol=protocol)

    contestants = {
        "official": run("official"),
        "paper": run("paper"),
        "textbook": lambda: projection_textbook(atrium, scar, affine, spacing_mm),
    }
    differing = int((contestants["official"]() != contestants["textbook"]()).sum())
    if differing:
        raise LascarError(f"{differing} labels differ from SciPy's projection")
    seconds = best_seconds(contestants, rounds=rounds)
    rows = [
        row(f"projection, {name}", "SciPy, official", seconds[name], seconds["textbook"])
        for name in ("official", "paper")
    ]
    for line, name in zip(rows, ("official", "paper"), strict=True):
        line["lascarlib peak MB"] = peak_memory_mb(contestants[name])
    return rows


def row(what: str, peer: str, seconds: float, peer_seconds: float) -> dict[str, object]:
    """One row of the table."""
    return {
        "lascarlib computes": what,
        "peer": peer,
        "lascarlib s": seconds,
        "peer s": peer_seconds,
        "ratio": peer_seconds / seconds,
        "lascarlib peak MB": "",
    }


def check(found: Scores, peers: Scores, peer: str, limit: float) -> None:
    """Stop where a peer has another value: a benchmark of wrong results is none."""
    for name, value in peers.items():
        if not abs(found[name] - value) < limit:
            raise LascarError(f"{name}: {found[name]} here and {value} from {peer}")


def main() -> None:
    """Run the comparison and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="96 x 96 x 40 voxels, one round")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    atrium, scar, spacing_mm = small_case() if options.small else large_case()
    rounds = 1 if options.small else options.rounds
    prediction = np.roll(atrium, (2, 1, 1), axis=(0, 1, 2))
    rows = cavity_rows(prediction, atrium, spacing_mm, rounds)
    rows += projection_rows(atrium, scar, spacing_mm, rounds)
    medpy = "measured once each" if importlib.util.find_spec("medpy") else "not installed"
    write_table(
        options.out / "evaluation.md",
        rows,
        title="Scores of one case",
        notes=[
            f"{' x '.join(map(str, atrium.shape))} voxels of {' x '.join(map(str, spacing_mm))} "
            "mm; a phantom's LA, its prediction shifted by 2, 1 and 1 voxels.",
            f"Least of {rounds} rounds taken in turn; ratio is the peer's time over lascarlib's, "
            "which always stands for all five scores.",
            f"medpy (`pip install -c constraints.txt -e .[bench]`): {medpy}.",
            "Scores agree with SciPy's and medpy's to 1e-9, with MONAI's (single precision) to "
            "0.001 mm; the official projection agrees with SciPy's in every voxel.",
        ],
    )


if __name__ == "__main__":
    run_script(main)

"""A cohort small enough to train on in a second: bright balls with a bright scar on one side."""

from pathlib import Path

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.datasets import LAYOUTS, Dataset
from lascarlib.io import write_volume

TINY_SHAPE = (24, 20, 12)
TINY_STAGE = {
    "spacing_mm": (2.0, 2.0, 3.0),
    "patch_voxels": (16, 16, 8),
    "features": (4, 8),
    "iterations": 12,
    "epoch_iterations": 4,
}


def tiny_case(index: int) -> Case:
    """A ball of 12 mm radius in 2 x 2 x 3 mm voxels, its shell scarred where x is large."""
    rng = np.random.default_rng(index)
    affine = np.diag([-2.0, -2.0, 3.0, 1.0])
    affine[:3, 3] = [30.0, -20.0, 7.5 + index]
    centre_mm = np.array([24.0, 20.0, 18.0]) + rng.uniform(-3, 3, 3)
    steps = np.meshgrid(*(np.arange(n) for n in TINY_SHAPE), indexing="ij")
    to_mm = zip(steps, (2.0, 2.0, 3.0), centre_mm, strict=True)
    radius_mm = np.sqrt(sum((step * size - centre) ** 2 for step, size, centre in to_mm))
    atrium = radius_mm < 12
    scar = (radius_mm >= 12) & (radius_mm < 15) & (steps[0] > 13)
    image = 100 + 200 * atrium + 350 * scar + rng.normal(0, 10, TINY_SHAPE)
    return Case(f"case_{index}", image.astype(np.float32), affine, atrium, scar)


def write_case(folder: Path, case: Case, *, scar: bool = True) -> None:
    """Write a case in the LAScarQS layout."""
    names = LAYOUTS[0]
    write_volume(folder / case.id / names.image, case.image, case.affine)
    write_volume(folder / case.id / names.atrium, case.atrium.astype(np.uint8), case.affine)
    if scar:
        write_volume(folder / case.id / names.scar, case.scar.astype(np.uint8), case.affine)


def listing(folder: Path) -> dict[str, int]:
    """Every path below a folder with its time of change: equal where nothing was written."""
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@pytest.fixture(scope="session")
def tiny_cases() -> dict[str, Case]:
    """Six cases by name."""
    return {case.id: case for case in map(tiny_case, range(6))}


@pytest.fixture(scope="session")
def tiny_dataset(tiny_cases: dict[str, Case]) -> Dataset:
    """The six cases as a data set that needs no disk."""
    return Dataset("tiny", tuple(tiny_cases), tiny_cases.__getitem__, "tiny")


@pytest.fixture
def tiny_folder(tmp_path: Path, tiny_cases: dict[str, Case]) -> Path:
    """The first three cases, written in the LAScarQS layout."""
    for case in list(tiny_cases.values())[:3]:
        write_case(tmp_path / "data", case)
    return tmp_path / "data"


@pytest.fixture
def tiny_settings() -> dict[str, object]:
    """Settings of a training that takes a second."""
    return {
        "precision": "32-true",
        "folds": 2,
        "atrium": dict(TINY_STAGE),
        "scar": dict(TINY_STAGE),
    }

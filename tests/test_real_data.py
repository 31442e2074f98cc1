"""Checks on real volumes, which never enter the repository: LASCAR_DATA says where they lie."""

import os
from pathlib import Path

import nrrd
import numpy as np
import pytest

from lascarlib.case import same_geometry
from lascarlib.datasets import Dataset, open_dataset
from lascarlib.evaluation import dice
from lascarlib.io import read_volume, write_volume
from lascarlib.preprocess import atrium_sample, to_case_grid

pytestmark = pytest.mark.skipif(
    "LASCAR_DATA" not in os.environ,
    reason="LASCAR_DATA is not set: it names the folder that holds utah2018",
)


@pytest.fixture(scope="module")
def utah() -> Dataset:
    return open_dataset(Path(os.environ["LASCAR_DATA"]) / "utah2018")


def test_every_real_header_is_one_that_is_understood(utah) -> None:
    assert utah.has_atrium
    for name in utah.ids:
        image, label = (
            nrrd.read_header(str(Path(os.environ["LASCAR_DATA"]) / "utah2018" / name / file))
            for file in ("lgemri.nrrd", "laendo.nrrd")
        )
        assert image["dimension"] == label["dimension"] == 3
        assert image["space"] == label["space"] == "left-posterior-superior"
        assert tuple(image["sizes"]) == tuple(label["sizes"])
        np.testing.assert_array_equal(image["space directions"], label["space directions"])
        lengths_mm = np.linalg.norm(image["space directions"], axis=1)
        np.testing.assert_allclose(lengths_mm, 0.625, atol=1e-3)


def test_a_real_case_survives_the_way_to_the_networks_grid_and_to_disk(utah, tmp_path) -> None:
    case = utah.load(utah.ids[0])
    sample = atrium_sample(case, spacing_mm=(1.25, 1.25, 1.25))
    back = to_case_grid(sample.label.astype(np.float32), case) > 0.5
    assert dice(back, case.atrium) > 0.97
    for suffix in (".nii.gz", ".nrrd"):
        corner = case.image[:90, :80, :70]
        write_volume(tmp_path / f"a{suffix}", corner, case.affine)
        volume = read_volume(tmp_path / f"a{suffix}")
        np.testing.assert_array_equal(volume.array, corner)
        assert same_geometry(volume.affine, case.affine, shape=case.image.shape)

import json
from pathlib import Path

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.models.plan import feature_map_estimate
from lascarlib.models.planner import batch_size, initial_patch, plan, target_spacing
from lascarlib.models.pooling import pooling_for
from lascarlib.models.unet import Architecture, UNet

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "planner").iterdir())


def read(folder: Path, name: str) -> dict:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def cohort(shape=(80, 96, 96), spacing=(1.0, 1.0, 1.0), cases=20, relative_size=1.0) -> dict:
    return {
        "shapes_after_crop": [list(shape)] * cases,
        "spacings": [list(spacing)] * cases,
        "median_relative_size_after_cropping": relative_size,
    }


def dataset(cases=20, channels=1, labels=2) -> dict:
    return {
        "channel_names": {str(i): "MRI" for i in range(channels)},
        "labels": {str(i): i for i in range(labels)},
        "numTraining": cases,
    }


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_equal_to_nnunet_key_by_key(folder: Path) -> None:
    result = plan(read(folder, "fingerprint"), read(folder, "dataset")).to_json()
    expected = read(folder, "expected_plan")
    assert result.keys() == expected.keys()
    for key, value in expected.items():
        assert result[key] == value, key
    assert json.loads(json.dumps(result)) == expected


def test_there_are_five_fixtures() -> None:
    assert len(FIXTURES) == 5


@pytest.mark.parametrize(("channels", "labels"), [(1, 2), (2, 3)])
def test_the_built_network_has_as_many_parameters(channels: int, labels: int) -> None:
    result = plan(cohort((16, 32, 24), (2.5, 1.0, 1.0)), dataset(20, channels, labels))
    network = UNet(
        Architecture(
            in_channels=channels,
            features=result.features_per_stage,
            strides=result.pooling.strides,
            kernels=result.pooling.kernel_sizes,
            n_classes=labels,
        )
    )
    assert sum(p.numel() for p in network.parameters()) == result.n_parameters


def spacing_of(ratio: float, size: int) -> float:
    """The target along z when 8 cases have this spacing, and 2 have 2 mm, beside 1 mm in plane."""
    spacings = np.array([[ratio, 1.0, 1.0]] * 8 + [[2.0, 1.0, 1.0]] * 2)
    return float(target_spacing(np.array([[size, 90, 120]] * 10), spacings)[0])


def test_target_spacing_is_the_median_up_to_three_times_the_others() -> None:
    assert spacing_of(3.0, 20) == 3.0
    # Beyond it the 10th percentile: between the first and second of ten sorted, both 2 mm.
    assert spacing_of(3.1, 20) == 2.0


def test_target_spacing_is_the_median_where_there_are_many_slices() -> None:
    # 3 x 30 = 90 is not under the smallest other size, 90; 3 x 29 = 87 is.
    assert spacing_of(4.0, 30) == 4.0
    assert spacing_of(4.0, 29) == 2.0


def test_target_spacing_stays_above_the_other_axes() -> None:
    spacings = np.array([[4.0, 1.0, 1.0]] * 8 + [[0.5, 1.0, 1.0]] * 2)
    target = target_spacing(np.array([[20, 90, 120]] * 10), spacings)
    assert target[0] == pytest.approx(1 + 1e-5, abs=1e-9)


def test_the_coarsest_axis_comes_first() -> None:
    result = plan(cohort((96, 40, 80), (1.0, 2.5, 1.2)), dataset())
    assert result.transpose_forward == (1, 0, 2)
    assert result.spacing_mm == (2.5, 1.0, 1.2)
    assert result.median_image_size_in_voxels == (40.0, 96.0, 80.0)


def test_initial_patch_is_clipped_at_the_median() -> None:
    cube = np.ones(3)
    assert initial_patch(cube, np.array([999.0, 999.0, 999.0])) == [256, 256, 256]
    assert initial_patch(cube, np.array([55.0, 256.0, 257.0])) == [55, 256, 256]


def test_batch_size_rounds_and_is_two_at_least() -> None:
    # 1,120 / 448 = 2.5 rounds to the even 2; 1,120 / 320 = 3.5 to 4.
    assert batch_size(448_000_000, patch_voxels=1, dataset_voxels=1e9) == 2
    assert batch_size(320_000_000, patch_voxels=1, dataset_voxels=1e9) == 4
    assert batch_size(560_000_000, patch_voxels=100, dataset_voxels=1) == 2
    # 5 % of 1,000 voxels are 50: five patches of 10.
    assert batch_size(1_000_000, patch_voxels=10, dataset_voxels=1000) == 5


def test_the_background_is_left_out_of_the_norm_under_three_quarters() -> None:
    assert not plan(cohort(relative_size=0.75), dataset()).use_mask_for_norm
    assert plan(cohort(relative_size=0.74), dataset()).to_json()["use_mask_for_norm"] == [True]


def test_every_channel_has_its_scheme() -> None:
    result = plan(cohort(), dataset(channels=2)).to_json()
    assert result["normalization_schemes"] == ["ZScoreNormalization"] * 2
    assert result["use_mask_for_norm"] == [False, False]


def test_batch_dice_when_the_patch_sees_under_a_quarter() -> None:
    # Both have a patch of 128 x 128 x 128, and 4 x 128 ** 3 lies between 203 ** 3 and 204 ** 3.
    below, above = (plan(cohort((edge, edge, edge)), dataset()) for edge in (203, 204))
    assert below.patch_size == above.patch_size == (128, 128, 128)
    assert (below.batch_dice, above.batch_dice) == (False, True)


@pytest.mark.parametrize("shape", [(320, 320, 320), (88, 640, 640), (600, 40, 40)])
def test_every_patch_fits_the_memory(shape: tuple[int, int, int]) -> None:
    result = plan(cohort(shape), dataset())
    assert result.feature_map_estimate <= 560_000_000
    sizes = zip(result.patch_size, result.pooling.divisibility, strict=True)
    assert all(size % step == 0 for size, step in sizes)


def test_the_last_of_equally_long_axes_is_shortened_first() -> None:
    # Two labels would afford a patch of 128 x 128 x 128; sixty do not, and one step is enough.
    pooling = pooling_for((128, 128, 128), spacing_mm=(1.0, 1.0, 1.0))
    assert feature_map_estimate(pooling, n_labels=60) > 560_000_000
    assert feature_map_estimate(pooling, n_labels=2) < 560_000_000
    # 128 is a multiple of 32, so a copy is cut to 96, which pools four times, down to 6: a multiple
    # of 16. The patch is cut by that, along the last axis.
    assert plan(cohort((128, 128, 128)), dataset(labels=60)).patch_size == (128, 128, 112)


def test_nonsense_is_refused() -> None:
    with pytest.raises(LascarError, match="no 'spacings'"):
        plan({"shapes_after_crop": [[1, 2, 3]]}, dataset())
    with pytest.raises(LascarError, match="no 'labels'"):
        plan(cohort(), {"channel_names": {"0": "MRI"}})
    with pytest.raises(LascarError, match="at least one case"):
        plan(cohort(cases=0), dataset())
    with pytest.raises(LascarError, match="0 or less"):
        plan(cohort(spacing=(1.0, 0.0, 1.0)), dataset())

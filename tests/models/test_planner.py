import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.models.budget import Budget, budget_for
from lascarlib.models.patch import initial_patch
from lascarlib.models.plan import feature_map_estimate
from lascarlib.models.planner import batch_size, plan, target_spacing
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


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_the_network_of_a_fixture_has_nnunets_number_of_parameters(folder: Path) -> None:
    expected = read(folder, "expected_plan")
    description = read(folder, "dataset")
    channels, labels = len(description["channel_names"]), len(description["labels"])
    strides, kernels = (
        tuple(tuple(triple) for triple in expected[key]) for key in ("strides", "kernel_sizes")
    )
    with torch.device("meta"):  # no memory and no arithmetic
        network = UNet(
            Architecture(channels, tuple(expected["features_per_stage"]), strides, kernels, labels)
        )
    assert sum(p.numel() for p in network.parameters()) == expected["n_parameters"]


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
    assert spacing_of(2.999, 20) == 2.999
    assert spacing_of(3.0, 20) == 3.0
    assert spacing_of(3.001, 20) == 2.0
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


def test_batch_dice_when_a_low_resolution_would_be_planned_too() -> None:
    # The patch is 128 x 128 x 128 in all of these. 4 x 128 ** 3 is under 204 ** 3, so coarser
    # images are looked for, in steps of 1.03 in spacing, until the patch covers a quarter of them:
    # 249 ** 3 / 1.03 ** 21 is under 4 x 128 ** 3, but 1.03 ** 21 = 1.86 is too little gain;
    # 250 ** 3 needs one step more, and 1.03 ** 24 = 2.03 is enough.
    plans = [plan(cohort((edge, edge, edge)), dataset()) for edge in (203, 204, 249, 250)]
    assert {made.patch_size for made in plans} == {(128, 128, 128)}
    assert [made.batch_dice for made in plans] == [False, False, False, True]


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


def test_a_median_image_of_one_slice_is_refused() -> None:
    with pytest.raises(LascarError, match="no volume; leave out cases of a single slice"):
        plan(cohort((1, 96, 96), (5.0, 1.0, 1.0)), dataset())
    assert plan(cohort((2, 96, 96), (5.0, 1.0, 1.0)), dataset()).patch_size == (2, 96, 96)


def test_half_voxels_of_an_even_number_of_cases_are_padded_not_cut() -> None:
    # Sizes of 80 and 81 have the median 80.5, which four poolings pad to 96 as they would 81.
    halves = cohort((80, 80, 80), cases=1)
    halves["shapes_after_crop"].append([81, 81, 81])
    halves["spacings"].append([1.0, 1.0, 1.0])
    result = plan(halves, dataset(labels=2))
    assert result.median_image_size_in_voxels == (80.5, 80.5, 80.5)
    assert result.patch_size == (96, 96, 96)


def test_equally_coarse_axes_keep_their_order() -> None:
    result = plan(cohort((40, 96, 80), (1.0, 2.0, 2.0)), dataset())
    assert result.transpose_forward == (1, 0, 2)
    assert plan(cohort((40, 96, 80)), dataset()).transpose_forward == (0, 1, 2)


def test_tiny_volumes_are_pooled_once_and_huge_ones_fill_the_memory() -> None:
    # 9 halves to 5, under 8: one pooling, which pads 9 to 10.
    tiny = plan(cohort((9, 9, 9)), dataset())
    assert (tiny.patch_size, len(tiny.features_per_stage)) == ((10, 10, 10), 2)
    huge = plan(cohort((5000, 5000, 5000)), dataset())
    assert huge.patch_size == (128, 128, 128)
    assert huge.batch_dice


def test_the_batch_is_limited_by_the_data_set() -> None:
    # A patch of 32 ** 3 in images of the same size: 5 % of 59 cases are 2.95 patches, of 20 one.
    sizes = {cases: plan(cohort((32, 32, 32)), dataset(cases)).batch_size for cases in (20, 59, 90)}
    # 5 % of 90 are 4.5, which rounds to the even 4.
    assert sizes == {20: 2, 59: 3, 90: 4}


def test_any_planned_network_has_as_many_parameters_as_the_plan_says() -> None:
    rng = np.random.default_rng(5)
    for _ in range(12):
        shape, spacing = rng.integers(9, 200, 3).tolist(), rng.uniform(0.4, 4.0, 3).tolist()
        channels, labels = int(rng.integers(1, 4)), int(rng.integers(2, 5))
        budget = budget_for(str(rng.choice(["gpu", "cpu"])))
        result = plan(cohort(shape, spacing), dataset(20, channels, labels), budget=budget)
        features, pooling = result.features_per_stage, result.pooling
        with torch.device("meta"):  # no memory and no arithmetic
            network = UNet(
                Architecture(channels, features, pooling.strides, pooling.kernel_sizes, labels)
            )
        assert sum(p.numel() for p in network.parameters()) == result.n_parameters
        padded = zip(result.patch_size, network.architecture.divisor, strict=True)
        assert not any(size % step for size, step in padded)


def test_a_smaller_budget_plans_a_smaller_network_by_the_same_rules() -> None:
    full = plan(cohort((128, 128, 128)), dataset())
    assert full == plan(cohort((128, 128, 128)), dataset(), budget=budget_for("gpu", memory_gb=8))
    small = plan(cohort((128, 128, 128)), dataset(), budget=budget_for("cpu"))
    assert small.features_per_stage == (16, 32, 64, 128)
    assert small.patch_size == (56, 56, 48)
    # A 32nd of 560 million elements, and the next patch, 56 x 56 x 56, is above.
    assert small.feature_map_estimate < 17_500_000
    above = pooling_for((56, 56, 56), spacing_mm=(1.0, 1.0, 1.0))
    assert feature_map_estimate(above, n_labels=2, base_features=16) > 17_500_000
    assert (small.spacing_mm, small.batch_size) == (full.spacing_mm, 2)


def test_a_network_of_exactly_the_budget_is_kept_until_nothing_is_left_to_halve() -> None:
    # 8 x 8 x 8 voxels and 4 x 4 x 4 below: in the encoder 512 x 2 x 32 and 64 x 2 x 64 elements, in
    # the decoder 512 x (2 x 32 + 32 + 2): together 91,136. A step shorter is 8 x 8 x 7, of which
    # two axes halve, to 4 x 4 x 7: 448 x 2 x 32 + 112 x 2 x 64 + 448 x 98 = 86,912.
    def patch_within(elements: float) -> tuple[int, ...]:
        budget = Budget(elements * (8 / 560e6))
        return plan(cohort((8, 8, 8)), dataset(), budget=budget).patch_size

    assert patch_within(91_136.1) == (8, 8, 8)
    assert patch_within(91_135.9) == patch_within(86_912.1) == (8, 8, 7)
    # Of 8 x 7 x 7 one axis is left, and alone it would need 12 voxels.
    with pytest.raises(LascarError, match=r"0\.00124\d* GB affords no patch that can be halved"):
        patch_within(86_911.9)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_plan_follows_a_transposed_data_set(axis: int) -> None:
    """Moving the coarse axis elsewhere changes the order of the axes and nothing else."""
    shape, spacing = np.roll([44, 400, 300], axis), np.roll([2.5, 0.7, 0.6], axis)
    result = plan(cohort(shape.tolist(), spacing.tolist()), dataset())
    others = [other for other in range(3) if other != axis]
    assert result.transpose_forward == (axis, *others)
    assert result.spacing_mm == (2.5, *spacing[others])
    assert result.median_image_size_in_voxels == (44, *shape[others])

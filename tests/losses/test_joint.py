import math

import numpy as np
import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.geometry import distance_probability_maps, signed_distance_map, surface_voxels
from lascarlib.losses import (
    JointTarget,
    LossWeights,
    atrium_loss,
    code_loss_weights,
    joint_loss,
    loss_weights,
    predicted_band,
    predicted_surface,
    scar_distance_loss,
    shape_attention_loss,
)

SPACING_MM = (0.625, 0.8, 2.5)
WEIGHTS = LossWeights(0.3, 5.0, 0.7, 0.2)


def target_of(
    atrium: np.ndarray, scar: np.ndarray, crop: tuple[slice, ...]
) -> tuple[torch.Tensor, ...]:
    """One item: maps of the whole volume, cropped."""
    distance = signed_distance_map(atrium, spacing_mm=SPACING_MM)
    wall = distance_probability_maps(atrium, scar, spacing_mm=SPACING_MM)
    arrays = atrium[crop], distance[crop], wall[(slice(None), *crop)], surface_voxels(atrium)[crop]
    return tuple(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)


def mixed_batch() -> JointTarget:
    """Patches of 4 x 4 x 4: wall with scar, without scar, blood alone, and nothing near."""
    atrium, scar = np.zeros((2, 24, 9, 9), bool)
    atrium[1:18, 1:8, 1:8] = True
    corner = (slice(0, 4), slice(0, 4), slice(0, 4))
    blood = (slice(8, 12), slice(3, 7), slice(3, 7))
    far = (slice(20, 24), slice(0, 4), slice(0, 4))
    scarred = scar.copy()
    scarred[0, 2:5, 2:5] = True
    items = [
        target_of(atrium, scarred, corner),
        target_of(atrium, scar, corner),
        target_of(atrium, scar, blood),
        target_of(atrium, scarred, far),
    ]
    assert items[2][0].all()
    assert not items[3][0].any()
    return JointTarget(*(torch.stack(parts) for parts in zip(*items, strict=True)))


def random_logits(dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    atrium = torch.randn(4, 1, 4, 4, 4, generator=generator, dtype=dtype)
    return atrium, torch.randn(4, 2, 4, 4, 4, generator=generator, dtype=dtype)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("predicted_mask", ["gradient", "gradient-detached", "band"])
def test_the_total_is_the_weighted_sum_of_its_terms(reduction, predicted_mask) -> None:
    (atrium, wall), target = random_logits(), mixed_batch()
    loss = joint_loss(
        atrium,
        wall,
        target,
        weights=WEIGHTS,
        spacing_mm=SPACING_MM,
        metric="hellinger",
        predicted_mask=predicted_mask,
        reduction=reduction,
    )
    mask = (
        predicted_band(atrium)
        if predicted_mask == "band"
        else predicted_surface(atrium, spacing_mm=SPACING_MM)
    )
    first = atrium_loss(atrium, target.atrium, target.distance, lambda_la=0.3, reduction=reduction)
    scar = scar_distance_loss(wall, target.wall, metric="hellinger", reduction=reduction)
    m1 = shape_attention_loss(wall, target.wall, target.surface, reduction=reduction)
    m2 = shape_attention_loss(wall, target.wall, mask, reduction=reduction)
    expected = first + 5 * scar + 0.7 * m1 + 0.2 * m2
    assert loss.total.item() == pytest.approx(expected.item(), rel=1e-6)
    terms = (loss.atrium, loss.scar, loss.true_surface, loss.predicted_surface)
    assert [t.item() for t in terms] == pytest.approx([t.item() for t in (first, scar, m1, m2)])


def test_by_hand() -> None:
    # Two voxels along x, 2 mm apart. LA: p = 0.5 and 0.75 against 1 and 0, phi = -2 and 2.
    # Wall: predicted (0.5, 0.5) in both; true (1, 0.2) and (0.5, 0.5). M1 is the first voxel; the
    # gradient is 0.125 per mm in both, so M2 is 1 in both.
    atrium = torch.tensor([0.5, 0.75]).logit().reshape(1, 1, 2, 1, 1)
    target = JointTarget(
        torch.tensor([1, 0]).reshape(1, 2, 1, 1),
        torch.tensor([-2.0, 2.0]).reshape(1, 2, 1, 1),
        torch.tensor([[1.0, 0.5], [0.2, 0.5]]).reshape(1, 2, 2, 1, 1),
        torch.tensor([1, 0]).reshape(1, 2, 1, 1),
    )
    loss = joint_loss(
        atrium, torch.zeros(1, 2, 2, 1, 1), target, weights=WEIGHTS, spacing_mm=(2.0, 1.0, 1.0)
    )
    entropy, encoding = (math.log(2) + math.log(4)) / 2, 0.25 * 2 / 2
    scar = (0.5**2 + 0.3**2) / 2
    m1, m2 = 0.8**2, 0.8**2 / 2
    total = entropy + 0.3 * encoding + 5 * scar + 0.7 * m1 + 0.2 * m2
    assert loss.total.item() == pytest.approx(total, abs=1e-6)


def test_a_mixed_batch_is_the_mean_of_its_items_but_for_attention() -> None:
    # Attention divides by the size of the mask over the batch, which counts a wall voxel the same
    # in whatever item it lies.
    (atrium, wall), target = random_logits(), mixed_batch()
    options = {"weights": WEIGHTS, "spacing_mm": SPACING_MM}
    whole = joint_loss(atrium, wall, target, **options)
    parts = []
    for i in range(4):
        fields = (target.atrium, target.distance, target.wall, target.surface)
        item = JointTarget(*(field[i : i + 1] for field in fields))
        parts.append(joint_loss(atrium[i : i + 1], wall[i : i + 1], item, **options))
    assert whole.atrium.item() == pytest.approx(np.mean([p.atrium.item() for p in parts]))
    assert whole.scar.item() == pytest.approx(np.mean([p.scar.item() for p in parts]))
    sizes = target.surface.sum(dim=(1, 2, 3)).numpy()
    assert sizes[2:].tolist() == [0, 0]
    weighted = np.average([p.true_surface.item() for p in parts], weights=sizes)
    assert whole.true_surface.item() == pytest.approx(weighted)


def test_the_loss_of_mirrored_items_is_the_same() -> None:
    (atrium, wall), target = random_logits(), mixed_batch()
    options = {"weights": WEIGHTS, "spacing_mm": SPACING_MM}
    total = joint_loss(atrium, wall, target, **options).total.item()
    for axis in (-3, -2, -1):
        fields = (target.atrium, target.distance, target.wall, target.surface)
        mirrored = JointTarget(*(field.flip(axis) for field in fields))
        value = joint_loss(atrium.flip(axis), wall.flip(axis), mirrored, **options).total
        assert value.item() == pytest.approx(total, rel=1e-5)


def test_weights_of_the_paper() -> None:
    assert loss_weights(0) == LossWeights(0.01, 10.0, 0.01, 0.001)
    assert loss_weights(199) == loss_weights(0)
    grown = loss_weights(2000)  # ten times a tenth more: 1.1^10 = 2.5937
    assert grown.lambda_la == pytest.approx(0.025937, abs=1e-6)
    assert grown.lambda_m2 == pytest.approx(0.0025937, abs=1e-7)
    assert (grown.lambda_scar, grown.lambda_m1) == (10.0, 0.01)


def test_weights_of_the_authors_code() -> None:
    assert code_loss_weights(0) == code_loss_weights(9) == LossWeights(0.01, 5.0, 0.0, 0.0)
    assert code_loss_weights(20).lambda_la == pytest.approx(0.01 * 1.1025)
    with_attention = code_loss_weights(99, attention=True)  # 1.05^9 = 1.551328
    assert with_attention.lambda_m2 == pytest.approx(0.01551328, abs=1e-8)
    assert with_attention.lambda_m1 == 0.01


def test_nonsense_is_refused() -> None:
    (atrium, wall), target = random_logits(), mixed_batch()
    with pytest.raises(LascarError, match="gradient, gradient-detached or band"):
        joint_loss(
            atrium,
            wall,
            target,
            weights=WEIGHTS,
            spacing_mm=SPACING_MM,
            predicted_mask="surface",
        )
    with pytest.raises(LascarError, match="iteration is -1"):
        loss_weights(-1)
    with pytest.raises(LascarError, match="epoch is -1"):
        code_loss_weights(-1)

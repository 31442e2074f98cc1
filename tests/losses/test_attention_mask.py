import numpy as np
import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.geometry import distance_probability_maps
from lascarlib.losses import (
    predicted_band,
    predicted_surface,
    shape_attention_loss,
    target_band,
)

CUBES = (1.0, 1.0, 1.0)
ANISOTROPIC = (0.625, 0.8, 2.5)


def random_logits(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(0))


def maps(spacing_mm: tuple[float, float, float]) -> torch.Tensor:
    """The target maps of a block-shaped LA with a little scar."""
    atrium, scar = np.zeros((2, 8, 8, 6), bool)
    atrium[2:6, 2:6, 2:5], scar[2, 3:5, 3] = True, True
    return torch.from_numpy(distance_probability_maps(atrium, scar, spacing_mm=spacing_mm))[None]


def test_surface_by_hand_with_anisotropic_voxels() -> None:
    # Two voxels an axis, so differences are one-sided: 0.3 over 1 mm along x, 0.4 over 0.5 mm
    # along y. At the corner of both: sqrt(0.3^2 + 0.8^2).
    probability = torch.tensor([[0.1, 0.5], [0.4, 0.8]])
    surface = predicted_surface(
        probability.logit().reshape(1, 1, 2, 2, 1), spacing_mm=(1.0, 0.5, 2.0)
    )
    assert torch.allclose(surface, torch.ones(1, 2, 2, 1))  # a plane is as steep everywhere
    probability[0, 1] = 0.1  # now y is flat at x = 0, and x changes by 0.7 at y = 1
    surface = predicted_surface(
        probability.logit().reshape(1, 1, 2, 2, 1), spacing_mm=(1.0, 0.5, 2.0)
    )
    steepness = torch.tensor([[0.3, 0.7], [(0.09 + 0.64) ** 0.5, (0.49 + 0.64) ** 0.5]])
    assert torch.allclose(surface[0, :, :, 0], steepness / steepness.max(), atol=1e-6)


def test_surface_is_numpys_gradient() -> None:
    logits = random_logits(2, 1, 6, 5, 4)
    surface = predicted_surface(logits, spacing_mm=ANISOTROPIC)
    for item, found in zip(torch.sigmoid(logits)[:, 0].numpy(), surface, strict=True):
        steepness = np.linalg.norm(np.gradient(item, *ANISOTROPIC), axis=0)
        assert np.allclose(found, steepness / steepness.max(), atol=1e-5)


def test_surface_is_scaled_item_by_item() -> None:
    logits = random_logits(2, 1, 5, 4, 3)
    logits[1] *= 0.01
    assert predicted_surface(logits, spacing_mm=CUBES).amax(dim=(1, 2, 3)).tolist() == [1, 1]


@pytest.mark.parametrize("level", [-200.0, -90.0, 0.0, 200.0])
def test_a_flat_prediction_has_no_surface_and_a_finite_gradient(level: float) -> None:
    logits = (level + 1e-7 * random_logits(1, 1, 4, 4, 4)).requires_grad_()
    surface = predicted_surface(logits, spacing_mm=CUBES)
    surface.sum().backward()
    assert not surface.any()
    assert torch.isfinite(logits.grad).all()


def test_one_voxel_has_no_surface() -> None:
    assert predicted_surface(torch.zeros(1, 1, 1, 1, 1), spacing_mm=CUBES).item() == 0


def test_a_mirrored_prediction_has_a_mirrored_surface() -> None:
    logits = random_logits(1, 1, 6, 5, 4)
    surface = predicted_surface(logits, spacing_mm=ANISOTROPIC)
    for axis in (1, 2, 3):
        mirrored = predicted_surface(logits.flip(axis + 1), spacing_mm=ANISOTROPIC)
        assert torch.allclose(mirrored.flip(axis), surface, atol=1e-6)


def test_gradients_are_right() -> None:
    logits = random_logits(2, 1, 3, 4, 2, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x: predicted_surface(x, spacing_mm=ANISOTROPIC), (logits,)
    )


def test_attention_moves_the_atrium_unless_detached() -> None:
    wall, target = random_logits(1, 2, 4, 4, 4), torch.zeros(1, 2, 4, 4, 4)
    atrium = random_logits(1, 1, 4, 4, 4).requires_grad_()
    surface = predicted_surface(atrium, spacing_mm=CUBES)
    shape_attention_loss(wall, target, surface).backward()
    assert atrium.grad.any()
    detached = predicted_surface(atrium, spacing_mm=CUBES, detach=True)
    assert torch.equal(detached, surface.detach())
    assert not detached.requires_grad


def test_predicted_band_by_hand() -> None:
    probability = torch.tensor([0.09, 0.11, 0.5, 0.79, 0.81])
    logits = probability.logit().reshape(1, 1, 5, 1, 1).requires_grad_()
    band = predicted_band(logits)
    assert band.ravel().tolist() == [0, 1, 1, 1, 0]
    assert not band.requires_grad


def test_the_authors_band_is_empty_on_their_own_grid() -> None:
    # exp(-d) with d = 0, 1, 1.41, ... mm: 1, 0.37, 0.24, ...; nothing in (0.45, 0.5).
    band = target_band(maps(CUBES))
    assert band.shape == (1, 8, 8, 6)
    assert not band.any()


def test_a_batch_of_patches_with_and_without_a_band_is_that_of_the_patches_with_one() -> None:
    near = maps((0.75, 0.75, 0.75))
    far = torch.zeros_like(near)
    logits = random_logits(2, 2, 8, 8, 6).requires_grad_()
    mixed = torch.cat([near, far])
    assert torch.equal(target_band(mixed), torch.cat([target_band(near), target_band(far)]))
    loss = shape_attention_loss(logits, mixed, target_band(mixed))
    alone = shape_attention_loss(logits[:1], near, target_band(near))
    assert loss.item() == pytest.approx(alone.item())
    loss.backward()
    assert logits.grad[0].any()
    assert not logits.grad[1].any()
    none = shape_attention_loss(logits, torch.cat([far, far]), target_band(torch.cat([far, far])))
    assert none.item() == 0


def test_a_grid_of_three_quarters_of_a_millimetre_has_a_band() -> None:
    # exp(-0.75) = 0.472: the face neighbours of a label, in either map, and nothing else.
    target = maps((0.75, 0.75, 0.75))
    band = target_band(target)
    beside = (target - np.exp(-0.75)).abs() < 1e-5
    assert torch.equal(band, beside.sum(dim=1).float())


def test_nonsense_is_refused() -> None:
    with pytest.raises(LascarError, match=r"\(1, 2, 4, 4, 4\)"):
        predicted_surface(torch.zeros(1, 2, 4, 4, 4), spacing_mm=CUBES)
    with pytest.raises(LascarError, match=r"\(1, 4, 4, 4\)"):
        predicted_band(torch.zeros(1, 4, 4, 4))
    with pytest.raises(LascarError, match="spacing_mm"):
        predicted_surface(torch.zeros(1, 1, 4, 4, 4), spacing_mm=(1.0, 1.0, -1.0))
    with pytest.raises(LascarError, match=r"target has shape \(2, 4, 4, 4\)"):
        target_band(torch.zeros(2, 4, 4, 4))

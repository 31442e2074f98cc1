import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.losses import deep_supervision_loss, deep_supervision_weights, soft_dice_loss
from lascarlib.losses.deep_supervision import nearest_downsample


@pytest.mark.parametrize(
    ("count", "expected"),
    # 1, 1/2, 1/4, ... and 0 for the last, divided by their sum.
    [(1, [1]), (2, [1, 0]), (3, [2 / 3, 1 / 3, 0]), (5, [8 / 15, 4 / 15, 2 / 15, 1 / 15, 0])],
)
def test_weights(count: int, expected: list[float]) -> None:
    assert deep_supervision_weights(count) == pytest.approx(expected)


def test_every_output_meets_the_target_on_its_own_grid() -> None:
    seen = []

    def loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        seen.append((tuple(logits.shape), tuple(target.shape)))
        return soft_dice_loss(logits, target)

    shapes = [(8, 8, 4), (4, 4, 4), (2, 2, 2)]
    target = torch.zeros(2, 8, 8, 4, dtype=torch.bool)
    deep_supervision_loss([torch.zeros(2, 2, *s) for s in shapes], target, loss=loss)
    # The lowest output has weight 0 and is left alone.
    assert seen == [((2, 2, 8, 8, 4), (2, 8, 8, 4)), ((2, 2, 4, 4, 4), (2, 4, 4, 4))]


def test_one_output_is_the_loss_itself() -> None:
    logits = torch.randn(1, 2, 4, 4, 4, generator=torch.Generator().manual_seed(0))
    target = torch.zeros(1, 4, 4, 4, dtype=torch.bool)
    target[:, 1:3] = True
    supervised = deep_supervision_loss([logits], target, loss=soft_dice_loss)
    assert supervised.item() == pytest.approx(soft_dice_loss(logits, target).item(), abs=1e-7)


def test_the_gradient_reaches_all_outputs_but_the_lowest() -> None:
    outputs = [torch.zeros(1, 2, n, n, n, requires_grad=True) for n in (8, 4, 2)]
    target = torch.zeros(1, 8, 8, 8, dtype=torch.bool)
    target[:, :4] = True
    deep_supervision_loss(outputs, target, loss=soft_dice_loss).backward()
    assert outputs[0].grad.abs().sum() > 0
    assert outputs[1].grad.abs().sum() > 0
    assert outputs[2].grad is None


@pytest.mark.parametrize("shape", [(4, 3, 2), (8, 3, 1), (3, 6, 4), (1, 1, 1)])
def test_downsampling_is_torch_nearest_exact(shape: tuple[int, int, int]) -> None:
    target = torch.randint(0, 9, (2, 8, 6, 4), generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.interpolate(
        target[:, None].float(), size=shape, mode="nearest-exact"
    )
    assert torch.equal(nearest_downsample(target, shape), expected[:, 0].long())


def test_the_types_of_labels_survive() -> None:
    target = torch.ones(1, 4, 4, 4, dtype=torch.bool)
    assert nearest_downsample(target, (2, 2, 2)).dtype == torch.bool


def test_nonsense_is_refused() -> None:
    target = torch.zeros(1, 4, 4, 4, dtype=torch.bool)
    with pytest.raises(LascarError, match="empty"):
        deep_supervision_loss([], target, loss=soft_dice_loss)
    with pytest.raises(LascarError, match=r"\(1, 4, 4, 4\) and an output \(8, 4, 4\)"):
        deep_supervision_loss([torch.zeros(1, 2, 8, 4, 4)] * 2, target, loss=soft_dice_loss)

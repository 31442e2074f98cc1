import math

import pytest
import torch

from lascarlib.errors import LascarError
from lascarlib.losses import cross_entropy_loss, topk_loss


def random_case() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(2, 2, 5, 4, 5, generator=generator)
    return logits, torch.rand(2, 5, 4, 5, generator=generator) < 0.3


def odds(values: list[list[float]]) -> torch.Tensor:
    """Logits whose foreground is this many times as likely as the background."""
    foreground = torch.tensor(values).log()
    return torch.stack([torch.zeros_like(foreground), foreground], dim=1)[..., None, None]


def test_all_voxels_make_the_cross_entropy() -> None:
    logits, target = random_case()
    expected = torch.nn.functional.cross_entropy(logits, target.long())
    assert topk_loss(logits, target, k_percent=100).item() == pytest.approx(
        expected.item(), abs=1e-6
    )
    assert cross_entropy_loss(logits, target).item() == pytest.approx(expected.item(), abs=1e-6)


def test_equal_to_sorting_torch_cross_entropy() -> None:
    # 10 % of 200 voxels are the 20 largest.
    logits, target = random_case()
    entropy = torch.nn.functional.cross_entropy(logits, target.long(), reduction="none")
    expected = entropy.flatten().sort(descending=True).values[:20].mean()
    assert topk_loss(logits, target).item() == pytest.approx(expected.item(), abs=1e-6)


def test_ranking_over_the_batch_and_within_items() -> None:
    # Background odds of 1, 3, 7, 15 give the label "background" a cross-entropy of ln 2, 4, 8, 16.
    logits = odds([[7.0, 15.0], [1.0, 3.0]])
    target = torch.zeros(2, 2, 1, 1, dtype=torch.int64)
    # Half of all four voxels: ln 16 and ln 8, both of the first item. (4 + 3) / 2 ln 2.
    batch = topk_loss(logits, target, k_percent=50)
    assert batch.item() == pytest.approx(3.5 * math.log(2), abs=1e-6)
    # Half of each item: ln 16 and ln 4. (4 + 2) / 2 ln 2.
    item = topk_loss(logits, target, k_percent=50, ranking="item")
    assert item.item() == pytest.approx(3 * math.log(2), abs=1e-6)


@pytest.mark.parametrize(
    ("k_percent", "kept"), [(10, 20), (10.9, 21), (5, 10), (0.1, 1), (99.9, 199)]
)
def test_gradient_passes_through_the_kept_voxels_only(k_percent: float, kept: int) -> None:
    # 200 voxels; the number kept is rounded down but never to none.
    logits, target = random_case()
    logits.requires_grad_()
    topk_loss(logits, target, k_percent=k_percent).backward()
    touched = logits.grad.abs().sum(dim=1) > 0
    assert touched.sum() == kept
    entropy = torch.nn.functional.cross_entropy(logits, target.long(), reduction="none").detach()
    assert entropy[touched].min() >= entropy[~touched].max()


def test_smaller_k_is_never_cheaper() -> None:
    logits, target = random_case()
    values = [topk_loss(logits, target, k_percent=k).item() for k in (100, 50, 20, 10, 5)]
    assert values == sorted(values)


@pytest.mark.parametrize("k_percent", [0, -1, 100.1, float("nan")])
def test_k_out_of_range(k_percent: float) -> None:
    with pytest.raises(LascarError, match="k_percent"):
        topk_loss(*random_case(), k_percent=k_percent)


def test_unknown_ranking() -> None:
    with pytest.raises(LascarError, match="'batch' or 'item'"):
        topk_loss(*random_case(), ranking="voxel")

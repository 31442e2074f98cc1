import numpy as np
import pytest
import torch
from monai.inferers import sliding_window_inference
from torch import nn

from lascarlib.errors import LascarError
from lascarlib.inference import predict_probability
from lascarlib.models.unet import Architecture, UNet
from lascarlib.windows import centre_of, covering_places, window_places

WINDOW = (8, 8, 4)
WIDE = np.random.default_rng(2).normal(size=(1, 30, 22, 4)).astype(np.float32)
NOISE = np.random.default_rng(0).normal(size=(1, 11, 9, 5)).astype(np.float32)


class Logistic(nn.Module):
    """A network known by hand: the logit of the foreground is the first channel, times a slope."""

    def __init__(self, slope: float = 1.0) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))

    def forward(self, windows):
        foreground = windows[:, :1] * self.slope
        return torch.cat([torch.zeros_like(foreground), foreground], dim=1)


class LooksLeft(Logistic):
    """The logit is the left neighbour along one axis, so it matters which way the input lies."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis + 2

    def forward(self, windows):
        return super().forward(windows.roll(1, self.axis))


def predict(channels, *networks, mirror=False, precision="32-true", window=WINDOW, above=None):
    with torch.no_grad():
        (probability,) = predict_probability(
            channels,
            networks,
            read=foreground,
            patch_voxels=window,
            precision=precision,
            mirror=mirror,
            second_pass_above=above,
        )
    return probability


def windows_seen(channels, net, **options):
    """The prediction, and how many windows it took."""
    asked = []
    hook = net.register_forward_hook(lambda *_: asked.append(None))
    probability = predict(channels, net, **options)
    hook.remove()
    return probability, len(asked)


def foreground(logits):
    return torch.softmax(logits.float(), dim=1)[:, 1:]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("window", [WINDOW, (4, 4, 4), (16, 16, 16), (8, 16, 2)])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_network_without_context_gives_its_answer_whatever_the_windows(window, mirror) -> None:
    probability = predict(NOISE, Logistic(), mirror=mirror, window=window)
    assert probability.dtype == np.float32
    np.testing.assert_allclose(probability, sigmoid(NOISE[0]), atol=1e-5)


def test_folds_are_averaged_as_probabilities_not_as_logits() -> None:
    probability = predict(np.ones((1, 8, 8, 4), np.float32), Logistic(np.log(3)), Logistic(0.0))
    # 3 / (3 + 1) and 1 / 2: their mean is 5 / 8.
    np.testing.assert_allclose(probability, 0.625, atol=1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_makes_the_prediction_equivariant(axis) -> None:
    channels = NOISE[:, :8, :8, :4]
    flipped = np.ascontiguousarray(np.flip(channels, axis + 1))
    net = LooksLeft(axis)
    straight = predict(channels, net, mirror=True)
    np.testing.assert_allclose(
        np.flip(straight, axis), predict(flipped, net, mirror=True), atol=1e-6
    )
    assert not np.allclose(np.flip(predict(channels, net), axis), predict(flipped, net))


def test_mirroring_averages_left_and_right_neighbour() -> None:
    row = np.array([0, 1, 2, 3], np.float32).reshape(1, 4, 1, 1)
    probability = predict(row, LooksLeft(0), mirror=True, window=(4, 1, 1)).ravel()
    # Rolled one way the neighbours are 3 0 1 2, the other way 1 2 3 0.
    expected = (sigmoid(np.array([3, 0, 1, 2])) + sigmoid(np.array([1, 2, 3, 0]))) / 2
    np.testing.assert_allclose(probability, expected, atol=1e-6)


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_extreme_logits_stay_within_0_and_1(precision) -> None:
    probability = predict(1000 * NOISE, Logistic(), precision=precision, mirror=True)
    assert np.isfinite(probability).all()
    assert probability.min() >= 0
    assert probability.max() <= 1


def test_the_windows_are_monais_where_both_place_them_alike() -> None:
    channels = np.random.default_rng(1).normal(size=(1, 16, 8, 8)).astype(np.float32)
    net = LooksLeft(0)  # across the windows' borders answers differ, so weights matter
    found = predict(channels, net, window=(8, 8, 8))
    expected = sliding_window_inference(
        torch.from_numpy(channels)[None],
        (8, 8, 8),
        1,
        lambda windows: foreground(net(windows)),
        overlap=0.5,
        mode="gaussian",
    )
    assert not np.allclose(found, foreground(net(torch.from_numpy(channels)[None]))[0, 0].detach())
    np.testing.assert_allclose(found, expected[0, 0].detach(), atol=1e-5)


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
@pytest.mark.parametrize("in_two", [False, True])
def test_any_number_of_threads_finds_the_same_bits(precision, in_two) -> None:
    torch.manual_seed(0)
    architecture = Architecture(1, (4, 8), ((1, 1, 1), (2, 2, 2)), ((3, 3, 3), (3, 3, 3)))
    net = UNet(architecture).eval().to(memory_format=torch.channels_last_3d)
    above = float(np.quantile(predict(WIDE, net), 0.998)) if in_two else None
    assert not in_two or FIRST < windows_seen(WIDE, net, above=above)[1] < EVERY
    usual = torch.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            found.append(predict(WIDE, net, precision=precision, above=above))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(usual)
    assert found[0].tobytes() == found[1].tobytes() == found[2].tobytes()


# WIDE's windows begin at 0, 4, 7, 11, 15, 18 and 22 along x, 0, 4, 7, 10 and 14 along y; the first
# pass sees 0, 7, 15 and 22 by 0, 7 and 14. The centre of the windows from 4 is 6 to 10.
EVERY, FIRST = 7 * 5, 4 * 3


def test_a_wide_volume_without_findings_is_seen_in_the_fewest_windows() -> None:
    probability, windows = windows_seen(np.full_like(WIDE, -1.0), Logistic(), above=0.5)
    np.testing.assert_allclose(probability, sigmoid(-1.0), atol=1e-5)
    assert windows == FIRST


@pytest.mark.parametrize(
    ("x", "y", "second"), [(0, 0, 0), (7, 0, 1), (7, 7, 1), (12, 7, 1), (12, 11, 0), (9, 9, 3)]
)
def test_windows_follow_whose_centre_holds_a_finding(x, y, second) -> None:
    volume = np.full_like(WIDE, -1.0)
    volume[0, x, y] = 1.0
    probability, windows = windows_seen(volume, Logistic(), above=0.5)
    np.testing.assert_allclose(probability, sigmoid(volume[0]), atol=1e-5)
    assert windows == FIRST + second


def test_a_finding_fills_more_than_a_thousandth_of_a_centre() -> None:
    volume = np.full((1, 88, 88, 4), -1.0, np.float32)
    volume[0, 30, 30, 0] = 1.0  # of the 16 x 16 x 4 voxels of one centre
    assert windows_seen(volume, Logistic(), above=0.5, window=(32, 32, 4))[1] == 9
    volume[0, 30, 30, 1] = 1.0
    assert windows_seen(volume, Logistic(), above=0.5, window=(32, 32, 4))[1] == 10


def test_any_answer_is_a_finding_and_networks_decide_together() -> None:
    def both(logits):
        return torch.softmax(logits.float(), dim=1)

    def count(read, *slopes):
        nets, asked = [Logistic(slope) for slope in slopes], []
        nets[0].register_forward_hook(lambda *_: asked.append(None))
        options = {"patch_voxels": WINDOW, "precision": "32-true", "mirror": False}
        volume = np.ones_like(WIDE)
        predict_probability(volume, nets, read=read, second_pass_above=0.7, **options)
        return len(asked)

    assert count(foreground, 1.0) == EVERY  # 0.73
    assert count(foreground, -1.0) == FIRST  # 0.27
    assert count(both, -1.0) == EVERY  # 0.73 of background
    assert count(foreground, 1.0, 0.0) == FIRST  # 0.73 and 0.5: 0.62


def test_two_passes_that_find_everything_see_every_window() -> None:
    net = LooksLeft(0)  # its answers differ across the windows' borders
    usual, windows = windows_seen(WIDE, net)
    found, again = windows_seen(WIDE, net, above=0.0)
    assert windows == again == EVERY
    np.testing.assert_allclose(found, usual, atol=1e-6)


@pytest.mark.parametrize("mirror", [False, True])
def test_both_passes_are_averaged(mirror) -> None:
    net = LooksLeft(0)
    volume = np.random.default_rng(3).normal(-2, 1, size=(1, 30, 22, 7)).astype(np.float32)
    volume[0, 5:14, 5:14] += 3
    shape, half = volume.shape[1:], {"overlap": 0.5}

    def averaged(places):
        axes = (np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / (n / 8)) ** 2) for n in WINDOW)
        weight = np.maximum(np.einsum("x,y,z->xyz", *axes), 1e-3)
        total, weights = np.zeros(shape), np.zeros(shape)
        for place in places:
            total[place] += weight * predict(volume[(slice(None), *place)], net, mirror=mirror)
            weights[place] += weight
        return total / weights

    first = covering_places(shape, WINDOW, **half)
    found = averaged(first) > 0.6
    rest = [place for place in window_places(shape, WINDOW, **half) if place not in first]
    second = [place for place in rest if found[centre_of(place, shape, **half)].any()]
    assert 0 < len(second) < len(rest)
    probability, asked = windows_seen(volume, net, above=0.6, mirror=mirror)
    assert asked == (len(first) + len(second)) * (8 if mirror else 1)
    np.testing.assert_allclose(probability, averaged([*first, *second]), atol=1e-5)


def test_two_passes_of_a_volume_thinner_than_a_window_pad_it() -> None:
    net = LooksLeft(2)
    padded = np.pad(WIDE, ((0, 0), (0, 0), (0, 0), (1, 1)))
    found = predict(WIDE, net, window=(8, 8, 6), above=0.5)
    assert np.array_equal(found, predict(padded, net, window=(8, 8, 6), above=0.5)[..., 1:-1])


@pytest.mark.parametrize("above", [-0.1, 1.5, float("nan")])
def test_what_is_no_probability_is_refused(above) -> None:
    with pytest.raises(LascarError, match=f"second_pass_above is {above:g}; give 0 to 1"):
        predict(WIDE, Logistic(), above=above)


def test_where_two_passes_would_spare_little_there_is_one() -> None:
    row = np.full((1, 30, 8, 4), -1.0, np.float32)
    assert windows_seen(row, Logistic(), above=0.5)[1] == 7  # the first pass would see four


def test_an_overlap_of_one_is_refused() -> None:
    with pytest.raises(LascarError, match="overlap is 1; give 0 to below 1"):
        predict_probability(
            NOISE,
            [Logistic()],
            read=foreground,
            patch_voxels=WINDOW,
            precision="32-true",
            mirror=False,
            overlap=1.0,
        )


def test_no_network_is_refused() -> None:
    with pytest.raises(LascarError, match="no trained network"):
        predict(NOISE)

import pytest

from lascarlib.training.schedule import Plateau, after_epoch, polynomial_decay, step_decay

RULE = {"patience": 0.3, "divisor": 5.0}


def test_the_decay_by_hand() -> None:
    # nnU-Net: (1 - 250 / 500) ** 0.9 = 0.5 ** 0.9 = 0.5359.
    assert polynomial_decay(0.5, exponent=0.9) == pytest.approx(0.535887, abs=1e-6)
    assert polynomial_decay(0.0, exponent=0.9) == 1.0
    assert polynomial_decay(1.2, exponent=0.9) == 0.0


def test_the_steps_by_hand() -> None:
    # JSQ: divided by 10 every 4000 iterations.
    rates = [step_decay(i, every=4000, divisor=10.0) for i in (0, 3999, 4000, 12_000)]
    assert rates == pytest.approx([1.0, 1.0, 0.1, 0.001])


def test_an_improvement_starts_the_patience_anew() -> None:
    state = after_epoch(Plateau(), 1.0, progress=0.1, **RULE)
    state = after_epoch(state, 0.9, progress=0.3, **RULE)
    assert state == Plateau(0.9, 0.3, 1.0)
    assert after_epoch(state, 0.95, progress=0.5, **RULE) == state


def test_the_rate_is_divided_by_5_after_the_patience_and_again_after_another() -> None:
    state = after_epoch(Plateau(), 1.0, progress=0.1, **RULE)
    factors = []
    for tenth in range(2, 11):
        state = after_epoch(state, 1.0, progress=tenth / 10, **RULE)
        factors.append(state.factor)
    # The best is from 0.1; 0.3 later, at 0.4, comes the first division, at 0.7 and 1.0 the next.
    assert factors == pytest.approx([1, 1, 0.2, 0.2, 0.2, 0.04, 0.04, 0.04, 0.008])


def test_an_equal_loss_is_no_improvement() -> None:
    state = Plateau(best=1.0, best_at=0.0)
    assert after_epoch(state, 1.0, progress=0.4, **RULE).factor == pytest.approx(0.2)

"""A handful of stored numbers to test with."""

from collections.abc import Callable, Sequence

import pytest

from lascarlib.experiments.records import Record


@pytest.fixture(scope="session")
def records() -> Callable[..., list[Record]]:
    """Makes the records of one row and seed: a value for each of the cases a, b, c and so on."""

    def make(
        row: str,
        values: Sequence[float],
        *,
        metric: str = "dice",
        seed: int = 0,
        first: str = "a",
        minutes: float = 0.0,
    ) -> list[Record]:
        cases = (chr(ord(first) + k) for k in range(len(values)))
        pairs = zip(cases, values, strict=True)
        return [
            Record("e", row, "d", "cpu", metric, case, value, seed, minutes=minutes)
            for case, value in pairs
        ]

    return make

"""Test settings that hold for the suite and the doctests alike."""

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def _interrupts_as_in_a_terminal() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt, also where the suite runs as a background job."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)

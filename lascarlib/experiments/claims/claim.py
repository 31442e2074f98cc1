"""One claim of a paper and what would test it."""

from dataclasses import dataclass

from lascarlib.experiments.comparisons import Test


@dataclass(frozen=True)
class Untestable:
    """A claim that no run here can test.

    Args:
        reason: why, in one or two sentences.
    """

    reason: str


@dataclass(frozen=True)
class Claim:
    """What a paper says, in our words, and how it is tested.

    Args:
        text: the claim, with the paper's numbers.
        source: paper and place.
        test: what is compared in which experiment, or why nothing can be.
    """

    text: str
    source: str
    test: Test | Untestable

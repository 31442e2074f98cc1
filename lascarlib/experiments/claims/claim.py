"""One claim of a paper and what would test it."""

from collections.abc import Mapping
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
        otherwise: what may be behind another outcome than the claimed one: what differs here.
    """

    text: str
    source: str
    test: Test | Untestable
    otherwise: str = ""


def claims_at(
    source: str, tests: Mapping[str, Test | Untestable], *, otherwise: str = ""
) -> tuple[Claim, ...]:
    """The claims made in one place of a paper.

    Args:
        source: paper and place.
        tests: text of a claim to its test, in the order of the paper.
        otherwise: what may be behind another outcome, of each of them.

    Example:
        >>> found = claims_at("BF, Table 1", {"It works.": Untestable("Nobody says what it is.")})
        >>> found[0].text, found[0].source
        ('It works.', 'BF, Table 1')
    """
    return tuple(Claim(text, source, test, otherwise) for text, test in tests.items())

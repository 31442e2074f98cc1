"""One claim of a paper and what would test it."""

from collections.abc import Mapping
from dataclasses import dataclass

from lascarlib.experiments.comparisons import Test

FEW = 0.02
"""A difference of the LA's Dice that is called none."""

FEW_SCAR = 0.025
"""The same of Dice_s: no more than what JSQ calls a gain, that of shape attention."""


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
        built_in: why the phantom can give no other outcome; "" where it can.
    """

    text: str
    source: str
    test: Test | Untestable
    otherwise: str = ""
    built_in: str = ""


def claims_at(
    source: str,
    tests: Mapping[str, Test | Untestable],
    *,
    otherwise: str = "",
    built_in: str = "",
) -> tuple[Claim, ...]:
    """The claims made in one place of a paper.

    Args:
        source: paper and place.
        tests: text of a claim to its test, in the order of the paper.
        otherwise: what may be behind another outcome, of each of them.
        built_in: why the phantom can give no other, of each of them.

    Example:
        >>> found = claims_at("BF, Table 1", {"It works.": Untestable("Nobody says what it is.")})
        >>> found[0].text, found[0].source
        ('It works.', 'BF, Table 1')
    """
    return tuple(Claim(text, source, test, otherwise, built_in) for text, test in tests.items())

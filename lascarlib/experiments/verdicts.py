"""From evidence to words: does a claim hold on the data it was tested on?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from lascarlib.evaluation.statistics import LEVEL, holm
from lascarlib.experiments.comparisons import Alike, Better, Beyond, Correlated, Test
from lascarlib.experiments.evidence import Evidence, weigh
from lascarlib.experiments.records import Record

Word = Literal[
    "agrees",
    "agrees in direction only",
    "disagrees",
    "cannot be tested on this data",
    "not run yet",
]


@dataclass(frozen=True)
class Verdict:
    """What became of a claim.

    Args:
        word: "agrees", "agrees in direction only" (so it looks, but chance would do), "disagrees",
            "cannot be tested on this data", or "not run yet".
        reason: one or two sentences with the numbers behind it.
    """

    word: Word
    reason: str


def judge_all(
    tests: Sequence[Test], records: Mapping[str, Sequence[Record]], *, domain: str
) -> list[Verdict]:
    """Judge claims together, so that many claims are not many chances of a false alarm.

    The p-values of all tests of one experiment are corrected by Holm's way.

    Args:
        tests: of claims, in any order.
        records: experiment name to its records.
        domain: of the data.

    Returns:
        One verdict a test, in the order given.

    Example:
        >>> judge_all([Better("e", "A", "B", "m")], {}, domain="phantom")[0].word
        'not run yet'
    """
    found = [weigh(test, records.get(test.experiment, ()), domain=domain) for test in tests]
    verdicts: list[Verdict] = [Verdict("not run yet", "No stored run of it yet.")] * len(tests)
    for name in dict.fromkeys(test.experiment for test in tests):
        own = [
            (number, test, evidence)
            for number, (test, evidence) in enumerate(zip(tests, found, strict=True))
            if test.experiment == name and evidence is not None
        ]
        corrected = holm([evidence.p_value for _, _, evidence in own])
        for (number, test, evidence), p in zip(own, corrected, strict=True):
            verdicts[number] = judge(test, evidence, p_holm=p, tests=len(own))
    return verdicts


def judge(test: Test, evidence: Evidence, *, p_holm: float, tests: int = 1) -> Verdict:
    """Put the evidence about one claim in words.

    Args:
        test: of the claim.
        evidence: of it.
        p_holm: its p-value, corrected.
        tests: over how many tests.

    Returns:
        The verdict.

    Example:
        >>> clear = Evidence(0.10, 0.08, 0.12, 0.03, 0.03, 6, "signed ranks")
        >>> judge(Better("e", "A", "B", "dice"), clear, p_holm=0.03).word
        'agrees'
        >>> judge(Better("e", "A", "B", "dice"), clear, p_holm=0.30).word
        'agrees in direction only'
        >>> judge(Alike("e", "A", "B", "dice", margin=0.15), clear, p_holm=0.03).word
        'agrees'
    """
    told = _numbers(evidence, p_holm)
    if not evidence.differs and not isinstance(test, Alike):
        same = "Both score the same in every case: what sets them apart never happened"
        return Verdict("cannot be tested on this data", f"{same} ({evidence.cases} cases).")
    if isinstance(test, Alike):
        return _alike(test, evidence, p_holm, told)
    if p_holm < LEVEL:
        return Verdict("agrees" if evidence.effect > 0 else "disagrees", told)
    if tests * evidence.smallest_p >= LEVEL:
        few = "So few cases cannot show a difference in this test. "
        return Verdict("cannot be tested on this data", few + told)
    if evidence.effect > 0:
        return Verdict("agrees in direction only", told)
    return Verdict("disagrees", f"No such effect is seen. {told}")


def _alike(test: Alike, evidence: Evidence, p_holm: float, told: str) -> Verdict:
    """Alike is shown where the whole interval lies within the margin, not by a large p."""
    if not evidence.differs:
        return Verdict("agrees", f"The two rows answer the same in all {evidence.cases} cases.")
    within = f"{told} Differences up to {test.margin:g} count as none."
    if evidence.low is None or evidence.high is None:
        return Verdict("disagrees", within)
    if max(abs(evidence.low), abs(evidence.high)) <= test.margin:
        return Verdict("agrees", within)
    if p_holm < LEVEL and abs(evidence.effect) > test.margin:
        return Verdict("disagrees", within)
    return Verdict("agrees in direction only", within)


def _numbers(evidence: Evidence, p_holm: float) -> str:
    p = "p < 0.001" if p_holm < 0.001 else f"p = {p_holm:.3f}"
    kind = "r" if evidence.how == "Pearson" else "Effect"
    size = f"{evidence.effect:+.3f}" if isfinite(evidence.effect) else "infinite"
    ends = ""
    if evidence.low is not None and evidence.high is not None:
        ends = f" (95 % CI {evidence.low:+.3f} to {evidence.high:+.3f})"
    return f"{kind} {size}{ends}, {p}, {evidence.cases} cases, {evidence.how}."


def compared(test: Test) -> str:
    """What is compared, for the page.

    Example:
        >>> compared(Better("bf-table-1", "K = 10", "K = 100", "atrium_hd_mm"))
        'K = 10 against K = 100'
    """
    if isinstance(test, Better | Alike):
        return f"{test.row} against {test.than}"
    if isinstance(test, Beyond):
        return f"{test.row}: {test.side} {test.limit:g}"
    assert isinstance(test, Correlated)
    return f"{test.row}: one with the other"

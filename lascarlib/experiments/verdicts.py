"""From evidence to words: does a claim hold on the data it was tested on?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from lascarlib.evaluation.statistics import LEVEL, holm
from lascarlib.experiments.comparisons import Alike, Better, Beyond, Correlated, Test
from lascarlib.experiments.evidence import Evidence
from lascarlib.experiments.records import Record
from lascarlib.experiments.weighing import weigh
from lascarlib.experiments.wording import numbers_behind

Word = Literal[
    "agrees",
    "agrees in direction only",
    "disagrees",
    "cannot be tested on this data",
    "not run yet",
]


UNTESTABLE: Word = "cannot be tested on this data"
ONE_TRAINING = "One training is no evidence of a method."


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

    The p-values of all differences that one experiment is to show are corrected by Holm's way;
    what is to be alike is judged by an interval, and needs none.

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
    verdicts = [
        _without_evidence(test, records.get(test.experiment, ()), domain=domain) for test in tests
    ]
    for number, (test, evidence) in enumerate(zip(tests, found, strict=True)):
        if isinstance(test, Alike) and evidence is not None:
            verdicts[number] = judge_likeness(test, evidence)
    for name in dict.fromkeys(test.experiment for test in tests):
        own = [
            (number, test, evidence)
            for number, (test, evidence) in enumerate(zip(tests, found, strict=True))
            if test.experiment == name and evidence is not None and not isinstance(test, Alike)
        ]
        family = list(dict.fromkeys(evidence for _, _, evidence in own if evidence.differs))
        corrected = dict(zip(family, holm([one.p_value for one in family]), strict=True))
        for number, test, evidence in own:
            p = corrected.get(evidence, 1.0)
            verdicts[number] = judge(test, evidence, p_holm=p, tests=len(family))
    return verdicts


def judge(
    test: Better | Beyond | Correlated, evidence: Evidence, *, p_holm: float, tests: int = 1
) -> Verdict:
    """Put the evidence about a claimed difference in words.

    Args:
        test: of the claim.
        evidence: of it.
        p_holm: its p-value, corrected.
        tests: over how many tests.

    Returns:
        The verdict.

    Example:
        >>> clear = Evidence(0.10, 0.08, 0.12, 0.03, 0.03, 6, "signed ranks", direction=21.0)
        >>> judge(Better("e", "A", "B", "dice"), clear, p_holm=0.03).word
        'agrees'
        >>> judge(Better("e", "A", "B", "dice"), clear, p_holm=0.30).word
        'agrees in direction only'
    """
    if not evidence.differs:
        same = "Both score the same in every case: what sets them apart never happened"
        if isinstance(test, Correlated):
            same = "One of the two is the same in every case, so nothing can go with it"
        return Verdict(UNTESTABLE, f"{evidence.idle or same} ({evidence.cases} cases).")
    told = numbers_behind(test, evidence, p_holm, tests=tests)
    if _is_single(evidence):
        return Verdict(UNTESTABLE, f"{told} {ONE_TRAINING}")
    if p_holm < LEVEL:
        return _shown(test, evidence, told)
    if tests * evidence.smallest_p >= LEVEL:
        few = "So few cases that differ can show nothing in this test."
        return Verdict(UNTESTABLE, f"{few} {told}")
    if evidence.effect > 0 and _is_steady(evidence, 1.0):
        return Verdict("agrees in direction only", told)
    if evidence.effect < 0 and evidence.trained and _is_steady(evidence, -1.0):
        told += " No difference is shown, but every seed points the other way."
        return Verdict(UNTESTABLE, told)
    return Verdict(UNTESTABLE, f"No difference is shown either way. {told}")


def judge_likeness(test: Alike, evidence: Evidence) -> Verdict:
    """Put the evidence about a claimed likeness in words: an interval shows it, never a large p.

    Args:
        test: of the claim.
        evidence: of it.

    Returns:
        The verdict: "agrees" where the whole interval lies within the margin, "disagrees" where it
        lies outside; between the two the mean decides whether it looks so.

    Example:
        >>> found = Evidence(0.10, 0.08, 0.12, 0.03, 0.03, 6, "signed ranks", direction=21.0)
        >>> judge_likeness(Alike("e", "A", "B", "dice", margin=0.15), found).word
        'agrees'
        >>> judge_likeness(Alike("e", "A", "B", "dice", margin=0.05), found).word
        'disagrees'
    """
    if not evidence.differs:
        if evidence.idle:
            return Verdict(UNTESTABLE, f"{evidence.idle} ({evidence.cases} cases).")
        return Verdict("agrees", f"The two rows answer the same in all {evidence.cases} cases.")
    told = f"{numbers_behind(test, evidence)} Differences up to {test.margin:g} count as none."
    if _is_single(evidence):
        return Verdict(UNTESTABLE, f"{told} {ONE_TRAINING}")
    if evidence.missed or evidence.low is None or evidence.high is None:
        return Verdict(UNTESTABLE, f"{told} In some cases one of the two alone found nothing.")
    near = [abs(effect) <= test.margin for effect in evidence.effects]
    if max(abs(evidence.low), abs(evidence.high)) <= test.margin:
        if all(near) and not evidence.idle:
            return Verdict("agrees", told)
        return Verdict("agrees in direction only", _unsteady(told, steady=all(near)))
    if evidence.low > test.margin or evidence.high < -test.margin:
        if not any(near) and not evidence.idle:
            return Verdict("disagrees", told)
        return Verdict(UNTESTABLE, _unsteady(told, steady=not any(near)))
    if abs(evidence.effect) <= test.margin and all(near):
        return Verdict("agrees in direction only", told)
    shown = "Neither likeness nor a difference is shown."
    if evidence.low > 0 or evidence.high < 0:
        shown = f"A difference is shown, but not whether it exceeds {test.margin:g}."
    return Verdict(UNTESTABLE, f"{shown} {told}")


def _shown(test: Better | Beyond | Correlated, evidence: Evidence, told: str) -> Verdict:
    """What the test shows of these trainings, as far as other seeds bear it out.

    The test's direction decides, which the mean of the finite differences need not share.
    """
    if evidence.direction * evidence.effect < 0:
        told += " The ranks decide; the mean points the other way."
    steady = _is_steady(evidence, evidence.direction)
    told = _unsteady(told, steady=steady)
    sure = steady and not evidence.idle
    if evidence.direction <= 0:
        return Verdict("disagrees" if sure else UNTESTABLE, told)
    if isinstance(test, Correlated) and test.r_squared is not None:
        printed, low, high = sqrt(test.r_squared), evidence.low, evidence.high
        if low is not None and high is not None and not low <= printed <= high:
            told += f" The printed r, {printed:.2f}, lies outside this interval."
            sure = False
    return Verdict("agrees" if sure else "agrees in direction only", told)


def _unsteady(told: str, *, steady: bool) -> str:
    return told if steady else f"{told} Not every seed alone bears that out."


def _is_steady(evidence: Evidence, direction: float) -> bool:
    """Whether every seed that can be weighed alone points the same way, and one can."""
    weighed = bool(evidence.by_seed) or not evidence.trained
    return weighed and all(own * direction > 0 for own in evidence.by_seed)


def _is_single(evidence: Evidence) -> bool:
    return evidence.trained and evidence.seeds < 2


def _without_evidence(test: Test, records: Sequence[Record], *, domain: str) -> Verdict:
    """Not run, or run without a case to compare: where no case is an outlier, say."""
    there = {record.row for record in records if record.domain == domain}
    rows = {test.row, test.than} if isinstance(test, Better | Alike) else {test.row}
    if rows <= there:
        few = "The rows have too few cases for this test, or share only some of them."
        return Verdict(UNTESTABLE, few)
    return Verdict("not run yet", "No stored run of it yet.")

"""What became of the papers' claims: each with its verdict, and why it may have come out so."""

from collections.abc import Mapping, Sequence
from typing import get_args

from lascarlib.experiments.claims import CLAIMS, Claim, Untestable, reasons
from lascarlib.experiments.declaration import Experiment
from lascarlib.experiments.records import Record
from lascarlib.experiments.rendering import table_cell
from lascarlib.experiments.summary import domains_of
from lascarlib.experiments.verdicts import UNTESTABLE, Verdict, Word, judge_all

Records = dict[str, list[Record]]
"""Experiment name to its stored records."""


def judge_claims(claims: Sequence[Claim], records: Records, *, domain: str) -> list[Verdict]:
    """A verdict for every claim, on one domain of data.

    Args:
        claims: of `lascarlib.experiments.CLAIMS`.
        records: from `all_records`.
        domain: of the data.

    Returns:
        One verdict a claim, in the order given.

    Example:
        >>> words = {verdict.word for verdict in judge_claims(CLAIMS, {}, domain="phantom")}
        >>> sorted(words)
        ['cannot be tested on this data', 'not run yet']
    """
    verdicts = {}
    tests = {}
    for number, claim in enumerate(claims):
        if isinstance(claim.test, Untestable):
            verdicts[number] = Verdict(UNTESTABLE, claim.test.reason)
        elif claim.built_in and domain == "phantom":
            verdicts[number] = Verdict(UNTESTABLE, claim.built_in)
        else:
            tests[number] = claim.test
    judged = judge_all(list(tests.values()), records, domain=domain)
    for number, verdict in zip(tests, judged, strict=True):
        verdicts[number] = _explained(claims[number], verdict, domain=domain)
    return [verdicts[number] for number in range(len(claims))]


def _explained(claim: Claim, verdict: Verdict, *, domain: str) -> Verdict:
    """With what may be behind it on this data, where it does not even look as the paper says."""
    holds = domain == "phantom" or claim.otherwise in reasons.OF_ANY_DATA
    if verdict.word not in ("disagrees", UNTESTABLE) or not holds or not claim.otherwise:
        return verdict
    return Verdict(verdict.word, f"{verdict.reason} {claim.otherwise}")


def plain_claims(experiment: Experiment, records: Sequence[Record]) -> str:
    """What became of an experiment's claims, for the terminal: two lines each, "" for none.

    Args:
        experiment: of the papers.
        records: of it, those stored.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> print(plain_claims(EXPERIMENTS["jsq-projection"], []), end="")
        1 of 1 claims wait for rows that are not run [phantom]
    """
    own = _claims_tested_by(experiment)
    lines = []
    for domain in domains_of(records) or ["phantom"]:
        verdicts = judge_claims(own, {experiment.name: list(records)}, domain=domain)
        short = say_once(own, verdicts, names=["above"] * len(own))
        judged = [pair for pair in zip(own, short, strict=True) if pair[1].word != "not run yet"]
        for claim, verdict in judged:
            lines += [f"{claim.text} [{domain}]", f"  {verdict.word}: {verdict.reason}"]
        if waiting := len(own) - len(judged):
            lines.append(
                f"{waiting} of {len(own)} claims wait for rows that are not run [{domain}]"
            )
    return "".join(f"{line}\n" for line in lines)


def markdown_claims(experiment: Experiment, records: Sequence[Record], *, domain: str) -> str:
    """What became of those claims of an experiment that are run, as a Markdown table.

    Args:
        experiment: of the papers.
        records: of it, those stored.
        domain: of the data.

    Returns:
        Lines of text without a final newline, "" where no claim is run.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> markdown_claims(EXPERIMENTS["jsq-projection"], [], domain="phantom")
        ''
    """
    every = {experiment.name: list(records)}
    own = [c for c in _claims_tested_by(experiment) if is_run(c, every, domain=domain)]
    verdicts = judge_claims(own, every, domain=domain)
    lines = ["| claim | verdict | why |", "|---|---|---|"] if own else []
    short = say_once(own, verdicts, names=["above"] * len(own))
    for claim, verdict in zip(own, short, strict=True):
        cells = (claim.text, f"**{verdict.word}**", verdict.reason)
        lines.append(f"| {' | '.join(map(table_cell, cells))} |")
    return "\n".join(lines)


def is_run(claim: Claim, records: Records, *, domain: str) -> bool:
    """Whether the row that a claim is about has records of some data.

    Args:
        claim: of the papers.
        records: from `all_records`.
        domain: of the data.

    Example:
        >>> is_run(CLAIMS[0], {}, domain="utah2018")
        False
    """
    if isinstance(claim.test, Untestable):
        return False
    own = records.get(claim.test.experiment, ())
    return any((record.domain, record.row) == (domain, claim.test.row) for record in own)


def _claims_tested_by(experiment: Experiment) -> list[Claim]:
    return [
        claim
        for claim in CLAIMS
        if not isinstance(claim.test, Untestable) and claim.test.experiment == experiment.name
    ]


def say_once(
    claims: Sequence[Claim], verdicts: Sequence[Verdict], *, names: Sequence[str]
) -> list[Verdict]:
    """What may be behind several outcomes, told with the first of them alone.

    Args:
        claims: in the order they are printed.
        verdicts: theirs.
        names: what a later one calls each of them.

    Returns:
        The verdicts; a later one sends the reader to the first.

    Example:
        >>> pair = [Claim(text, "BF", Untestable(""), otherwise="Chance.") for text in "ab"]
        >>> told = [Verdict("disagrees", "Effect -1. Chance."), Verdict("disagrees", "0. Chance.")]
        >>> [verdict.reason for verdict in say_once(pair, told, names=["no. 1", "no. 2"])]
        ['Effect -1. Chance.', '0. See no. 1.']
    """
    first: dict[str, str] = {}
    short = []
    for claim, verdict, name in zip(claims, verdicts, names, strict=True):
        reason, behind = verdict.reason, claim.otherwise
        if behind and reason.endswith(behind):
            if behind in first:
                reason = f"{reason.removesuffix(behind)}See {first[behind]}."
            first.setdefault(behind, name)
        short.append(Verdict(verdict.word, reason))
    return short


def by_word(verdicts: Mapping[int, Verdict]) -> dict[Word, list[int]]:
    """Which claims got which word, the best word first.

    Args:
        verdicts: number of a claim to what became of it.

    Example:
        >>> by_word({1: Verdict("disagrees", ""), 2: Verdict("agrees", "")})
        {'agrees': [2], 'disagrees': [1]}
    """
    found: dict[Word, list[int]] = {}
    for word in get_args(Word):
        numbers = [number for number, verdict in verdicts.items() if verdict.word == word]
        found |= {word: numbers} if numbers else {}
    return found

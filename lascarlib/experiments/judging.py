"""What became of the papers' claims: each with its verdict, and why it may have come out so."""

from collections.abc import Sequence

from lascarlib.experiments.claims import CLAIMS, Claim, Untestable
from lascarlib.experiments.declaration import Experiment
from lascarlib.experiments.records import Record
from lascarlib.experiments.summary import domains_of
from lascarlib.experiments.verdicts import Verdict, Word, judge_all

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
    tests = [claim.test for claim in claims if not isinstance(claim.test, Untestable)]
    judged = iter(judge_all(tests, records, domain=domain))
    return [
        Verdict("cannot be tested on this data", claim.test.reason)
        if isinstance(claim.test, Untestable)
        else _explained(claim, next(judged), domain=domain)
        for claim in claims
    ]


def _explained(claim: Claim, verdict: Verdict, *, domain: str) -> Verdict:
    """With what may be behind it, where it is not what the paper says, or could be nothing else."""
    if claim.built_in and domain == "phantom":
        return Verdict("cannot be tested on this data", claim.built_in)
    if domain != "phantom" or verdict.word in ("agrees", "not run yet") or not claim.otherwise:
        return verdict
    return Verdict(verdict.word, f"{verdict.reason} {claim.otherwise}")


def plain_claims(experiment: Experiment, records: Sequence[Record]) -> str:
    """What became of an experiment's claims, for the terminal: two lines each, "" for none.

    Args:
        experiment: of the papers.
        records: of it, those stored.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> print(plain_claims(EXPERIMENTS["jsq-projection"], []).splitlines()[1])
          not run yet: No stored run of it yet.
    """
    own = [
        claim
        for claim in CLAIMS
        if not isinstance(claim.test, Untestable) and claim.test.experiment == experiment.name
    ]
    lines = []
    for domain in domains_of(records) or ["phantom"]:
        verdicts = judge_claims(own, {experiment.name: list(records)}, domain=domain)
        for claim, verdict in zip(own, verdicts, strict=True):
            lines += [f"{claim.text} [{domain}]", f"  {verdict.word}: {verdict.reason}"]
    return "".join(f"{line}\n" for line in lines)


def count_words(verdicts: Sequence[Verdict]) -> dict[Word, int]:
    """How many claims got which word.

    Example:
        >>> count_words([Verdict("agrees", ""), Verdict("agrees", "")])
        {'agrees': 2}
    """
    words = [verdict.word for verdict in verdicts]
    return {word: words.count(word) for word in dict.fromkeys(words)}

"""The reproducibility page: every claim of both papers with what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lascarlib.experiments.claims import CLAIMS, Claim, Untestable
from lascarlib.experiments.comparisons import Correlated
from lascarlib.experiments.contradictions import CONTRADICTIONS
from lascarlib.experiments.declaration import Experiment
from lascarlib.experiments.figures import FIGURES
from lascarlib.experiments.judging import Records, by_word, is_run, judge_claims, say_once
from lascarlib.experiments.records import PUBLISHED, Record, stored_records
from lascarlib.experiments.rendering import markdown_table, table_cell, tabulated
from lascarlib.experiments.summary import domains_of, made_with
from lascarlib.experiments.tables import EXPERIMENTS
from lascarlib.experiments.verdicts import Verdict
from lascarlib.experiments.wording import compared

DOMAINS = {
    "phantom": "the phantom",
    "utah2018": "Utah 2018",
    "lascarqs2022": "LAScarQS 2022",
}
"""Domain of data to its name in print."""


ABOUT = {
    "utah2018": "These are patients: 40 of 80 to learn from and 20 others to be scored on. Their "
    "labels hold the LA and no scar, so only the claims about the LA are here. The networks are "
    "those of the phantom's tables, trained anew, and as small. Millimetres follow the files' "
    "headers, which state about half the true distance of slices: HD and ASD come out short along "
    "that axis, for every row alike.",
    "lascarqs2022": "These are patients. The networks are those of the phantom's tables, trained "
    "anew.",
}
"""Domain to what the reader of its verdicts has to know."""

_SIZES = {
    "smoke": "The networks of the smoke profile have learned for seconds: they show that it runs.",
    "cpu": """The networks of the cpu profile are small: each learns for 400 to 1,000 iterations, a
few minutes on one core (`lascarlib.experiments.sizes` has the numbers). Grid, patch and length of
JSQ's were chosen by AtrialJSQnet's scar on six of the phantom's twenty test cases; nothing was
tuned for its rivals. On the coarse phantom scores say nothing about patients.""",
    "gpu": "The networks of the gpu profile are as large as planned, and learn for hours.",
}
"""Profile to what the reader of its numbers has to know."""


def all_records(*, profile: str, roots: Iterable[Path] = (PUBLISHED,)) -> Records:
    """Every stored record by experiment, of the declarations as they are now.

    Example:
        >>> sorted(all_records(profile="smoke", roots=())) == sorted(EXPERIMENTS)
        True
    """
    folders = tuple(roots)
    return {
        name: stored_records(experiment, profile=profile, roots=folders)
        for name, experiment in EXPERIMENTS.items()
    }


def report_page(*, profile: str, roots: Iterable[Path] = (PUBLISHED,)) -> str:
    """The page as Markdown.

    Args:
        profile: whose records are shown.
        roots: folders they are read from.

    Returns:
        The text of the page, ending with a newline.

    Example:
        >>> report_page(profile="smoke", roots=()).splitlines()[4]
        '# What holds of the two papers'
    """
    records = all_records(profile=profile, roots=roots)
    every = [record for found in records.values() for record in found]
    parts = [_head(profile)]
    for domain in domains_of(every) or ["phantom"]:
        parts.append(_claims(records, domain=domain))
    parts += [_tables(records, profile=profile), _figures(), _contradictions()]
    return "\n\n".join(parts) + "\n"


def _head(profile: str) -> str:
    return f"""---
html_theme.sidebar_secondary.remove: true
---

# What holds of the two papers

This page is generated: `lascar reproduce --all --profile {profile}` runs every table of both papers
again, and `lascar reproduce --page FILE --profile {profile}` writes down what came of their claims.
BF is {{cite:t}}`zhang2022boundary`, JSQ {{cite:t}}`li2022atrialjsqnet`.

Each claim is tested by paired signed ranks over the test cases, each case's score being the mean
over the seeds that both rows have; a limit, by signed ranks of the distances from it; rows that
were scored on other cases, by Mann and Whitney's test; a correlation, by Pearson's r. The p-values
of all differences that one experiment is to show are corrected by Holm's way, over as many tests
as is said (the same numbers twice are one test, and rows that never differ are none); the 95 %
intervals (CI: bootstrap, or Welch's of other cases, or Fisher's of r) are not. An effect is above
0 where it lies as claimed. A p-value speaks of other cases, not of other trainings: for those,
every verdict on networks says the effect in each seed, and one seed shows nothing; that all seeds
point one way is weak evidence too, for they share the cases. A network that has hardly begun to
find scar in some seed is named, and nothing that hangs on it counts as settled. The words mean:

- **agrees**: the test shows the difference that the paper claims (p < 0.05), and so does every
  seed; or for a claim that two things are alike, the whole 95 % interval of their difference lies
  within the margin said, and so does every seed.
- **agrees in direction only**: it looks so in every seed, but chance among the cases would do; or
  the test shows it, and not every seed does, or a row has hardly begun to learn; or a correlation
  is shown, and the printed one lies outside its interval.
- **disagrees**: the test shows a difference the other way, and so does every seed; or the whole
  interval lies beyond the margin of what was to be alike, and so does every seed.
- **cannot be tested on this data**: for the reason said; most often no difference is shown either
  way, or seeds contradict each other.
- **not run yet**: no run is stored in this edition.

{_SIZES[profile]}
A verdict here is about the *direction* of an effect under these conditions: it can neither refute
nor confirm what the papers saw."""


def _claims(records: Records, *, domain: str) -> str:
    numbered = [
        (number, claim)
        for number, claim in enumerate(CLAIMS, start=1)
        if domain == "phantom" or is_run(claim, records, domain=domain)
    ]
    verdicts = judge_claims([claim for _, claim in numbered], records, domain=domain)
    lines = [
        f"## The claims, on {DOMAINS.get(domain, domain)}",
        "",
        *([ABOUT[domain], ""] if domain in ABOUT else []),
        f"{len(numbered)} claims:",
        "",
        *_counted({number: v for (number, _), v in zip(numbered, verdicts, strict=True)}),
        "",
        "| no. | claim | verdict |",
        "|---|---|---|",
    ]
    names = [f"no. {number}" for number, _ in numbered]
    short = say_once([claim for _, claim in numbered], verdicts, names=names)
    for (number, claim), verdict in zip(numbered, short, strict=True):
        said = f"{claim.text}<br>*{claim.source}.* {_tested(claim)}".rstrip()
        found = f"**{verdict.word}**<br>{verdict.reason}"
        lines.append("| " + " | ".join((str(number), table_cell(said), table_cell(found))) + " |")
    return "\n".join(lines)


def _counted(verdicts: Mapping[int, Verdict]) -> list[str]:
    """A line of a list for each word: how many claims got it, and which."""
    words = by_word(verdicts).items()
    return [f"- {len(own)} **{word}**: {', '.join(map(str, own))}" for word, own in words]


def _tested(claim: Claim) -> str:
    if isinstance(claim.test, Untestable):
        return ""
    return f"Tested by `{claim.test.experiment}`: {compared(claim.test)}."


def _tables(records: Records, *, profile: str) -> str:
    told = """In each cell the printed value, and in bold ours: mean ± SD over cases and seeds. Of
several seeds the SD of their means follows: how far another training moves the number. Minutes are
those of every network that a row needs, the mean over seeds, on a machine with other work."""
    parts = ["## The tables", "", told]
    for name, experiment in EXPERIMENTS.items():
        parts += ["", f"### {experiment.source} (`{name}`)", "", experiment.question]
        parts += [experiment.note] if experiment.note else []
        own = records[name]
        for domain in domains_of(own) or ["phantom"]:
            table = markdown_table(experiment, own, domain=domain)
            parts += ["", _data(experiment, profile=profile, domain=domain), "", table]
            if other := _claimed_elsewhere(experiment, own, domain=domain):
                table = markdown_table(experiment, own, domain=domain, metrics=other)
                parts += [
                    "",
                    "Not in the paper's table, and claimed in its text or figures:",
                    "",
                    table,
                ]
        parts += ["", made_with(own)]
    return "\n".join(parts)


def _claimed_elsewhere(
    experiment: Experiment, records: Sequence[Record], *, domain: str
) -> list[str]:
    """Metrics that claims are about and the table does not show."""
    tests = [claim.test for claim in CLAIMS if not isinstance(claim.test, Untestable)]
    claimed: set[str] = set()
    for test in tests:
        if test.experiment == experiment.name:
            claimed |= {test.x, test.y} if isinstance(test, Correlated) else {test.metric}
    here = {record.metric for record in records if record.domain == domain}
    hidden = claimed & here - set(tabulated(experiment))
    return [metric for metric in experiment.metrics if metric in hidden]


def _data(experiment: Experiment, *, profile: str, domain: str) -> str:
    cohorts = experiment.data[profile][domain]
    used = {name for row in experiment.rows for name in row.test}
    used |= {name for row in experiment.rows if row.learns for name in row.train}
    words = [f"{name} `{' + '.join(sources)}`" for name, sources in cohorts.items() if name in used]
    return f"On {DOMAINS.get(domain, domain)}: {'; '.join(words)}."


def _figures() -> str:
    lines = ["## The figures", "", "| figure | here | page |", "|---|---|---|"]
    for place, shown, page in FIGURES:
        target = page if page == "intro" else f"../notebooks/executed/{page}"
        lines.append(f"| {place} | {shown} | {{doc}}`{target}` |")
    return "\n".join(lines)


def _contradictions() -> str:
    lines = [
        "## Where the papers contradict themselves or their code",
        "",
        "| place | what stands against what | here |",
        "|---|---|---|",
    ]
    for item in CONTRADICTIONS:
        cells = map(table_cell, (item.place, item.text, item.choice))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)

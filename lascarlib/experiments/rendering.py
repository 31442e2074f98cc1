"""A table of a paper beside ours: for the terminal, and as Markdown for a page or a notebook."""

from collections.abc import Sequence

from lascarlib.evaluation.cohort import NAMES
from lascarlib.experiments.declaration import Experiment, Row
from lascarlib.experiments.records import Record
from lascarlib.experiments.summary import domains_of, made_with, minutes_of, summarise_row

PRINTED = {
    **NAMES,
    "scar_surface_dice": "Dice_s",
    "scar_gdsc": "Dice_g",
    "scar_acc": "Accuracy",
    "scar_sen": "sensitivity",
    "scar_spe": "specificity",
    "scar_burden_reference_percent": "scar, manual [%]",
    "scar_burden_prediction_percent": "scar, automatic [%]",
    "uncertainty_sd": "uncertainty [SD]",
    "outlier": "outliers (share)",
    "scar_in_band": "scar in the band (share)",
    "scar_on_surface": "scar on the surface (share)",
    "spacing_x_mm": "x [mm]",
    "spacing_y_mm": "y [mm]",
    "spacing_z_mm": "z [mm]",
}
"""Metric to its name in the tables, where it can be as the papers print it."""


def plain_table(experiment: Experiment, records: Sequence[Record]) -> str:
    """The table for the terminal: one line a row and metric, printed value beside ours.

    Args:
        experiment: of the papers.
        records: of it, those stored.

    Returns:
        Lines of text without a final newline.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> print(plain_table(EXPERIMENTS["bf-table-1"], []).splitlines()[0])
        bf-table-1 (BF, Table 1)
    """
    domains = domains_of(records) or ["phantom"]
    width = max(len(row.name) for row in experiment.rows)
    head = f"{'':{width}}  {'':24} {'paper':>16}" + "".join(f" {name:>20}" for name in domains)
    lines = [f"{experiment.name} ({experiment.source})", experiment.question, head]
    for row in experiment.rows:
        for metric in experiment.metrics:
            cells = [ours(records, row, metric, domain=domain) for domain in domains]
            printed = paper(row, metric)
            if printed or any(cells):
                name = f"{row.name:{width}}  {PRINTED.get(metric, metric):24}"
                lines.append(f"{name} {printed:>16}" + "".join(f" {cell:>20}" for cell in cells))
        costs = [trainings(records, row, domain=domain) for domain in domains]
        if any(costs):
            name = f"{row.name:{width}}  {'seeds, minutes of each':24}"
            lines.append(f"{name} {'':>16}" + "".join(f" {cost:>20}" for cost in costs))
    return "\n".join([*lines, made_with(records)])


def markdown_table(
    experiment: Experiment,
    records: Sequence[Record],
    *,
    domain: str,
    metrics: Sequence[str] | None = None,
) -> str:
    r"""The table as Markdown: each cell has the printed value, in bold ours, then the seeds.

    Args:
        experiment: of the papers.
        records: of it, those stored.
        domain: of the data.
        metrics: its columns; those of `tabulated` where None.

    Returns:
        A table of MyST, without a final newline; a dash stands where there is no number. Rows that
        the domain has no cases for are left out.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> lines = markdown_table(EXPERIMENTS["bf-table-1"], [], domain="phantom").splitlines()
        >>> lines[0]
        '| row | LA Dice | LA HD [mm] | LA ASD [mm] | seeds | minutes |'
        >>> lines[2].split(" | ")[:2]
        ['| K = 100', '0.888\xa0±\xa00.057<br>**–**']
    """
    shown = tabulated(experiment) if metrics is None else metrics
    names = ["row", *(PRINTED[metric] for metric in shown), "seeds", "minutes"]
    lines = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    for row in experiment.rows:
        if not _is_declared(experiment, row, domain):
            continue
        cells = [_cell(records, row, metric, domain=domain) for metric in shown]
        seeds = _seeds(records, row, domain=domain)
        minutes = minutes_of(records, row=row.name, domain=domain)
        name = row.name.replace("|", r"\|")
        cost = "–" if minutes is None else f"{minutes:.1f}"
        lines.append("| " + " | ".join([name, *cells, str(seeds or "–"), cost]) + " |")
    return "\n".join(lines)


def table_cell(text: str) -> str:
    r"""A text as it can stand in a cell of a Markdown table.

    Args:
        text: on one line.

    Example:
        >>> print(table_cell("exp(-|phi|)"))
        exp(-\|phi\|)
    """
    return text.replace("|", r"\|")


def _is_declared(experiment: Experiment, row: Row, domain: str) -> bool:
    """Whether a domain has the cohorts that a row is scored on: Utah has no hard cases, say."""
    return any(set(row.test) <= set(data.get(domain, ())) for data in experiment.data.values())


def _cell(records: Sequence[Record], row: Row, metric: str, *, domain: str) -> str:
    """Printed value, ours and that of the seeds, on a line each that no narrow column breaks."""
    printed = paper(row, metric) or "–"
    found = ours(records, row, metric, domain=domain) or "–"
    text = f"{printed}<br>**{found}**{over_seeds(records, row, metric, domain=domain)}"
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def tabulated(experiment: Experiment) -> list[str]:
    """The metrics of a table: those the paper prints, all where it prints none; and outliers.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> tabulated(EXPERIMENTS["bf-table-3"]), tabulated(EXPERIMENTS["bf-figure-2"])
        (['scar_dice'], ['scar_in_band', 'scar_on_surface'])
    """
    printed = {metric for row in experiment.rows for metric in row.paper}
    wanted = printed | {"outlier"} if printed else set(experiment.metrics)
    return [metric for metric in experiment.metrics if metric in wanted]


def paper(row: Row, metric: str) -> str:
    """A printed value, mean and SD; "" where the paper has none.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> paper(EXPERIMENTS["bf-table-1"].row("K = 10"), "atrium_hd_mm")
        '16.45 ± 5.16'
    """
    if metric not in row.paper:
        return ""
    mean, sd = row.paper[metric]
    return _number(mean, metric) + (f" ± {_number(sd, metric)}" if sd else "")


def ours(records: Sequence[Record], row: Row, metric: str, *, domain: str) -> str:
    """Our value, mean and SD over seeds and cases, and how many missed the structure; or ""."""
    found = summarise_row(records, row=row.name, metric=metric, domain=domain)
    if found is None:
        return ""
    missed = f" ({found.missed} missed)" if found.missed else ""
    if found.mean is None:
        return f"∞{missed}"
    return f"{_number(found.mean, metric)} ± {_number(found.sd, metric)}{missed}"


def over_seeds(records: Sequence[Record], row: Row, metric: str, *, domain: str) -> str:
    """How far the mean over cases moves with the seed, on a line of its own; "" for one seed.

    Example:
        >>> same = ("e", "A", "d", "cpu", "dice", "a")
        >>> found = [Record(*same, value, seed) for value, seed in ((0.7, 0), (0.9, 1))]
        >>> over_seeds(found, Row("A", None), "dice", domain="d")
        '<br>seeds ± 0.141'
    """
    found = summarise_row(records, row=row.name, metric=metric, domain=domain)
    if found is None or found.seed_sd is None:
        return ""
    return f"<br>seeds ± {_number(found.seed_sd, metric)}"


def trainings(records: Sequence[Record], row: Row, *, domain: str) -> str:
    """How many seeds, and the minutes that a training took; "" where nothing is stored.

    Example:
        >>> row = Row("A", None, {})
        >>> trainings([Record("e", "A", "d", "cpu", "m", "a", 0.5, 0, minutes=2)], row, domain="d")
        '1, 2.0'
    """
    minutes = minutes_of(records, row=row.name, domain=domain)
    return "" if minutes is None else f"{_seeds(records, row, domain=domain)}, {minutes:.1f}"


def _seeds(records: Sequence[Record], row: Row, *, domain: str) -> int:
    return len({r.seed for r in records if (r.row, r.domain) == (row.name, domain)})


def _number(value: float, metric: str) -> str:
    decimals = 2 if metric.endswith(("_mm", "_sd")) else 1 if metric.endswith("_percent") else 3
    return f"{value:.{decimals}f}"

"""`lascar compare`: two folders of predictions against one reference, case by case."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lascarlib.cli.score import add_scoring_options

if TYPE_CHECKING:
    from lascarlib.datasets import Dataset
    from lascarlib.evaluation import CaseScore
    from lascarlib.evaluation.statistics import Comparison


def add_commands(commands: Any) -> None:
    """Add `compare` to the command line."""
    parser = commands.add_parser("compare", help="which of two predictions is better, and how sure")
    parser.add_argument("reference", metavar="REFERENCE", help="labelled cases")
    parser.add_argument("a", metavar="A", type=Path, help="folder of predictions")
    parser.add_argument("b", metavar="B", type=Path, help="folder of other predictions")
    parser.add_argument(
        "--observer",
        metavar="DATA",
        help="a second observer's labels of some of the cases, for an inter-observer row",
    )
    add_scoring_options(parser, row="metric")
    parser.add_argument(
        "--metrics",
        metavar="NAMES",
        help="compare these instead of the usual six, as in atrium_dice,scar_gdsc; fewer metrics "
        "need less correction",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="gets comparison.png and .svg")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (default 0)")
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Score both folders, compare them, and say the verdict in words."""
    from lascarlib.cli.targets import write_record
    from lascarlib.datasets import holds_scar, open_dataset
    from lascarlib.evaluation import score_folders
    from lascarlib.evaluation.statistics import (
        compare_cohorts,
        format_comparisons,
        write_comparisons_csv,
    )

    _check(options)
    folders, metrics = (options.a, options.b), _metrics(options.metrics)
    reference = open_dataset(options.reference)
    observers = _observers(reference, options) if options.observer else []
    with_scar = [folder for folder in folders if holds_scar(folder)]
    a, b = score_folders(
        reference, folders, score_scar=len(with_scar) == 2, protocol=options.protocol
    )
    if len(with_scar) == 1:
        print(f"only {with_scar[0]} has scar predictions, so scar is not compared", file=sys.stderr)
    compared = compare_cohorts(a, b, metrics=metrics, seed=options.seed)
    if options.csv is not None:
        write_comparisons_csv(compared, options.csv)
        made_from = {"a": str(options.a.resolve()), "b": str(options.b.resolve())}
        made_from |= {key: getattr(options, key) for key in ("observer", "protocol", "seed")}
        write_record(options.csv, reference, made_from)
    names = _names(*folders)
    if options.out is not None:
        _write_figure(options.out, a, b, metrics=metrics, names=names)
    print(f"A is {names[0]}, B is {names[1]}; differences are A minus B, case by case\n")
    print(format_comparisons(compared))
    _print_observers(observers, metrics=tuple(compared))
    _print_verdicts(compared, names=names)
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse what can be seen to be wrong before a case is read."""
    from lascarlib.cli.targets import check_folder, check_table
    from lascarlib.errors import LascarError
    from lascarlib.geometry.projection import check_protocol

    check_protocol(options.protocol)
    check_table(options.csv)
    if options.out is not None:
        check_folder(options.out)
    if options.seed < 0:
        raise LascarError(f"--seed {options.seed}: give 0 or more")
    if options.a.resolve() == options.b.resolve():
        raise LascarError(f"{options.a}: given twice; compare two different folders")


def _observers(reference: "Dataset", options: argparse.Namespace) -> "list[CaseScore]":
    """The second observer's labels, scored as if they were predictions."""
    from lascarlib.datasets import open_dataset
    from lascarlib.errors import LascarError
    from lascarlib.evaluation.statistics import score_observers

    source = options.observer
    second = open_dataset(source)
    if unknown := sorted(set(second.ids) - set(reference.ids)):
        raise LascarError(f"{source}: case {unknown[0]} is not in {reference.source}; leave it out")
    pairs = ((reference.load(name), second.load(name)) for name in second.ids)
    return score_observers(pairs, protocol=options.protocol)


def _write_figure(
    folder: Path,
    a: "list[CaseScore]",
    b: "list[CaseScore]",
    *,
    metrics: Sequence[str],
    names: tuple[str, str],
) -> None:
    """The plot, as PNG and SVG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from lascarlib.evaluation.statistics import measured_pairs, pair_scores, printed_name
    from lascarlib.viz import save_figure, show_comparison, use_style

    use_style()
    pairs = pair_scores(a, b, metrics=metrics)
    measured, others = measured_pairs(a), measured_pairs(b)
    figure = show_comparison(
        {printed_name(metric): pair for metric, pair in pairs.items()},
        names=names,
        measured={unit: [pair, others[unit]] for unit, pair in measured.items()},
    )
    for suffix in (".png", ".svg"):
        save_figure(figure, folder / f"comparison{suffix}")


def _metrics(words: str | None) -> tuple[str, ...]:
    """The metrics asked for, or the usual ones."""
    from lascarlib.errors import LascarError
    from lascarlib.evaluation.cohort import METRICS, NAMES

    if words is None:
        return tuple(METRICS)
    chosen = tuple(dict.fromkeys(words.split(",")))
    if unknown := [metric for metric in chosen if metric not in NAMES]:
        raise LascarError(f"--metrics: unknown {unknown[0]!r}; known are {', '.join(NAMES)}")
    return chosen


def _print_observers(scores: "list[CaseScore]", *, metrics: Sequence[str]) -> None:
    """Mean and standard deviation between two observers, as JSQ Table 2 gives them."""
    from lascarlib.evaluation import summarise
    from lascarlib.evaluation.cohort import NAMES

    if not scores:
        return
    print(f"\nbetween two observers, {len(scores)} case{'s' if len(scores) > 1 else ''}")
    summaries = summarise(scores)
    width = max(len(NAMES[metric]) for metric in metrics)
    for metric in metrics:
        if metric in summaries:
            row = summaries[metric]
            print(f"{NAMES[metric]:{width}} {row.mean:.3f} ± {row.sd:.3f}")


def _print_verdicts(compared: "dict[str, Comparison]", *, names: tuple[str, str]) -> None:
    from lascarlib.evaluation.statistics import printed_name, verdict

    print()
    for metric, found in compared.items():
        name = printed_name(metric)
        print(verdict(found, name=name, a=names[0], b=names[1], tests=len(compared)))
    print(f"p: Wilcoxon's signed-rank test, Holm's correction over {len(compared)} metrics")


def _names(a: Path, b: Path) -> tuple[str, str]:
    """What the folders are called: by their last part, in full where that is the same."""
    return (a.name, b.name) if a.name != b.name else (str(a), str(b))

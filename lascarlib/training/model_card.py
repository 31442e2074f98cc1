"""The model card of networks that learned on phantoms: how, what was measured, where it ends."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from lascarlib.errors import LascarError
from lascarlib.training.checkpoint import read_json
from lascarlib.training.config import Config
from lascarlib.training.folds import ALL
from lascarlib.training.lineage import beyond_phantoms
from lascarlib.training.profiles import make_config
from lascarlib.training.run import Run, open_run
from lascarlib.training.settings import differing_settings
from lascarlib.training.start import RATE_FACTOR, TAKEN

SCORES = "scores.json"
"""Beside run.json: what `benchmarks/zero_shot.py` measured, numbers and names of cases only."""

LIMITS = """
- **Not for clinical use.** No physician has looked at a single result, nor any regulator at the
  software.
- The LA was tested on one data set of one centre, Utah 2018, in the copies that are passed on:
  cropped round the heart, 0.625 mm stated along every axis. Other centres and scanners were not
  tested. Crop a wider scan round the heart first: in a phantom of 260 mm other blood is taken for
  LA, several times its volume.
- The **scar network was tested on phantoms only**, because real scar labels are given only to those
  who sign for them. Take its answer as a picture of how two stages work together, not as a
  measurement.
- Where the LA ends is a convention. Utah's readers cut the pulmonary veins short and close the
  mitral valve by a plane; a hospital that draws longer veins will find these too short.
- Metal, open-heart surgery, congenital disease, atria above 230 ml and images other than LGE-MRI
  are not in the phantom.
"""


def model_card(folder: str | Path) -> str:
    """The card of BF's networks trained on phantoms, its numbers from their record and scores.

    Args:
        folder: of an exported training, see `lascarlib.training.export_run`, with `SCORES` in it.

    Returns:
        Markdown.

    Raises:
        LascarError: it is no training, or one that did not learn from phantoms alone, or its scores
            are missing or damaged.
    """
    run = open_run(folder)
    if others := beyond_phantoms(run.folder):
        raise LascarError(
            f"{run.folder}: learned from {others[0]}, but this card is for networks that learned "
            "from phantoms alone; keep the card that lascar export wrote"
        )
    record, scores = read_json(run.folder / "run.json"), read_json(run.folder / SCORES)
    made = record["provenance"]
    versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
    try:
        return f"""# `pretrained:{run.folder.name}`

U-Nets of the boundary-focused method (Zhang et al., 2022): the first finds the left atrium in an
LGE-MRI, the second the scar in its wall. They learned on synthetic hearts alone and have never seen
a patient. Here: {" and ".join(_trained(run))}.

```
lascar predict pretrained:{run.folder.name} IMAGE_OR_FOLDER --out DIR
```

## How it was made

- Data: `{run.source}`, {len(run.ids)} synthetic scans with known LA and
  scar (`lascarlib.phantom`); no real scan.
{start_line(run)}- Commit {made["commit"]}; seed {run.config.seed}; {versions}.
{"".join(stage_lines(run))}
```
{training_command(run)}
lascar export RUN {run.folder.name}
```

## What was measured

LA against the manual labels of {len(scores["cases"])} real hearts ({scores["data"]}), each on its
own grid, distances by the files' headers; mean ± SD over cases. The first {scores["seen"]} cases by
name were looked at while the phantom was made more real, the others were not. The last 16 also
score the study of the phantom's ingredients; nothing was chosen by it.

{_score_table(scores)}
{_phantom_lines(scores)}Measured on {scores["made"]} at commit {scores["commit"]} by

```
{scores["command"]}
```

## Limits
{LIMITS}"""
    except (KeyError, TypeError) as error:
        raise LascarError(f"{run.folder / SCORES}: no scores of a training ({error})") from error


def training_command(run: Run) -> str:
    r"""The `lascar train` or `lascar cv` line that a training came from.

    Args:
        run: any.

    Returns:
        One line a setting that differs from its profile, joined by backslashes.

    Example:
        >>> config = make_config("cpu", seed=3, settings={"atrium.batch_size": 1})
        >>> print(training_command(Run(Path("r"), config, "DATA", ("a",), "", True)))
        lascar train DATA RUN --profile cpu --seed 3 \
          --set atrium.batch_size=1
    """
    config = run.config
    usual = make_config(config.profile, seed=config.seed, settings={"method": config.method})
    changed = differing_settings(usual, config)
    for name in ("method", *_come_with_start(run, usual)):
        changed.pop(name, None)
    task, folds = _command_of(run)
    first = f"lascar {task} {shlex.quote(run.source)} RUN --profile {config.profile}"
    first += f" --seed {config.seed}{folds}"
    if config.method != Config().method:
        first += f" --method {config.method}"
    if start := changed.pop("start", ""):
        first += f" --start {shlex.quote(start)}"
    if minutes := changed.pop("budget_minutes", 0):
        first += f" --budget {minutes:g}"
    sets = [f"--set {shlex.quote(f'{name}={value}')}" for name, value in changed.items()]
    return " \\\n  ".join([first, *sets])


def _command_of(run: Run) -> tuple[str, str]:
    """Command, and its option for the folds that are trained."""
    folds = run.trained_folds(run.stages[0])
    if folds in ((), (ALL,)):
        return "train", ""
    numbers = [fold.removeprefix("fold_") for fold in folds]
    if len(numbers) == 1:
        return "train", f" --fold {numbers[0]}"
    every = len(numbers) == run.config.folds
    return "cv", "" if every else f" --folds {','.join(numbers)}"


def learned_cases(run: Run) -> str:
    """How many cases the networks of a training learned from, in words.

    Example:
        >>> learned_cases(Run(Path("r"), make_config("cpu", seed=0), "DATA", ("a", "b"), "", True))
        '2 cases'
    """
    folds = run.trained_folds(run.stages[0])
    if len(folds) == 1 and folds != (ALL,):
        fold = run.fold(folds[0])
        return f"{len(fold.training)} of {len(run.ids)} cases, {fold.name} held back"
    return f"{len(run.ids)} cases"


def _come_with_start(run: Run, usual: Config) -> Iterator[str]:
    """The settings that `--start` alone changes."""
    if not run.config.start:
        return
    yield "distance_map"
    for stage in read_json(run.folder / "run.json")["start"]["stages"]:
        yield from (f"{stage}.{name}" for name in TAKEN)
        if run.config.stage(stage).learning_rate == RATE_FACTOR * usual.stage(stage).learning_rate:
            yield f"{stage}.learning_rate"


def start_line(run: Run) -> str:
    """The line of a card on the weights that a training started from; empty where it did not."""
    start = read_json(run.folder / "run.json").get("start")
    if start is None:
        return ""
    sums = ", ".join(f"{stage} {digits[:16]}" for stage, digits in start["sha256"].items())
    return (
        f"- Started from the weights of `{start['run']}` ({start['fold']}, commit "
        f"{start['commit']}; SHA-256 {sums}).\n"
    )


def stage_lines(run: Run) -> Iterator[str]:
    """Lines of a card, one for each trained network: iterations, minutes, size."""
    for stage in run.stages:
        for fold in run.trained_folds(stage):
            log = (run.fold_folder(stage, fold) / "log.csv").read_text(encoding="utf-8")
            names, *rows = (line.split(",") for line in log.split())
            last = dict(zip(names, rows[-1], strict=True))
            size = (run.fold_folder(stage, fold) / "weights.safetensors").stat().st_size
            minutes = float(last["seconds"]) / 60
            yield (
                f"- {stage}: {int(last['iteration'])} iterations in "
                f"{minutes:.{0 if minutes >= 1 else 1}f} minutes; "
                f"{size / 1e6:.1f} MB of weights (16 bits).\n"
            )


def _trained(run: Run) -> list[str]:
    return [stage for stage in run.stages if run.trained_folds(stage)]


def _phantom_lines(scores: Mapping[str, Any]) -> str:
    found = scores.get("phantoms")
    if found is None:
        return ""
    line = f"On {found['cases']} unseen phantoms (`{found['source']}`) the LA's Dice is\n"
    line += f"{found['atrium_mean']:.3f} ± {found['atrium_sd']:.3f}"
    if "scar_mean" in found:
        line += ", and that of scar on the LA's surface, LA and scar both\npredicted, "
        line += f"{found['scar_mean']:.3f} ± {found['scar_sd']:.3f}"
    return line + ".\n\n"


def _score_table(scores: Mapping[str, Any]) -> str:
    rows = list(scores["cases"].values())
    parts = {
        "all": rows,
        "looked at": rows[: scores["seen"]],
        "not looked at": rows[scores["seen"] :],
    }
    lines = ["| cases | n | Dice | least | greatest | ASD (mm) | HD (mm) |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    for name, part in parts.items():
        dice = [row["dice"] for row in part]
        cells = [f"{fmean(dice):.3f} ± {stdev(dice):.3f}", f"{min(dice):.3f}", f"{max(dice):.3f}"]
        for measure in ("asd_mm", "hd_mm"):
            values = [row[measure] for row in part]
            cells.append(f"{fmean(values):.2f} ± {stdev(values):.2f}")
        lines.append(f"| {name} | {len(part)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"

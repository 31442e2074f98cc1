"""`lascar fingerprint` and `lascar plan`: what nnU-Net would configure for a data set."""

import argparse
import json
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add `fingerprint` and `plan` to the command line."""
    fingerprint = commands.add_parser("fingerprint", help="shapes and spacings of a data set")
    fingerprint.add_argument("data", metavar="DATA", help="cases to measure")
    fingerprint.set_defaults(handler=run_fingerprint)

    plan = commands.add_parser("plan", help="the network nnU-Net plans for a data set")
    plan.add_argument("data", metavar="DATA", nargs="?", help="cases to plan the LA network for")
    plan.add_argument("--fingerprint", type=Path, metavar="F", help="instead of DATA; nnU-Net's")
    plan.add_argument("--dataset", type=Path, metavar="F", help="nnU-Net's dataset.json beside it")
    plan.add_argument("--device", default="gpu", help="gpu (default: nnU-Net's plan) or cpu")
    plan.add_argument(
        "--memory-gb", type=float, metavar="G", help="plan for it instead of 8 (cpu: 0.25)"
    )
    plan.set_defaults(handler=run_plan)
    for parser in (fingerprint, plan):
        parser.add_argument("--out", type=Path, metavar="F", help="write here, do not print")


def run_fingerprint(options: argparse.Namespace) -> int:
    """Print or write the fingerprint of a data set."""
    _check_target(options.out)
    _give(_measure(options.data), options.out)
    return 0


def run_plan(options: argparse.Namespace) -> int:
    """Print or write the plan for a data set, or for the records of one."""
    from lascarlib.errors import LascarError
    from lascarlib.models.budget import budget_for
    from lascarlib.models.planner import plan
    from lascarlib.training.planned import stage_plan

    files = (options.fingerprint, options.dataset)
    given = [option is not None for option in (options.data, *files)]
    if given not in ([True, False, False], [False, True, True]):
        raise LascarError("give either DATA, or both --fingerprint and --dataset")
    budget = budget_for(options.device, memory_gb=options.memory_gb)
    _check_target(options.out)
    if options.data is None:
        made = plan(_read(files[0]), _read(files[1]), budget=budget)
    else:
        made = stage_plan("atrium", _measure(options.data), budget=budget)
    _give(made.to_json(), options.out)
    return 0


def _measure(source: str) -> dict[str, object]:
    from tqdm import tqdm

    from lascarlib.datasets import open_dataset
    from lascarlib.models.fingerprint import fingerprint

    dataset = open_dataset(source)
    return fingerprint(tqdm(dataset, total=len(dataset), desc="measuring", unit="case", delay=1))


def _read(path: Path) -> dict[str, Any]:
    from lascarlib.errors import LascarError

    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise LascarError(f"{path}: no valid JSON ({error}); give nnU-Net's record") from error
    if not isinstance(record, dict):
        raise LascarError(f"{path}: holds no names with values; give nnU-Net's record")
    return record


def _check_target(path: Path | None) -> None:
    from lascarlib.cli.targets import check_folder
    from lascarlib.errors import LascarError

    if path is None:
        return
    if path.suffix != ".json" or path.is_dir():
        raise LascarError(f"{path}: no file to write; give a name that ends in .json")
    check_folder(path.parent)


def _give(record: dict[str, object], path: Path | None) -> None:
    from lascarlib.training.checkpoint import write_json

    if path is None:
        print(json.dumps(record, indent=1))
    else:
        write_json(path, record)

"""`lascar submit`: predictions packed for the challenge."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add `submit` to the command line."""
    parser = commands.add_parser("submit", help="check predictions and pack them for the challenge")
    parser.add_argument("predictions", metavar="PREDICTIONS", type=Path, help="folder to pack")
    parser.add_argument("--data", required=True, metavar="IMAGES", help="what was predicted")
    parser.add_argument("--out", required=True, type=Path, metavar="ZIP", help="file to write")
    parser.add_argument(
        "--task",
        type=int,
        choices=(1, 2),
        help="1: LA and scar, 2: LA alone; by default 1 where there are scar predictions",
    )
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Say what is at fault, or write the zip."""
    from lascarlib.cli.targets import check_folder
    from lascarlib.datasets import count, open_dataset
    from lascarlib.submission import (
        TASK_FILES,
        check_submission,
        check_target,
        empty_atria,
        find_task,
        write_submission,
    )

    check_target(options.out)
    check_folder(options.out.parent)
    dataset = open_dataset(options.data)
    task = options.task or find_task(options.predictions)
    check_submission(options.predictions, dataset, task=task)
    for case in empty_atria(options.predictions, dataset.ids):
        print(f"{case}: the predicted LA is empty and will be scored as missed", file=sys.stderr)
    write_submission(options.predictions, dataset.ids, options.out, task=task)
    words = " and ".join(name.removesuffix(".nii.gz") for name in TASK_FILES[task])
    print(f"Task {task}: {words} of {count(len(dataset))} in {options.out}")
    return 0

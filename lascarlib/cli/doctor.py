"""`lascar doctor`: what is installed, which device, how much memory, which data is found."""

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from lascarlib.errors import LascarError

DATA_VARIABLE = "LASCAR_DATA"
"""Environment variable that names the folder of the real data sets."""


def add_commands(commands: Any) -> None:
    """Add `doctor` to the command line."""
    parser = commands.add_parser("doctor", help="what is installed, and what this machine can do")
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Print the report."""
    import psutil
    import torch

    from lascarlib.provenance import commit, versions
    from lascarlib.training.device import choose_precision

    rows = [("commit", commit()), *versions().items()]
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        memory = f"{properties.total_memory / 2**30:.0f} GiB"
        rows.append(("device", f"{torch.cuda.device_count()} x {properties.name}, {memory}"))
    else:
        rows.append(("device", f"CPU, {torch.get_num_threads()} threads"))
    ram = psutil.virtual_memory()
    rows += [
        ("precision", f"{choose_precision('auto')} (what precision=auto means here)"),
        ("memory", f"{ram.available / 2**30:.1f} of {ram.total / 2**30:.1f} GiB free"),
        ("disk", f"{shutil.disk_usage('.').free / 2**30:.0f} GiB free here"),
        ("npm", shutil.which("npm") or "not found: book pages will need a network"),
        *_data_rows(),
    ]
    for name, value in rows:
        print(f"{name:>18}  {value}")
    return 0


def _data_rows() -> list[tuple[str, str]]:
    """One row per data set below the folder that LASCAR_DATA names."""
    from lascarlib.datasets import count, open_dataset

    named = os.environ.get(DATA_VARIABLE)
    if not named:
        return [("data", f"{DATA_VARIABLE} is not set: the embedded phantom is used")]
    if not Path(named).is_dir():
        return [("data", f"{DATA_VARIABLE}={named} is no folder")]
    rows = []
    for folder in sorted(path for path in Path(named).iterdir() if path.is_dir()):
        try:
            found = open_dataset(folder)
        except LascarError as error:
            rows.append(("data", str(error)))
            continue
        kinds = [name for name, on in (("LA", found.has_atrium), ("scar", found.has_scar)) if on]
        labels = f"{' and '.join(kinds) or 'no'} labels"
        rows.append(("data", f"{folder}: {count(len(found))}, {labels}"))
    return rows or [("data", f"{DATA_VARIABLE}={named} holds no folder")]

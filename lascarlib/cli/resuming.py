"""What `--resume` of a training command means for its other options."""

import argparse
from typing import Any


def is_resumed(options: argparse.Namespace) -> bool:
    """Whether a training goes on, whose run.json says what with; else one begins."""
    return bool(options.resume and (options.run / "run.json").exists())


def profile_and_seed(options: argparse.Namespace) -> dict[str, Any]:
    """Those of the two that are given."""
    given = {"profile": options.profile, "seed": options.seed}
    return {name: value for name, value in given.items() if value is not None}

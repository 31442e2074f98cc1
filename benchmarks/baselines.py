"""Times the classical methods on one phantom case, and the training of LearnGC beside them."""

import argparse
import tempfile
from functools import partial
from pathlib import Path

from table import RESULTS, as_folder, peak_memory_mb, run_script, seconds_each, write_table

from lascarlib.baselines import METHODS
from lascarlib.baselines.learngc import load_learngc, make_learngc_config, train_learngc
from lascarlib.datasets import open_dataset
from lascarlib.training.checkpoint import read_json

TRAINING = "phantom:cases=4,seed=1"
UNSEEN = "phantom:cases=1,seed=2"


def main() -> None:
    """Train LearnGC, time every method on a case that none has seen, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="two iterations, one round")
    parser.add_argument("--profile", default="smoke", help="of LearnGC: smoke (default), cpu, gpu")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    settings = {"iterations": 2} if options.small else {}
    rounds = 1 if options.small else options.rounds
    config = make_learngc_config(options.profile, seed=0, settings=settings)
    case = next(iter(open_dataset(UNSEEN)))
    assert case.atrium is not None
    with tempfile.TemporaryDirectory() as folder:
        train_learngc(Path(folder) / "run", open_dataset(TRAINING), config)
        cost = read_json(Path(folder) / "run" / "cost.json")
        functions = {**METHODS, "learngc": load_learngc(Path(folder) / "run")}
        calls = {name: partial(f, case, case.atrium) for name, f in functions.items()}
        seconds = seconds_each(calls, rounds=rounds)
        quickest = min(min(each) for each in seconds.values())
        rows = [
            {
                "method": name,
                "s per case": min(each),
                "times the quickest": min(each) / quickest,
                "peak MB": peak_memory_mb(calls[name]),
                "training s": cost["seconds"] if name == "learngc" else 0.0,
            }
            for name, each in seconds.items()
        ]
    write_table(
        options.out / "baselines.md",
        rows,
        title="Classical methods",
        notes=[
            f"One phantom of {' x '.join(map(str, case.image.shape))} voxels, its manual LA; least "
            f"of {rounds} rounds taken in turn.",
            f"LearnGC, profile {options.profile}: {cost['iterations']} iterations on "
            f"{cost['patches']} patches, {cost['parameters']} parameters, {cost['device']}, "
            f"threads: {cost['threads']}; meshing its training cases is not counted.",
            "Training is timed on the clock: compare it only where the load below is small.",
        ],
    )


if __name__ == "__main__":
    run_script(main)

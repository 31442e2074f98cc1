"""`lascar predict`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lascarlib.cli import baselines
from lascarlib.plausibility import PLAUSIBLE_ML, judge_volume
from lascarlib.pretrained import run_folder

if TYPE_CHECKING:
    from lascarlib.pipeline import Prediction


def add_commands(commands: Any) -> None:
    """Add `predict` to the command line."""
    predict = commands.add_parser("predict", help="segment cases with a trained run")
    predict.add_argument(
        "run", metavar="RUN", type=Path, help="of a training, pretrained:phantom, or a method"
    )
    predict.add_argument("data", metavar="DATA_OR_IMAGES", help="cases, plain volumes, or one file")
    predict.add_argument("--out", type=Path, required=True, help="gets <case>/LA_predict.nii.gz")
    predict.add_argument(
        "--probabilities", action="store_true", help="write the probability maps too"
    )
    predict.add_argument(
        "--two-pass",
        action="store_true",
        help="quicker on a wide scan: find the LA in the fewest windows, then look again around it",
    )
    predict.add_argument(
        "--resume", action="store_true", help="leave the cases that are predicted already"
    )
    baselines.add_options(predict)
    predict.set_defaults(handler=run_predict)


def run_predict(options: argparse.Namespace) -> int:
    """Segment every case of a data set."""
    options.run = run_folder(options.run)
    if baselines.is_classical(options.run):
        return baselines.run_predict(options)
    return _run_networks(options)


def _run_networks(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from lascarlib.cli.targets import check_predictions
    from lascarlib.datasets import check_cases, count, open_dataset
    from lascarlib.errors import LascarError
    from lascarlib.pipeline import (
        check_scan,
        load_predictor,
        predict_folder,
        predicted_already,
    )
    from lascarlib.training import open_run

    if options.atrium is not None or options.set:
        raise LascarError(
            f"{options.run}: a training finds its own LA; leave out --atrium and --set"
        )
    if str(options.run).endswith("]") and not options.run.exists():
        raise LascarError(f"{options.run}: every trained fold is averaged; leave the [fold] out")
    check_predictions(options.out, options.data, resume=options.resume, hint="--resume or ")
    predictor = load_predictor(open_run(options.run), two_pass=options.two_pass)
    dataset = open_dataset(options.data)
    done: list[str] = []
    if options.resume:
        done = predicted_already(
            predictor, dataset, options.out, probabilities=options.probabilities
        )
        print(f"{len(done)} of {count(len(dataset))} predicted already", file=sys.stderr)
    left = tuple(name for name in dataset.ids if name not in done)
    if left:
        check_cases(dataset.subset(left), check=check_scan)
    if not predictor.finds_scar:
        print("this run has not learned scar: LA only", file=sys.stderr)
    predictions = predict_folder(
        predictor, dataset, options.out, probabilities=options.probabilities, done=done
    )
    for found in tqdm(predictions, total=len(left), desc="predicting", unit="case") if left else ():
        for remark in _remarks(found, finds_scar=predictor.finds_scar):
            tqdm.write(f"{found.id}: {remark}", file=sys.stderr)
    print(f"{count(len(dataset))} in {options.out}")
    return 0


def _remarks(found: "Prediction", *, finds_scar: bool) -> Iterator[str]:
    """What to look at twice in one prediction."""
    if not found.atrium.any():
        yield "no LA found"
        return
    if found.is_outlier:
        yield "highly uncertain, LA threshold lowered (UAM)"
    plausible, volume = judge_volume(found.atrium_ml)
    if not plausible:
        large = found.atrium_ml > PLAUSIBLE_ML[1]
        why = "; a scan wider than those learned from has to be cropped round the heart"
        yield f"LA of {volume}; look at it{why if large else ''}"
    if finds_scar and found.scar_probability is None:
        yield "no LA with a boundary, so no scar"

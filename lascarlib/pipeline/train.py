"""Train a method: its networks one after the other; BF's with the UAM between its two stages."""

import dataclasses
import sys
from collections.abc import Iterator, Sequence
from typing import Literal

from lascarlib.datasets import Dataset
from lascarlib.errors import LascarError
from lascarlib.geometry import has_boundary
from lascarlib.geometry.orientation import to_lps
from lascarlib.pipeline.cases import stored, wanted_cases
from lascarlib.pipeline.folds import train_folds
from lascarlib.pipeline.out_of_fold import (
    out_of_fold_atrium,
    out_of_fold_probability,
)
from lascarlib.pipeline.spatial import train_spatial
from lascarlib.preprocess import Sample, atrium_sample, scar_sample
from lascarlib.scheduling import HERE, Pool
from lascarlib.training.cache import store_samples
from lascarlib.training.checkpoint import write_json
from lascarlib.training.folds import ALL
from lascarlib.training.methods import is_spatial
from lascarlib.training.run import Run
from lascarlib.training.stage import split_budget
from lascarlib.training.watching import Watcher
from lascarlib.uncertainty import Population, case_uncertainty, fit_population


def train(run: Run, dataset: Dataset, *, fold: str = ALL, watchers: Sequence[Watcher] = ()) -> None:
    """Train every network of a method once, on every case or on one fold.

    Without all folds there are no out-of-fold predictions, so BF's stage 2 learns on distance maps
    of the manual LA, and no UAM is fitted.

    Args:
        run: from `lascarlib.training.start_run`.
        dataset: it was started with.
        fold: "all", or "fold_0" and so on, whose validation cases BF's stage 1 then predicts.
        watchers: are told after every epoch of every network, see `lascarlib.training.watching`.
    """
    seconds = _budget(run, n_folds=1)
    folds = (fold,)
    for stage in run.stages:
        if is_spatial(run.config.method):
            train_spatial(
                run, dataset, stage=stage, folds=folds, budget_s=seconds[stage], watchers=watchers
            )
        elif stage == "atrium":
            train_atrium(run, dataset, folds=folds, budget_s=seconds[stage], watchers=watchers)
        else:
            train_scar(
                run, dataset, folds=folds, maps="manual", budget_s=seconds[stage], watchers=watchers
            )


def cross_validate(
    run: Run,
    dataset: Dataset,
    *,
    folds: Sequence[str] | None = None,
    watchers: Sequence[Watcher] = (),
    pool: Pool = HERE,
) -> None:
    """Train the folds of a method's networks, which are averaged when a case is predicted.

    BF's stage 1 comes first, then the UAM is fitted on its out-of-fold predictions, then stage 2 is
    trained on distance maps of the LA they give.

    Args:
        run: from `lascarlib.training.start_run`.
        dataset: it was started with.
        folds: names of the folds to train now, all where None. The UAM and stage 2 of these folds
            follow once every fold of stage 1 is there, so folds may be trained one by one; what is
            still to be trained is said.
        watchers: are told after every epoch of every network, see `lascarlib.training.watching`.
        pool: who trains them, see `lascarlib.scheduling`; the same bits whoever does, as long as
            the number of threads is the same.
    """
    every = tuple(f"fold_{k}" for k in range(run.config.folds))
    chosen = every if folds is None else tuple(dict.fromkeys(folds))
    seconds = _budget(run, n_folds=run.config.folds)
    if is_spatial(run.config.method):
        for stage in run.stages:
            train_spatial(
                run,
                dataset,
                stage=stage,
                folds=chosen,
                budget_s=seconds[stage],
                watchers=watchers,
                pool=pool,
            )
        return
    train_atrium(
        run, dataset, folds=chosen, budget_s=seconds["atrium"], watchers=watchers, pool=pool
    )
    if missing := _untrained(run, "atrium", every):
        print(f"UAM and stage 2 wait for {missing} of stage 1: {_go_on(missing)}", file=sys.stderr)
        return
    fit_uncertainty(run, dataset)
    if run.has_scar:
        maps = run.config.scar_maps
        train_scar(
            run,
            dataset,
            folds=chosen,
            maps=maps,
            budget_s=seconds["scar"],
            watchers=watchers,
            pool=pool,
        )
        if missing := _untrained(run, "scar", every):
            print(f"stage 2 of {missing} is not trained yet: {_go_on(missing)}", file=sys.stderr)


def train_atrium(
    run: Run,
    dataset: Dataset,
    *,
    folds: Sequence[str],
    budget_s: float | None = None,
    watchers: Sequence[Watcher] = (),
    pool: Pool = HERE,
) -> None:
    """Stage 1: train the LA network of some folds, then predict the cases each held back.

    Args:
        run: of the experiment.
        dataset: it was started with.
        folds: names of folds, or ("all",).
        budget_s: seconds for each network.
        watchers: are told after every epoch.
        pool: who trains them.
    """
    config = run.config.atrium

    def samples() -> Iterator[Sample]:
        for case in wanted_cases(dataset, "preparing LA", without=stored(run, "atrium")):
            yield atrium_sample(case, spacing_mm=config.spacing_mm, normalise=config.normalise)

    store_samples(run, "atrium", samples())
    train_folds(
        run, "atrium", folds, samples="atrium", budget_s=budget_s, watchers=watchers, pool=pool
    )


def fit_uncertainty(run: Run, dataset: Dataset) -> Population:
    """Fit the UAM on the out-of-fold predictions of every case, on the original grids.

    Args:
        run: with every fold of stage 1 trained.
        dataset: it was started with.

    Returns:
        The population; it is also written to the run's uncertainty.json, with every case's value.

    Raises:
        LascarError: a case has no out-of-fold prediction yet, or there are fewer than five cases.
    """
    measure = run.config.uncertainty.measure
    values = {
        case.id: case_uncertainty(out_of_fold_probability(run, case), measure=measure)
        for case in wanted_cases(dataset, "fitting UAM")
    }
    population = fit_population(values, measure=measure)
    record = {"population": dataclasses.asdict(population), "uncertainties": values}
    write_json(run.folder / "uncertainty.json", record)
    return population


def train_scar(
    run: Run,
    dataset: Dataset,
    *,
    folds: Sequence[str],
    maps: Literal["out-of-fold", "manual"],
    budget_s: float | None = None,
    watchers: Sequence[Watcher] = (),
    pool: Pool = HERE,
) -> None:
    """Stage 2: train the scar network of some folds on [image, distance map of the LA boundary].

    Args:
        run: of the experiment.
        dataset: it was started with.
        folds: names of folds, or ("all",).
        maps: "out-of-fold" takes each case's UAM-corrected out-of-fold LA, "manual" the label; a
            case whose LA is empty or without a boundary is left out and named.
        budget_s: seconds for each network.
        watchers: are told after every epoch.
        pool: who trains them.

    Raises:
        LascarError: `maps` is neither, or the run's stage 2 has been trained on the other.
    """
    if maps not in ("out-of-fold", "manual"):
        raise LascarError(f"maps is {maps!r}; choose 'out-of-fold' or 'manual'")
    config = run.config.scar
    kind = f"scar-{maps}"

    def samples() -> Iterator[Sample]:
        for case in wanted_cases(dataset, "preparing scar", without=stored(run, kind)):
            atrium = case.atrium if maps == "manual" else out_of_fold_atrium(run, case)
            if atrium is None or not has_boundary(to_lps(atrium, case.affine)):
                print(f"{case.id}: no LA with a boundary, left out of stage 2", file=sys.stderr)
                continue
            yield scar_sample(
                case,
                atrium,
                spacing_mm=config.spacing_mm,
                variant=run.config.distance_map,
                normalise=config.normalise,
            )

    store_samples(run, kind, samples())
    train_folds(run, "scar", folds, samples=kind, budget_s=budget_s, watchers=watchers, pool=pool)


def _untrained(run: Run, stage: str, folds: Sequence[str]) -> str:
    trained = run.trained_folds(stage)
    return ", ".join(fold for fold in folds if fold not in trained)


def _go_on(folds: str) -> str:
    return f"go on with --resume --folds {folds.replace('fold_', '').replace(' ', '')}"


def _budget(run: Run, *, n_folds: int) -> dict[str, float | None]:
    """Seconds for one network of each stage, said aloud; None where iterations are counted."""
    budget_s = 60 * run.config.budget_minutes
    if budget_s == 0:
        return dict.fromkeys(run.stages)
    split = split_budget(run.config, budget_s=budget_s, n_folds=n_folds, stages=run.stages)
    words = ", ".join(f"{stage} {_length(s)} a network" for stage, s in split.items())
    share = f", the share of each of {n_folds} folds" if n_folds > 1 else ""
    print(f"budget: {words}{share}", file=sys.stderr)
    return {**split}


def _length(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 60 else f"{seconds / 60:.1f} min"

"""Train folds of one stage, each by whoever is free."""

from collections.abc import Sequence

from lascarlib.errors import LascarError
from lascarlib.pipeline.out_of_fold import predict_out_of_fold
from lascarlib.scheduling import HERE, Pool, Task, run_all
from lascarlib.training.run import Run, open_run
from lascarlib.training.stage import train_fold
from lascarlib.training.watching import Watcher


def train_folds(
    run: Run,
    stage: str,
    folds: Sequence[str],
    *,
    samples: str,
    budget_s: float | None = None,
    watchers: Sequence[Watcher] = (),
    pool: Pool = HERE,
) -> None:
    """Train the networks of some folds on stored samples; what is trained already is left as it is.

    Args:
        run: whose samples are stored.
        stage: "atrium", "scar" or "joint".
        folds: names of folds, or ("all",).
        samples: kind of the stored samples, see `lascarlib.training.cache`.
        budget_s: seconds for each network.
        watchers: are told after every epoch, in this process alone.
        pool: who trains; elsewhere a fold's progress goes to <run>/logs.

    Raises:
        LascarError: a fold cannot be trained, or its worker died too often; or there are watchers
            and it is trained elsewhere.
    """
    if pool.is_here:
        for name in folds:
            _train(run, stage, name, samples=samples, budget_s=budget_s, watchers=watchers)
        return
    if watchers:
        raise LascarError(
            "watchers, as TensorBoard's log, stay in this process; leave them out, or the workers"
        )
    tasks = [fold_task(run, stage, name, samples=samples, budget_s=budget_s) for name in folds]
    run_all(tasks, pool=pool)


def fold_task(
    run: Run, stage: str, fold: str, *, samples: str, budget_s: float | None = None
) -> Task:
    """The task of training one fold, to be run anywhere that sees the run's folder.

    Args:
        run: whose samples are stored.
        stage: "atrium", "scar" or "joint".
        fold: its name, or "all".
        samples: kind of the stored samples.
        budget_s: seconds to train.
    """
    return Task(
        f"{stage} {fold}",
        train_one,
        {
            "folder": str(run.folder.absolute()),
            "stage": stage,
            "fold": fold,
            "samples": samples,
            "budget_s": budget_s,
        },
        log=run.folder.absolute() / "logs" / f"{stage}_{fold}.log",
    )


def train_one(
    *, folder: str, stage: str, fold: str, samples: str, budget_s: float | None = None
) -> dict[str, str]:
    """Train one fold of a run, and predict with BF's stage 1 the cases it held back.

    Args:
        folder: of the run.
        stage: "atrium", "scar" or "joint".
        fold: its name, or "all".
        samples: kind of the stored samples.
        budget_s: seconds to train.

    Returns:
        What was trained: `stage` and `fold`.

    Raises:
        LascarError: it cannot be trained.
    """
    _train(open_run(folder), stage, fold, samples=samples, budget_s=budget_s)
    return {"stage": stage, "fold": fold}


def _train(
    run: Run,
    stage: str,
    name: str,
    *,
    samples: str,
    budget_s: float | None,
    watchers: Sequence[Watcher] = (),
) -> None:
    fold = run.fold(name)
    train_fold(run, stage, fold, samples=samples, budget_s=budget_s, watchers=watchers)
    if stage == "atrium" and run.config.method == "boundary-focused":
        predict_out_of_fold(run, name, fold.validation)

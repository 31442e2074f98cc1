"""Every data set that is behind the networks of a run, and whether phantoms are all of it."""

from pathlib import Path

from lascarlib.training.checkpoint import read_json

_PHANTOM = "phantom:"


def learned_from(folder: Path) -> list[str]:
    """The data sets that a run's networks learned from, first those of the weights it started from.

    Args:
        folder: of the run.

    Returns:
        Sources as they were given, each once.

    Example:
        >>> from lascarlib.pretrained import run_folder
        >>> learned_from(run_folder("pretrained:phantom"))
        ['phantom:cases=300,seed=1,domain=wide']
    """
    stored = read_json(folder / "run.json")
    earlier = stored.get("start", {}).get("learned_from", [])
    return list(dict.fromkeys([*earlier, stored["source"]]))


def beyond_phantoms(folder: Path) -> list[str]:
    """Those of these data sets that are not phantoms by their name: patients may be behind them.

    Args:
        folder: of the run.

    Example:
        >>> from lascarlib.pretrained import run_folder
        >>> beyond_phantoms(run_folder("pretrained:phantom"))
        []
    """
    return [source for source in learned_from(folder) if not source.startswith(_PHANTOM)]

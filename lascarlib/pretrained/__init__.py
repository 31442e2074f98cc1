"""Weights that come with the package: `pretrained:NAME` wherever a training is to predict."""

from pathlib import Path

from lascarlib.errors import LascarError

PREFIX = "pretrained:"
"""What a RUN that comes with the package begins with."""

HOME = Path(__file__).parent
"""Where they lie, each a folder like any training's, with its model card and scores."""


def pretrained_names() -> tuple[str, ...]:
    """Names of the trainings that come with the package.

    Example:
        >>> isinstance(pretrained_names(), tuple)
        True
    """
    return tuple(sorted(path.parent.name for path in HOME.glob("*/run.json")))


def run_folder(run: str | Path) -> Path:
    """The folder of a training: the path as given, or where `pretrained:NAME` lies in the package.

    Args:
        run: a folder, or "pretrained:phantom".

    Returns:
        The folder; whether a path holds a training is not looked at.

    Raises:
        LascarError: the package has no weights of that name.

    Example:
        >>> run_folder("runs/mine").as_posix()
        'runs/mine'
    """
    words = str(run)
    if not words.startswith(PREFIX):
        return Path(run)
    name = words.removeprefix(PREFIX)
    if name not in pretrained_names():
        known = ", ".join(PREFIX + name for name in pretrained_names()) or "none"
        raise LascarError(f"{words}: no such weights in the package; known are {known}")
    return HOME / name


def run_name(folder: Path) -> str:
    """What a record calls the folder of a training: `pretrained:NAME`, or its whole path.

    Args:
        folder: as `run_folder` gives it.

    Example:
        >>> run_name(HOME / "phantom")
        'pretrained:phantom'
    """
    whole = folder.resolve()
    return f"{PREFIX}{whole.name}" if whole.parent == HOME.resolve() else str(whole)

"""One case of a table as every row answered it: masks beside the numbers, of phantoms alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.experiments.answers import Answer
from lascarlib.experiments.declaration import Experiment
from lascarlib.experiments.keys import config_hash, declaration_hash
from lascarlib.experiments.records import PUBLISHED, record_file
from lascarlib.io import write_atomically

DOMAIN = "phantom"
"""What is kept: no mask of a patient may be."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What a row says about the pictured case.

    Args:
        row: its name.
        case: id of the case.
        keys: hashes of declaration and config, see `lascarlib.experiments.keys`.
        atrium: bool (x, y, z); None where the row finds no LA of its own.
        scar: likewise, None where it finds no scar.
    """

    row: str
    case: str
    keys: tuple[str, str]
    atrium: np.ndarray | None
    scar: np.ndarray | None


def make_picture(
    experiment: Experiment, row_name: str, *, profile: str, seed: int, answer: Answer
) -> Picture:
    """The picture of an answer about the experiment's pictured case."""
    keys = _keys(experiment, row_name, profile=profile, seed=seed)
    return Picture(row_name, experiment.pictured, keys, answer.atrium, answer.scar)


def picture_file(
    root: Path, experiment: Experiment, row_name: str, *, profile: str, seed: int
) -> Path:
    """Where a row's picture lies: beside its records.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> table = EXPERIMENTS["jsq-table-2"]
        >>> picture_file(Path("r"), table, "LA_M + Otsu", profile="cpu", seed=0).as_posix()
        'r/cpu/jsq-table-2/phantom_la-m-otsu_seed-0.npz'
    """
    records = record_file(
        root,
        profile=profile,
        experiment=experiment.name,
        domain=DOMAIN,
        row=row_name,
        seed=seed,
    )
    return records.with_suffix(".npz")


def write_picture(path: Path, picture: Picture) -> None:
    """Write one picture, eight voxels a byte and compressed: a few kB."""
    parts: dict[str, Any] = {"row": picture.row, "case": picture.case, "keys": picture.keys}
    for name in ("atrium", "scar"):
        mask = getattr(picture, name)
        if mask is not None:
            parts[name], parts[f"{name}_shape"] = np.packbits(mask), mask.shape
    write_atomically(path, lambda part: np.savez_compressed(part, **parts), suffix=".npz")


def stored_pictures(
    experiment: Experiment, *, profile: str, seed: int = 0, roots: Iterable[Path] = (PUBLISHED,)
) -> list[Picture]:
    """The stored pictures of an experiment that still belong to its declaration.

    Args:
        experiment: as it is declared now.
        profile: "smoke", "cpu" or "gpu".
        seed: of the training; the first seed's come with the library.
        roots: folders to look into, the first one first.

    Returns:
        One picture a row, in the order of the rows; rows without one are left out.

    Raises:
        LascarError: a file is damaged.

    Example:
        >>> from lascarlib.experiments import EXPERIMENTS
        >>> stored_pictures(EXPERIMENTS["bf-table-1"], profile="cpu")  # it has none
        []
    """
    folders, found = tuple(roots), []
    for row in experiment.rows:
        paths = (picture_file(r, experiment, row.name, profile=profile, seed=seed) for r in folders)
        pictures = (read_picture(path) for path in paths if path.exists())
        keys = _keys(experiment, row.name, profile=profile, seed=seed)
        found += [p for p in pictures if (p.case, p.keys) == (experiment.pictured, keys)][:1]
    return found


def read_picture(path: Path) -> Picture:
    """Read one picture.

    Raises:
        LascarError: the file is missing or is no picture.
    """
    try:
        with np.load(path) as file:
            masks = [_mask(file, name) for name in ("atrium", "scar")]
            declared, config = (str(key) for key in file["keys"])
            return Picture(str(file["row"]), str(file["case"]), (declared, config), *masks)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise LascarError(f"{path}: no picture of an experiment; delete it") from error


def _mask(file: np.lib.npyio.NpzFile, name: str) -> np.ndarray | None:
    if name not in file:
        return None
    shape = tuple(int(edge) for edge in file[f"{name}_shape"])
    bits = np.unpackbits(file[name], count=int(np.prod(shape)))
    return bits.reshape(shape).astype(bool)


def _keys(experiment: Experiment, row_name: str, *, profile: str, seed: int) -> tuple[str, str]:
    row = experiment.row(row_name)
    declared = declaration_hash(experiment, row, profile=profile, domain=DOMAIN)
    return declared, config_hash(row, profile=profile, seed=seed)

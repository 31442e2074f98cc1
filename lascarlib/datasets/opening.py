"""One front door to every source of cases: folders, plain volumes and the phantom."""

import dataclasses
import os
import re
from pathlib import Path

import numpy as np

from lascarlib.case import Case
from lascarlib.datasets.dataset import Dataset, digest, is_phantom
from lascarlib.datasets.labels import read_label
from lascarlib.datasets.layouts import find_files
from lascarlib.errors import LascarError
from lascarlib.io import read_volume
from lascarlib.phantom import case_id, describe_cohort, phantom_case
from lascarlib.phantom.memory import Memory

PHANTOMS = Memory(most_bytes=256 * 2**20)
"""Phantom cases made in this process, about a hundred coarse ones."""


def open_dataset(source: str | Path) -> Dataset:
    """Open a folder of cases, or the phantom, as one data set.

    Args:
        source: a folder that holds one sub-folder per case in a known layout (LAScarQS / CARE, Utah
            2018, ISBI 2012); a folder of plain volumes, or one volume (images without labels); or
            `phantom:cases=24,seed=7,size=coarse`, with the words of
            `lascarlib.phantom.describe_cohort`. Any of them may end in a Python slice over the
            sorted case names: `FOLDER[:64]`, `FOLDER[64:]`, `phantom:cases=24[0:20]`.

    Returns:
        The data set; no volume is read before a case is asked for.

    Raises:
        LascarError: the folder is missing or holds no case, the phantom has no such key, or the
            slice leaves no case.

    Example:
        >>> open_dataset("phantom:cases=4,seed=1[2:]").ids
        ('phantom_0001_002', 'phantom_0001_003')
    """
    text = str(source)
    match = re.fullmatch(r"(.*)\[(-?\d*):(-?\d*)\]", text, flags=re.DOTALL)
    whole = match.group(1) if match else text
    if not whole:
        raise LascarError("the data source is empty; give a folder, an image or phantom:cases=24")
    dataset = _open_phantom(whole) if is_phantom(whole) else _open_files(Path(whole))
    if match:
        first, last = (int(part) if part else None for part in match.groups()[1:])
        dataset = dataclasses.replace(dataset[first:last], source=text)
    return dataset


def _open_phantom(source: str) -> Dataset:
    try:
        cohort = describe_cohort(source.partition(":")[2])
    except LascarError as error:
        raise LascarError(f"{source}: {error}") from error
    indices = {case_id(index, seed=cohort.seed): index for index in range(cohort.cases)}

    def load(name: str) -> Case:
        index, seed, config = indices[name], cohort.seed, cohort.config
        key = (index, seed, config)
        return PHANTOMS.get(key, lambda: phantom_case(index, seed=seed, config=config))

    fingerprint = digest("phantom", repr(cohort.config), str(cohort.seed), *indices)
    return Dataset(source, tuple(indices), load, fingerprint)


def _open_files(folder: Path) -> Dataset:
    files = find_files(folder)
    stamps = [_stamp(name, path) for name, paths in files.items() for path in paths.values()]
    return Dataset(
        source=str(folder),
        ids=tuple(files),
        load=lambda name: _read_case(name, files[name]),
        fingerprint=digest(*stamps),
        without_atrium=tuple(name for name, paths in files.items() if "atrium" not in paths),
        without_scar=tuple(name for name, paths in files.items() if "scar" not in paths),
    )


def _stamp(name: str, path: Path) -> str:
    """A file's name, size and last bytes: a gzip stream ends in the checksum of its content."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 4096))
        return f"{name}/{path.name}:{size}:{file.read().hex()}"


def _read_case(name: str, paths: dict[str, Path]) -> Case:
    image = read_volume(paths["image"])
    labels = {
        kind: read_label(paths[kind], like=image, of=paths["image"])
        for kind in ("atrium", "scar")
        if kind in paths
    }
    if "atrium" in labels and not labels["atrium"].any():
        raise LascarError(f"{paths['atrium']}: the atrium is empty; draw it or leave the case out")
    return Case(
        id=name,
        image=image.array.astype(np.float32),
        affine=image.affine,
        atrium=labels.get("atrium"),
        scar=labels.get("scar"),
        provenance={kind: str(path) for kind, path in paths.items()},
    )

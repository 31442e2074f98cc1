"""Directory layouts and the phantom behind one iterator."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from lascarlib.case import Case, same_geometry
from lascarlib.errors import LascarError
from lascarlib.io import Volume, read_volume, suffix_of
from lascarlib.phantom import SIZES, case_id, phantom_case


@dataclass(frozen=True)
class Layout:
    """How a public data set names its files inside one folder per case.

    Args:
        name: what the data set is called.
        image: file name of the LGE-MRI; * stands for any characters.
        atrium: file name of the LA label.
        scar: file name of the scar label; "" where the data set has none beside the image.
        suffix: added to the case's name, where one folder may hold two scans of a patient.
    """

    name: str
    image: str
    atrium: str
    scar: str = ""
    suffix: str = ""


LAYOUTS = (
    Layout("LAScarQS / CARE", "enhanced.nii.gz", "atriumSegImgMO.nii.gz", "scarSegImgM.nii.gz"),
    Layout("Utah 2018", "lgemri.nrrd", "laendo.nrrd", "lascar*.nrrd"),
    Layout("ISBI 2012, before ablation", "de_a_*.nrrd", "la_seg_a_*.nrrd", suffix="_pre"),
    Layout("ISBI 2012, after ablation", "de_b_*.nrrd", "la_seg_b_*.nrrd", suffix="_post"),
)
"""The layouts that are recognised; the first is the one lascarlib writes."""


@dataclass(frozen=True)
class Dataset:
    """A named list of cases that are made or read one at a time.

    Args:
        source: the string it was opened from.
        ids: names of the cases, sorted.
        load: makes the case of a given name.
        has_atrium: whether every case has an LA label.
        has_scar: whether every case has a scar label.
        fingerprint: hash of what identifies the data (names and sizes of files, or the phantom's
            description); equal for equal data.

    Example:
        >>> dataset = open_dataset("phantom:cases=3,seed=7")
        >>> len(dataset), dataset.ids[0], dataset[1:].ids == dataset.ids[1:]
        (3, 'phantom_0007_000', True)
    """

    source: str
    ids: tuple[str, ...]
    load: Callable[[str], Case]
    has_atrium: bool
    has_scar: bool
    fingerprint: str

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Case]:
        return (self.load(name) for name in self.ids)

    def __getitem__(self, part: slice) -> "Dataset":
        return self.subset(self.ids[part])

    def subset(self, ids: tuple[str, ...]) -> "Dataset":
        """The same data restricted to some cases.

        Raises:
            LascarError: no case is left.
        """
        if not ids:
            raise LascarError(f"{self.source}: no case is left after the selection; widen it")
        print_of_ids = _digest(self.fingerprint, *ids)
        return Dataset(self.source, ids, self.load, self.has_atrium, self.has_scar, print_of_ids)


def open_dataset(source: str | Path) -> Dataset:
    """Open a folder of cases, or the phantom, as one data set.

    Args:
        source: a folder that holds one sub-folder per case in a known layout (LAScarQS / CARE, Utah
            2018, ISBI 2012); a folder of plain volumes, or one volume (images without labels); or
            `phantom:cases=24,seed=7,size=coarse`. Any of them may end in a Python slice over the
            sorted case names: `FOLDER[:64]`, `FOLDER[64:]`, `phantom:cases=24[0:20]`.

    Returns:
        The data set; nothing is read before a case is asked for.

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
    if whole == "phantom" or whole.startswith("phantom:"):
        dataset = _open_phantom(whole)
    else:
        dataset = _open_files(Path(whole))
    if match:
        first, last = (int(part) if part else None for part in match.groups()[1:])
        dataset = dataset[first:last]
    return dataset


def check_cases(dataset: Dataset) -> None:
    """Read every file of a data set once, so that a bad one is named before anything is written.

    Raises:
        LascarError: a case cannot be used.
    """
    if dataset.source.startswith("phantom"):
        return
    for _ in tqdm(dataset, total=len(dataset), desc="checking files", unit="case"):
        pass


def _open_phantom(source: str) -> Dataset:
    settings: dict[str, object] = {"cases": 24, "seed": 0, "size": "coarse"}
    for item in filter(None, source.partition(":")[2].split(",")):
        key, _, value = item.partition("=")
        if key not in settings:
            raise LascarError(f"{source}: unknown key {key!r}; known are {', '.join(settings)}")
        if key == "size":
            settings[key] = value
        elif value.isdecimal():
            settings[key] = int(value)
        else:
            raise LascarError(f"{source}: {key} is {value!r}; give a whole number")
    size, seed, count = str(settings["size"]), int(str(settings["seed"])), settings["cases"]
    if size not in SIZES:
        raise LascarError(f"{source}: unknown size {size!r}; known are {', '.join(SIZES)}")
    indices = {case_id(index, seed=seed): index for index in range(int(str(count)))}
    if not indices:
        raise LascarError(f"{source}: no case in it; ask for at least one")
    config = SIZES[size]

    def load(name: str) -> Case:
        return phantom_case(indices[name], seed=seed, config=config)

    fingerprint = _digest("phantom", repr(config), str(seed), *indices)
    return Dataset(source, tuple(indices), load, True, True, fingerprint)


def _open_files(folder: Path) -> Dataset:
    if not folder.exists():
        raise LascarError(f"{folder}: the folder is missing; check the path")
    files = _find_layout(folder) or _find_images(folder)
    if not files:
        known = ", ".join(layout.image for layout in LAYOUTS)
        raise LascarError(
            f"{folder}: no case in it; expected folders with one of {known}, or plain volumes"
        )
    stamp = [
        f"{name}/{path.name}:{path.stat().st_size}"
        for name, paths in files.items()
        for path in paths.values()
    ]
    return Dataset(
        source=str(folder),
        ids=tuple(files),
        load=lambda name: _read_case(name, files[name]),
        has_atrium=all("atrium" in paths for paths in files.values()),
        has_scar=all("scar" in paths for paths in files.values()),
        fingerprint=_digest(*stamp),
    )


def _find_layout(root: Path) -> dict[str, dict[str, Path]]:
    """Every case below a folder, in any known layout; a centre's folder stays in the name."""
    folders = [root, *sorted(path for path in root.rglob("*") if path.is_dir())]
    found = {}
    for folder in folders:
        for layout in LAYOUTS:
            paths = {
                kind: match
                for kind in ("image", "atrium", "scar")
                if (match := _only(folder, getattr(layout, kind))) is not None
            }
            if "image" in paths:
                name = "_".join(folder.relative_to(root).parts) or folder.resolve().name
                found[name + layout.suffix] = paths
    return dict(sorted(found.items()))


def _only(folder: Path, pattern: str) -> Path | None:
    matches = sorted(folder.glob(pattern)) if pattern else []
    if len(matches) > 1:
        raise LascarError(
            f"{folder}: {len(matches)} files match {pattern}; keep the one that is meant"
        )
    return matches[0] if matches else None


def _find_images(folder: Path) -> dict[str, dict[str, Path]]:
    paths = [folder] if folder.is_file() else sorted(p for p in folder.iterdir() if p.is_file())
    images = {p.name.removesuffix(suffix_of(p)): {"image": p} for p in paths if suffix_of(p)}
    if folder.is_file() and not images:
        raise LascarError(f"{folder}: not a volume; give a folder, a NIfTI or an NRRD file")
    return images


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


def read_label(path: str | Path, *, like: Volume, of: str | Path) -> np.ndarray:
    """Read a binary label that must lie on the grid of an image.

    Args:
        path: the label's file; background is 0, the structure any one positive value (1, 255, 420).
        like: the image it was drawn on.
        of: that image's file, named in the error.

    Returns:
        bool (x, y, z).

    Raises:
        LascarError: the file cannot be read, shape or affine differ from the image's (a corner
            moves by more than 0.001 mm), or more than one value besides 0 occurs.
    """
    label = read_volume(path)
    if label.array.shape != like.array.shape:
        raise LascarError(
            f"{path}: shape {label.array.shape} differs from {like.array.shape} of {of}; use the "
            "label drawn on that image"
        )
    if not same_geometry(label.affine, like.affine, shape=like.array.shape):
        raise LascarError(
            f"{path}: affine differs from that of {of} by more than 0.001 mm; resample the label "
            "onto the image or correct its header"
        )
    return binary(label.array, path=path)


def binary(array: np.ndarray, *, path: str | Path) -> np.ndarray:
    """Read an array as a binary label: 0 is background, any one positive value the structure.

    Args:
        array: (x, y, z), any real type.
        path: file named in the error.

    Returns:
        bool (x, y, z).

    Raises:
        LascarError: more than one value besides 0, or a negative one.

    Example:
        >>> binary(np.array([[[0, 420]]]), path="atrium.nii.gz").tolist()
        [[[False, True]]]
    """
    values = np.unique(array)
    if len(values[values != 0]) > 1 or values[0] < 0:
        shown = ", ".join(f"{value:g}" for value in values[:4]) + (
            ", ..." if len(values) > 4 else ""
        )
        raise LascarError(
            f"{path}: the label holds the values {shown}; a binary label of 0 and one positive "
            "value is needed"
        )
    return array > 0


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

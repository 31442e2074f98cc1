"""How data sets lie on disk: the layouts of the field, and where a case's files are in them."""

from dataclasses import dataclass
from pathlib import Path

from lascarlib.errors import LascarError
from lascarlib.io import suffix_of

Files = dict[str, dict[str, Path]]
"""Case id to its files: "image" and, where there are any, "atrium" and "scar"."""


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


def find_files(folder: Path) -> Files:
    """The files of every case below a folder, or of plain volumes.

    Args:
        folder: one sub-folder per case in any of `LAYOUTS`; or plain volumes; or one volume.

    Returns:
        Case id to files, sorted; a case's id is its path below `folder`, joined by "_".

    Raises:
        LascarError: nothing is there, or a file name fits twice.
    """
    if not folder.exists():
        raise LascarError(f"{folder}: the folder is missing; check the path")
    files = _find_layout(folder) or _find_images(folder)
    if not files:
        known = ", ".join(layout.image for layout in LAYOUTS)
        raise LascarError(
            f"{folder}: no case in it; expected folders with one of {known}, or plain volumes"
        )
    return files


def _find_layout(root: Path) -> Files:
    """Every case below a folder, in any known layout; a centre's folder stays in the name."""
    folders = [root, *sorted(path for path in root.rglob("*") if path.is_dir())]
    found: Files = {}
    for folder in folders:
        for layout in LAYOUTS:
            paths = {
                kind: match
                for kind in ("image", "atrium", "scar")
                if (match := _only(folder, getattr(layout, kind))) is not None
            }
            if "image" in paths:
                name = "_".join(folder.relative_to(root).parts) or folder.resolve().name
                _add(found, name + layout.suffix, paths)
            elif paths:
                label = next(iter(paths.values()))
                raise LascarError(f"{label}: its image {layout.image} is missing; put it beside it")
    return dict(sorted(found.items()))


def _add(found: Files, name: str, paths: dict[str, Path]) -> None:
    if name in found:
        raise LascarError(
            f"{paths['image']}: case {name} is also {found[name]['image']}; rename one of them"
        )
    found[name] = paths


def _only(folder: Path, pattern: str) -> Path | None:
    matches = sorted(folder.glob(pattern)) if pattern else []
    if len(matches) > 1:
        raise LascarError(
            f"{folder}: {len(matches)} files match {pattern}; keep the one that is meant"
        )
    return matches[0] if matches else None


def _find_images(folder: Path) -> Files:
    """Plain volumes; hidden files are passed over, such as macOS adds to what it copies."""
    inside = [] if folder.is_file() else sorted(path for path in folder.iterdir() if path.is_file())
    paths = [path for path in inside if not path.name.startswith(".")]
    images: Files = {}
    for path in [folder] if folder.is_file() else paths:
        if suffix := suffix_of(path):
            _add(images, path.name[: -len(suffix)], {"image": path})
    if folder.is_file() and not images:
        raise LascarError(f"{folder}: not a volume; give a folder, a NIfTI or an NRRD file")
    return images

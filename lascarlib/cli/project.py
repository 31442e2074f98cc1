"""`lascar project`: scar onto the surface of the LA."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from lascarlib.geometry.wall_normals import WallNormals
    from lascarlib.io import Volume


def add_commands(commands: Any) -> None:
    """Add `project` to the command line."""
    parser = commands.add_parser("project", help="project scar onto the surface of the LA")
    parser.add_argument("atrium", metavar="ATRIUM", type=Path, help="LA label")
    parser.add_argument(
        "scar", metavar="SCAR", type=Path, help="scar label on the same grid: above 0"
    )
    parser.add_argument(
        "out", metavar="OUT", type=Path, help="volume to write: 421 normal wall, 422 scar"
    )
    parser.add_argument(
        "--protocol",
        default="paper",
        help="paper (default): the whole surface, in the real geometry; official: voxel by voxel "
        "as the challenge's programs",
    )
    parser.add_argument(
        "--image",
        type=Path,
        metavar="ENHANCED",
        help="the LGE-MRI, through whose header the official programs walk (default: the LA's)",
    )
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Write the surface with its labels, and say how much of it is scar."""
    import numpy as np

    from lascarlib.cli.targets import check_folder
    from lascarlib.errors import LascarError
    from lascarlib.geometry.projection import (
        NORMAL_LABEL,
        SCAR_LABEL,
        check_protocol,
        project_onto,
    )
    from lascarlib.io import suffix_of, write_volume

    check_protocol(options.protocol)
    if not suffix_of(options.out):
        raise LascarError(f"{options.out}: unknown ending; write .nii.gz, .nii or .nrrd")
    check_folder(options.out.parent)
    given = [path for path in (options.atrium, options.scar, options.image) if path is not None]
    if options.out.exists() and any(path.exists() and options.out.samefile(path) for path in given):
        raise LascarError(f"{options.out}: is an input; give another file to write")
    read = _official if options.protocol == "official" else _paper
    normals, scar, affine = read(options.atrium, options.scar, options.image)
    labels = project_onto(normals, scar)
    write_volume(options.out, labels, affine)
    counts = {label: int(np.count_nonzero(labels == label)) for label in (NORMAL_LABEL, SCAR_LABEL)}
    surface, wall = int(np.count_nonzero(labels)), sum(counts.values())
    share = f", {100 * counts[SCAR_LABEL] / wall:.1f} % of the labelled wall" if wall else ""
    print(f"{surface} surface voxels, {counts[SCAR_LABEL]} of them scar{share}")
    if surface > wall:
        _say(f"{surface - wall} surface voxels are never visited by the official program")
    return 0


def _paper(
    atrium: Path, scar: Path, image: Path | None
) -> "tuple[WallNormals, np.ndarray, np.ndarray]":
    """Binary labels on one grid."""
    from lascarlib.datasets import binary, check_same_grid
    from lascarlib.geometry import find_normals
    from lascarlib.io import read_volume

    label, marked = read_volume(atrium), read_volume(scar)
    check_same_grid(marked, label, path=scar, of=atrium)
    if image is not None:
        check_same_grid(label, read_volume(image), path=atrium, of=image)
    mask, found = binary(label.array, path=atrium), binary(marked.array, path=scar)
    _check_roles(label.array, marked.array, atrium=atrium, scar=scar)
    return find_normals(mask, affine=label.affine, protocol="paper"), found, label.affine


def _official(
    atrium: Path, scar: Path, image: Path | None
) -> "tuple[WallNormals, np.ndarray, np.ndarray]":
    """Label volumes with their values; the image may lie in another world."""
    from lascarlib.case import same_geometry
    from lascarlib.datasets import check_same_grid
    from lascarlib.datasets.official_labels import official_affine
    from lascarlib.errors import LascarError
    from lascarlib.geometry.official_normals import ATRIUM_LABEL, official_normals
    from lascarlib.io import read_volume

    label, marked = _official_label(atrium), _official_label(scar)
    check_same_grid(marked, label, path=scar, of=atrium)
    _check_roles(label.array, marked.array, atrium=atrium, scar=scar)
    if below := int((marked.array < 0).sum()):
        _say(
            f"{scar}: {below} voxels are below 0, which are no scar: to the official program scar "
            "is what is above 0, whatever the value"
        )
    world = label.affine
    if image is not None:
        volume = read_volume(image)
        world = official_affine(image, volume)
        if volume.array.shape != label.array.shape:
            raise LascarError(
                f"{image}: shape {volume.array.shape} differs from {label.array.shape} of {atrium};"
                " give the image the label was drawn on"
            )
    if not same_geometry(world, label.affine, shape=label.array.shape):
        _say(f"{image} lies elsewhere than {atrium}: walking through both, as the official program")
    inside = (label.array >= 1) & (label.array <= ATRIUM_LABEL)
    if label.array.any() and not inside.any():
        raise LascarError(
            f"{atrium}: no value from 1 to {ATRIUM_LABEL}, which mean LA to the official program; "
            "give the LA label"
        )
    if inside.any() and not (label.array == ATRIUM_LABEL).any():
        _say(
            f"{atrium}: the LA is not {ATRIUM_LABEL}; the official program rounds directions to "
            "the label's value"
        )
    normals = official_normals(label.array, image_affine=world, label_affine=label.affine)
    if inside.any() and not len(normals.voxels) + len(normals.unvisited):
        raise LascarError(
            f"{atrium}: none of its LA is surface to the official program, which leaves out a "
            "volume's faces, and with them all of a single slice; use --protocol paper"
        )
    return normals, marked.array, label.affine


def _official_label(path: Path) -> "Volume":
    """A label as the official program reads it; say what that changes."""
    import numpy as np

    from lascarlib.datasets.official_labels import read_official_label
    from lascarlib.io import read_volume

    label = read_official_label(path)
    changed = int(np.count_nonzero(read_volume(path).array != label.array))
    if changed:
        _say(
            f"{path}: {changed} voxels hold fractions, of which the official program makes whole "
            "numbers, 0 of 0.99; give it labels, not probabilities"
        )
    return label


def _check_roles(labels: "np.ndarray", marked: "np.ndarray", *, atrium: Path, scar: Path) -> None:
    """Refuse the LA given as scar; say what is empty."""
    from lascarlib.errors import LascarError
    from lascarlib.geometry.official_normals import ATRIUM_LABEL

    if (marked == ATRIUM_LABEL).any() and not (labels == ATRIUM_LABEL).any():
        raise LascarError(
            f"{scar}: holds {ATRIUM_LABEL}, the LA's label, and {atrium} does not; swap ATRIUM and "
            "SCAR"
        )
    if not labels.any():
        _say(f"{atrium}: the LA is empty, so it has no surface")
    elif not (marked > 0).any():
        _say(f"{scar}: no scar in it, so all of the surface is normal")


def _say(words: str) -> None:
    print(words, file=sys.stderr)

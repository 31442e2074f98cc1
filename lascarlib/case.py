"""The one record that travels: an LGE-MRI, its geometry, and what is known about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lascarlib.errors import LascarError

AFFINE_TOLERANCE_MM = 1e-3
"""Two affines agree when no corner of the volume moves by more than this many millimetres."""

EDGES_MM = (0.01, 100.0)
"""A voxel edge outside of these was written in metres or micrometres, not in millimetres."""

SHEAR = 0.01
"""Axes are at right angles up to this cosine, half a degree: lengths are then right to 0.5 %."""

FIELD_MM = 2000.0
"""A wider field of view was not written in millimetres either: no scanner's bore holds it."""


@dataclass(frozen=True, eq=False)
class Case:
    """One patient's LGE-MRI with, where known, the labels of the left atrium (LA) and of its scar.

    Arrays are indexed (x, y, z) in voxels; `affine` takes a voxel index to RAS+ world millimetres.

    Args:
        id: name of the case, unique within its data set.
        image: float32 (x, y, z), any intensity scale, finite.
        affine: float64 (4, 4), voxel index to world mm, invertible.
        atrium: bool (x, y, z), True in the LA cavity; None where unknown.
        scar: bool (x, y, z), True in enhanced LA wall; None where unknown. An empty scar is valid.
        provenance: where the case comes from (files, or seed and configuration of a phantom).

    Raises:
        LascarError: an array is not 3D, not finite, of another shape, or the affine is degenerate.

    Example:
        >>> case = Case("a", np.zeros((4, 4, 2), np.float32), np.diag([1.25, 1.25, 2.5, 1.0]))
        >>> case.spacing_mm
        (1.25, 1.25, 2.5)
        >>> case.voxel_volume_ml
        0.00390625
    """

    id: str
    image: np.ndarray
    affine: np.ndarray
    atrium: np.ndarray | None = None
    scar: np.ndarray | None = None
    provenance: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_image(self.image, self.affine, name=self.id)
        for name, label in (("atrium", self.atrium), ("scar", self.scar)):
            if label is None:
                continue
            if label.dtype != np.bool_:
                raise LascarError(
                    f"{self.id}: the {name} label has type {label.dtype}; give a bool array"
                )
            if label.shape != self.image.shape:
                raise LascarError(
                    f"{self.id}: the {name} label has shape {label.shape} but the image "
                    f"{self.image.shape}; use the label drawn on this image"
                )

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Voxel edge lengths along x, y, z in mm."""
        return spacing_of(self.affine)

    @property
    def voxel_volume_ml(self) -> float:
        """Volume of one voxel in millilitres.

        It is the determinant of the affine, the triple product of its columns.
        """
        x, y, z = np.asarray(self.affine, dtype=np.float64)[:3, :3].T
        return abs(float(x @ np.cross(y, z))) / 1000.0

    def volume_ml(self, mask: np.ndarray) -> float:
        """Volume of a mask on the case's grid in millilitres, rounded to 1e-6.

        Args:
            mask: bool (x, y, z).

        Example:
            >>> case = Case("a", np.zeros((4, 4, 2), np.float32), np.diag([10.0, 10.0, 5.0, 1.0]))
            >>> case.volume_ml(case.image == 0)
            16.0
        """
        return round(int(np.count_nonzero(mask)) * self.voxel_volume_ml, 6)


def spacing_of(affine: np.ndarray) -> tuple[float, float, float]:
    """Voxel edge lengths in mm: the lengths of the affine's three columns.

    Args:
        affine: (4, 4), voxel index to world mm.

    Returns:
        Three positive floats, rounded to 1e-6 mm so that header noise does not make new spacings.

    Example:
        >>> spacing_of(np.diag([-0.625, -0.625, 2.5, 1.0]))
        (0.625, 0.625, 2.5)
    """
    lengths = np.linalg.norm(np.asarray(affine, dtype=np.float64)[:3, :3], axis=0)
    x, y, z = (round(float(length), 6) for length in lengths)
    return (x, y, z)


def check_image(image: np.ndarray, affine: np.ndarray, *, name: str) -> None:
    """Refuse an image that is not a finite 3D volume with a usable geometry.

    Args:
        image: the array to check.
        affine: (4, 4), voxel index to world mm.
        name: file or case named in the error.

    Raises:
        LascarError: not three dimensions, an empty axis, NaN or infinite voxels, or an affine that
            is not (4, 4), not finite, gives a voxel no volume or an edge outside 0.01 to 100 mm,
            shears it, or makes the field of view wider than 2 m.

    Example:
        >>> check_image(np.zeros((2, 2)), np.eye(4), name="flat.nii")
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: flat.nii: 2 dimensions where 3 are needed; give one 3D volume
    """
    if image.ndim != 3:
        raise LascarError(f"{name}: {image.ndim} dimensions where 3 are needed; give one 3D volume")
    if 0 in image.shape:
        raise LascarError(f"{name}: an axis of length 0 in shape {image.shape}; give a real volume")
    if affine.shape != (4, 4) or not np.isfinite(affine).all():
        raise LascarError(f"{name}: the affine is not a finite 4 x 4 matrix; repair the header")
    if abs(np.linalg.det(affine[:3, :3])) < 1e-9 or min(spacing_of(affine)) <= 0:
        raise LascarError(f"{name}: the voxel spacing is zero or degenerate; repair the header")
    _check_right_angles(affine, name)
    _check_extent(affine, image.shape, name)
    if not np.isfinite(image).all():
        count = int((~np.isfinite(image)).sum())
        raise LascarError(
            f"{name}: {count} voxels are NaN or infinite; replace them before using this image"
        )


def _check_right_angles(affine: np.ndarray, name: str) -> None:
    """Refuse a sheared grid: every distance here is made of the voxel's three edges alone."""
    axes = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    cosine = float(np.abs(np.triu(axes.T @ axes, k=1)).max())
    if cosine > SHEAR:
        angle = np.degrees(np.arccos(min(cosine, 1.0)))
        raise LascarError(
            f"{name}: two of its axes are {angle:.1f} degrees apart, not 90, so its voxels are "
            "sheared; resample it onto a grid with right angles"
        )


def _check_extent(affine: np.ndarray, shape: tuple[int, ...], name: str) -> None:
    edges = spacing_of(affine)
    text = " x ".join(f"{edge:g}" for edge in edges)
    if min(edges) < EDGES_MM[0] or max(edges) > EDGES_MM[1]:
        raise LascarError(f"{name}: voxels of {text} mm; repair the header, which is in mm")
    widest = max(edge * count for edge, count in zip(edges, shape, strict=True))
    if widest > FIELD_MM:
        raise LascarError(
            f"{name}: voxels of {text} mm make a field of view of {widest / 1000:.3g} m; repair "
            "the header, which is in mm"
        )


def same_geometry(affine: np.ndarray, other: np.ndarray, *, shape: tuple[int, ...]) -> bool:
    """Whether two affines place a volume of this shape at the same spot.

    Args:
        affine: (4, 4), voxel index to world mm.
        other: (4, 4), the affine compared with it.
        shape: (x, y, z) of the volume in voxels.

    Returns:
        True when no corner voxel moves by more than `AFFINE_TOLERANCE_MM` (0.001 mm).

    Example:
        >>> same_geometry(np.eye(4), np.diag([1.0, 1.0, 1.00001, 1.0]), shape=(9, 9, 9))
        True
        >>> same_geometry(np.eye(4), np.diag([-1.0, 1.0, 1.0, 1.0]), shape=(9, 9, 9))
        False
    """
    corners = np.array(
        [
            [x, y, z, 1.0]
            for x in (0, shape[0] - 1)
            for y in (0, shape[1] - 1)
            for z in (0, shape[2] - 1)
        ]
    )
    shift_mm = np.linalg.norm((corners @ (affine - other).T)[:, :3], axis=1)
    return bool(shift_mm.max() <= AFFINE_TOLERANCE_MM)

"""The sampling grid in patient coordinates, and smooth random fields on it."""

from dataclasses import dataclass

import numpy as np

Window = tuple[slice, slice, slice]


@dataclass(frozen=True, eq=False)
class Lattice:
    """Sample positions of a phantom in mm, RAS+ relative to the centre of the atrium.

    Args:
        x_mm: Positions to the patient's right, shape (X, 1, 1), float32, falling with the index.
        y_mm: Positions forward, shape (1, Y, 1), falling with the index.
        z_mm: Positions upward, shape (1, 1, Z), rising with the index; Z counts sub-slices.
    """

    x_mm: np.ndarray
    y_mm: np.ndarray
    z_mm: np.ndarray

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of samples along x, y, z."""
        return self.x_mm.size, self.y_mm.size, self.z_mm.size

    def window(self, low_mm: np.ndarray, high_mm: np.ndarray) -> Window:
        """Return the slices of the samples between two corners (empty where there are none)."""
        return (
            _between(self.x_mm.ravel(), low_mm[0], high_mm[0]),
            _between(self.y_mm.ravel(), low_mm[1], high_mm[1]),
            _between(self.z_mm.ravel(), low_mm[2], high_mm[2]),
        )

    def crop(self, window: Window) -> "Lattice":
        """Return the part of the lattice inside a window."""
        return Lattice(self.x_mm[window[0]], self.y_mm[:, window[1]], self.z_mm[:, :, window[2]])


def _between(positions_mm: np.ndarray, low_mm: float, high_mm: float) -> slice:
    inside = np.flatnonzero((positions_mm >= low_mm) & (positions_mm <= high_mm))
    return slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else slice(0, 0)


def make_lattice(
    shape_voxels: tuple[int, int, int],
    spacing_mm: tuple[float, float, float],
    *,
    slices_per_sample: int,
    shift_mm: np.ndarray,
) -> Lattice:
    """Lay a grid round the atrium, voxel axes pointing left, back and up as in scanner files.

    Args:
        shape_voxels: Voxels along x, y, z.
        spacing_mm: Voxel size in mm.
        slices_per_sample: Sub-slices per slice, evenly spread through its thickness.
        shift_mm: (3,) position of the middle of the field of view from the atrium, RAS+.

    Returns:
        The lattice, with shape_voxels[2] * slices_per_sample samples along z.

    Example:
        >>> grid = make_lattice((2, 2, 1), (1.0, 1.0, 4.0), slices_per_sample=2,
        ...                     shift_mm=np.zeros(3))
        >>> grid.x_mm.ravel().tolist(), grid.z_mm.ravel().tolist()
        ([0.5, -0.5], [-1.0, 1.0])
    """
    counts = (shape_voxels[0], shape_voxels[1], shape_voxels[2] * slices_per_sample)
    steps_mm = (-spacing_mm[0], -spacing_mm[1], spacing_mm[2] / slices_per_sample)
    axes = [
        ((np.arange(n) - (n - 1) / 2) * step + centre).astype(np.float32)
        for n, step, centre in zip(counts, steps_mm, shift_mm, strict=True)
    ]
    return Lattice(axes[0][:, None, None], axes[1][None, :, None], axes[2][None, None, :])


def smooth_field(
    lattice: Lattice, rng: np.random.Generator, *, scale_mm: float, margin_mm: float = 200.0
) -> np.ndarray:
    """Sample a smooth random field of zero mean and about unit SD.

    White noise on knots ``scale_mm`` apart is blended with cubic B-splines, so the field is twice
    differentiable and belongs to positions in the patient, not to voxels: a finer grid samples the
    same field.

    Args:
        lattice: Where to sample; beyond ``margin_mm`` of the centre the field stays constant.
        rng: The generator.
        scale_mm: Distance between knots; features are about twice as wide.
        margin_mm: Half the side of the cube of knots.

    Returns:
        float32 array of the lattice's shape.

    Example:
        >>> grid = make_lattice((8, 8, 8), (2.0, 2.0, 2.0), slices_per_sample=1,
        ...                     shift_mm=np.zeros(3))
        >>> smooth_field(grid, np.random.default_rng(0), scale_mm=10.0).shape
        (8, 8, 8)
    """
    n = int(np.ceil(2 * margin_mm / scale_mm)) + 4
    # The squared cubic B-spline weights average to 0.479 per axis: undo it for unit variance.
    values = rng.standard_normal((n, n, n), dtype=np.float32) / np.float32(0.479**1.5)
    # The largest pass comes last and runs along the slowest axis, where reads are contiguous.
    for axis, positions_mm in ((2, lattice.z_mm), (1, lattice.y_mm), (0, lattice.x_mm)):
        values = _spline_along(values, axis, positions_mm.ravel(), scale_mm, margin_mm)
    return values


def _spline_along(
    values: np.ndarray, axis: int, positions_mm: np.ndarray, scale_mm: float, margin_mm: float
) -> np.ndarray:
    knots = np.clip((positions_mm + margin_mm) / scale_mm, 0, values.shape[axis] - 4.001)
    first = np.floor(knots).astype(np.intp)
    t = (knots - first).astype(np.float32)
    weights = (
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    )
    along = [1, 1, 1]
    along[axis] = -1
    result = np.take(values, first, axis=axis)
    result *= weights[0].reshape(along)
    for k in (1, 2, 3):
        term = np.take(values, first + k, axis=axis)
        term *= weights[k].reshape(along)
        result += term
    return result

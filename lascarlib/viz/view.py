"""Which part of a volume is looked at, and how: plane, slice, grey window, zoom, orientation."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lascarlib.errors import LascarError
from lascarlib.viz.colours import grey_window
from lascarlib.viz.layers import Contours
from lascarlib.viz.plane import Axis, Plane, find_plane


@dataclass(frozen=True, kw_only=True)
class SliceView:
    """How a volume is cut and shown; what is left out is chosen from the volume.

    Args:
        axis: "axial", "coronal" or "sagittal".
        index: slice along that axis; by default the one with most contour, else the middle one.
        window: grey levels shown as black and white; by default percentiles 1 and 99.5. Scanners
            give the same as width (high - low) and level (their mean).
        margin_mm: zoom to the box around the contours with this margin; by default show everything.
        orientation: where x, y, z point to; "LPS" (left, posterior, superior) is how scanners and
            the phantom store slices, other files need the letters of their affine.

    Raises:
        LascarError: an unknown axis or orientation, an index that is negative or no whole number, a
            negative margin, or a window that is not two numbers, white above black.

    Example:
        >>> from dataclasses import replace
        >>> view = SliceView(axis="coronal", margin_mm=10)
        >>> replace(view, index=4).index  # the same view, elsewhere
        4
    """

    axis: Axis = "axial"
    index: int | None = None
    window: tuple[float, float] | None = None
    margin_mm: float | None = None
    orientation: str = "LPS"

    def __post_init__(self) -> None:
        find_plane(self.axis, orientation=self.orientation)
        if self.index is not None and not isinstance(self.index, int | np.integer):
            raise LascarError(f"index is {self.index}; give a whole number")
        if self.index is not None and self.index < 0:
            raise LascarError(f"index is {self.index}; slices are counted from 0")
        if self.window is not None and not (
            len(self.window) == 2
            and np.isfinite(self.window).all()
            and self.window[0] < self.window[1]
        ):
            raise LascarError(f"window is {self.window}; give black, then a larger white")
        if self.margin_mm is not None and not (np.isfinite(self.margin_mm) and self.margin_mm >= 0):
            raise LascarError(f"margin_mm is {self.margin_mm}; give a length in mm, 0 or more")

    @property
    def plane(self) -> Plane:
        """Where the slice is taken from the array and how it is turned."""
        return find_plane(self.axis, orientation=self.orientation)


EVERYTHING: Final = SliceView()
"""The whole axial slice with most contour."""


def settle(
    view: SliceView, image: np.ndarray, contours: Contours
) -> tuple[int, tuple[float, float]]:
    """Slice and window of a view, chosen where it leaves them open.

    Args:
        view: as the caller gave it.
        image: (x, y, z), any real type.
        contours: name -> bool (x, y, z), on the image's grid.

    Returns:
        The index along the plane's normal, and the grey levels of black and white.

    Raises:
        LascarError: the volume has no such slice.

    Example:
        >>> image, mask = np.arange(20.0).reshape(2, 2, 5), np.zeros((2, 2, 5), bool)
        >>> mask[:, :, 3] = True
        >>> settle(SliceView(window=(0.0, 9.0)), image, {"atrium": mask})
        (3, (0.0, 9.0))
    """
    depth = image.shape[view.plane.normal]
    index = choose_index(image.shape, view.plane, contours) if view.index is None else view.index
    if index >= depth:
        raise LascarError(f"index is {index}; the volume has {view.axis} slices 0 to {depth - 1}")
    return index, grey_window(image) if view.window is None else view.window


def choose_index(shape: tuple[int, ...], plane: Plane, contours: Contours) -> int:
    """Index of the slice with most contour voxels along a plane's normal, else of the middle one.

    Example:
        >>> mask = np.zeros((2, 2, 5), bool)
        >>> mask[:, :, 3] = True
        >>> axial = find_plane("axial", orientation="LPS")
        >>> choose_index(mask.shape, axial, {"atrium": mask}), choose_index(mask.shape, axial, {})
        (3, 2)
    """
    across = tuple(axis for axis in range(3) if axis != plane.normal)
    counts = sum((mask.sum(axis=across) for mask in contours.values()), start=np.zeros(1))
    return int(np.argmax(counts)) if counts.any() else shape[plane.normal] // 2

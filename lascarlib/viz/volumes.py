"""A case that can be scrolled and turned in three dimensions, with a still beside it."""

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import nibabel as nib
import numpy as np
from matplotlib.figure import Figure

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.grid import bounding_box
from lascarlib.viz.colours import grey_window
from lascarlib.viz.panels import show_case
from lascarlib.viz.style import PALETTE

if TYPE_CHECKING:
    from ipyniivue import LUT, NiiVue

LABELS = ("atrium", "scar")
"""Number of a structure in the label volume: 1 atrium, 2 scar."""


@dataclass(frozen=True, eq=False)
class VolumeView:
    """A volume to scroll through, and its still, which is all that print and e-mail keep.

    In a notebook the last expression of a cell shows both.

    Args:
        still: a figure.
        viewer: a widget; it works with a kernel and, its state being stored, in a published page.
    """

    still: Figure
    viewer: "NiiVue"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.still)
        plt.close(self.still)
        display(self.viewer)


def show_volume(
    case: Case, *, margin_mm: float = 15.0, opacity: float = 0.5, height: int = 420
) -> VolumeView:
    """Show a case in three planes and as a volume to be turned, its labels in colour (NiiVue).

    Args:
        case: image, and its labels where known. Where the LA is, the volume is cropped round it,
            which keeps a page small.
        margin_mm: what is left round the LA.
        opacity: of the labels, 0 to 1.
        height: of the viewer in pixels.

    Returns:
        Viewer and still; the crosshair begins at the middle of the scar, else of the LA.

    Raises:
        LascarError: ipyniivue is not installed, the margin is negative, or the opacity is not
            within 0 and 1.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> shown = show_volume(phantom_case(0, seed=7, config=COARSE))
        >>> [volume.name for volume in shown.viewer.volumes], len(shown.still.axes)
        (['image.nii.gz', 'labels.nii.gz'], 3)
        >>> plt.close(shown.still)
    """
    try:
        from ipyniivue import NiiVue, SliceType, Volume
    except ImportError as error:
        raise LascarError(
            "ipyniivue is not installed; volumes are shown by it: pip install 'lascarlib[book]'"
        ) from error
    if not (np.isfinite(margin_mm) and margin_mm >= 0):
        raise LascarError(f"margin_mm is {margin_mm}; give a length in mm, 0 or more")
    if not 0 <= opacity <= 1:
        raise LascarError(f"opacity is {opacity}; give a number from 0 to 1")
    labels = np.zeros(case.image.shape, np.uint8)
    for number, mask in enumerate((case.atrium, case.scar), start=1):
        if mask is not None:
            labels[mask] = number
    low, high = grey_window(case.image)
    part, affine = _crop(case, margin_mm=margin_mm)
    grey = np.clip((case.image[part] - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    volumes = [Volume(data=_nifti(grey, affine), name="image.nii.gz", colormap="gray")]
    if labels.any():
        table = _colours()
        data = _nifti(labels[part], affine)
        volumes.append(
            Volume(data=data, name="labels.nii.gz", opacity=opacity, colormap_label=table)
        )
    viewer = NiiVue(
        height=height, slice_type=SliceType.MULTIPLANAR, is_radiological_convention=True
    )
    viewer.load_volumes(volumes)
    finding = labels[part] == (2 if (labels == 2).any() else 1)
    viewer.scene.crosshair_pos = _middle(finding, affine)
    return VolumeView(show_case(case, margin_mm=margin_mm if labels.any() else None), viewer)


def _crop(case: Case, *, margin_mm: float) -> tuple[tuple[slice, slice, slice], np.ndarray]:
    """The part of the volume round the LA, all of it without one, and where that part lies."""
    if case.atrium is None or not case.atrium.any():
        x, y, z = case.image.shape
        return (slice(0, x), slice(0, y), slice(0, z)), case.affine
    dx, dy, dz = np.ceil(margin_mm / np.array(case.spacing_mm)).astype(int).tolist()
    box = bounding_box(case.atrium, margin=(dx, dy, dz))
    affine = case.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ np.array(box.start)
    return box.slices, affine


def _middle(finding: np.ndarray, affine: np.ndarray) -> list[float]:
    """Middle of a mask, of the volume for an empty one, in shares of its extent along R, A, S."""
    turned = nib.as_closest_canonical(nib.Nifti1Image(finding.astype(np.uint8), affine))
    mask = np.asarray(turned.dataobj) > 0
    size = np.array(mask.shape)
    middle = np.argwhere(mask).mean(axis=0) if mask.any() else (size - 1) / 2
    return [float(share) for share in (middle + 0.5) / size]


def _nifti(array: np.ndarray, affine: np.ndarray) -> bytes:
    image = nib.as_closest_canonical(nib.Nifti1Image(array, affine))
    return gzip.compress(image.to_bytes(), mtime=0)


def _colours() -> "LUT":
    """Red, green, blue and opacity of the labels 0, 1 and 2, one after the other."""
    from ipyniivue import LUT

    flat = [0, 0, 0, 0]
    for name in LABELS:
        flat += [*_rgb(PALETTE[name]), 255]
    return LUT(lut=flat, min=0.0, max=2.0, labels=["", *LABELS])


def _rgb(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)

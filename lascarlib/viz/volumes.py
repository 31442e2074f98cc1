"""A case that can be scrolled and turned in three dimensions, with a still beside it."""

import nibabel as nib
import numpy as np

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.geometry.grid import bounding_box
from lascarlib.viz.camera import View, view_towards
from lascarlib.viz.colours import grey_window
from lascarlib.viz.itk import ItkWindow
from lascarlib.viz.niivue import niivue_volume
from lascarlib.viz.panels import show_case
from lascarlib.viz.viewers import Scene, Viewer, choose_viewer


def show_volume(
    case: Case,
    *,
    viewer: Viewer | None = None,
    margin_mm: float = 15.0,
    opacity: float = 0.5,
) -> Scene:
    """Show a case in three planes and as a volume to be turned, its labels in colour.

    Args:
        case: image, and its labels where known. Where the LA is, the volume is cropped round it,
            which keeps a page small.
        viewer: "niivue" (the default) or "itk": itkwidgets, in JupyterLab only.
        margin_mm: what is left round the LA.
        opacity: of the labels in NiiVue, 0 to 1; itkwidgets has a slider of its own for it.

    Returns:
        Viewer and still. The planes cross in the middle of the scar, else of the LA, and the volume
        is seen from the side on which the scar lies (in NiiVue).

    Raises:
        LascarError: the viewer is unknown or not installed, or is "page", which shows surfaces
            only; the margin is negative, or the opacity is not within 0 and 1.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> shown = show_volume(phantom_case(0, seed=7, config=COARSE))
        >>> [volume.name for volume in shown.viewer.volumes], len(shown.still.axes)
        (['image.nii.gz', 'labels.nii.gz'], 3)
        >>> plt.close(shown.still)
    """
    chosen = choose_viewer(viewer, published="niivue")
    if chosen == "page":
        raise LascarError("viewer='page' shows surfaces only; use 'niivue' for a volume")
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
    still = show_case(case, margin_mm=margin_mm if labels.any() else None)
    if chosen == "itk":
        focus_mm = _middle_mm(labels[part] == labels.max(), affine)
        return Scene(still, ItkWindow(grey, labels[part], affine, focus_mm))
    view = _side(labels[part], affine)
    return Scene(still, niivue_volume(grey, labels[part], affine, opacity=opacity, view=view))


def _side(labels: np.ndarray, affine: np.ndarray) -> View:
    """The side of the LA on which its scar lies; from the front where there is none."""
    if not (labels == 2).any():
        return "anterior"
    return view_towards(_middle_mm(labels == 2, affine) - _middle_mm(labels > 0, affine))


def _middle_mm(mask: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Middle of a mask that is not empty, in RAS+ mm: (3,)."""
    return np.asarray(nib.affines.apply_affine(affine, np.argwhere(mask).mean(axis=0)))


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

"""Which scans are refused: there is no room for an LA in them."""

from lascarlib.case import Case
from lascarlib.errors import LascarError

LEAST_FIELD_MM = 27.0
"""Where the reference range of an LA's diameter begins, front to back in a woman (Lang et al.,
J Am Soc Echocardiogr 2005): a narrower field of view has no room for a normal LA."""


def check_scan(case: Case) -> None:
    """Refuse an image in which there is no room for an LA.

    Args:
        case: whose image is to be segmented.

    Raises:
        LascarError: the image has the same value everywhere, or along an axis its field of view is
            narrower than `LEAST_FIELD_MM`.

    Example:
        >>> import numpy as np
        >>> check_scan(Case("a", np.arange(75.0).reshape(5, 5, 3), np.diag([1.0, 1.0, 2.5, 1.0])))
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: a: the field of view is 5 x 5 x 7.5 mm, too narrow for an ...
    """
    if case.image.min() == case.image.max():
        raise LascarError(f"{case.id}: every voxel is {case.image.flat[0]:g}; give the scan itself")
    widths = [edge * n for edge, n in zip(case.spacing_mm, case.image.shape, strict=True)]
    if min(widths) < LEAST_FIELD_MM:
        raise LascarError(
            f"{case.id}: the field of view is {' x '.join(f'{width:g}' for width in widths)} mm, "
            f"too narrow for an LA: a normal one's diameter begins at {LEAST_FIELD_MM:g} mm; give "
            "the whole scan, or repair the header, which is in mm"
        )

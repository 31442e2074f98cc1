"""Which volume an LA can have."""

PLAUSIBLE_ML = (20.0, 300.0)
"""LA volumes outside this are almost always errors. A choice of this program: in 179 patients the
mean was 118 ml and the SD 41 ml (Chrispin et al. 2017)."""


def judge_volume(volume_ml: float) -> tuple[bool, str]:
    """Whether an LA can have this volume, and the words that say so.

    Args:
        volume_ml: of the mask, see `lascarlib.case.Case.volume_ml`.

    Returns:
        Whether it lies within `PLAUSIBLE_ML`; and volume and range, as one reads them.

    Example:
        >>> judge_volume(300.4)
        (False, '300.4 ml, expected 20 to 300')
    """
    low, high = PLAUSIBLE_ML
    return low <= volume_ml <= high, f"{volume_ml:.1f} ml, expected {low:g} to {high:g}"

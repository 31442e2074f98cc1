"""The stage of fibrosis: two published scales, which put the same share into different stages."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from lascarlib.errors import LascarError

Scale = Literal["utah", "decaaf"]

NUMERALS = ("I", "II", "III", "IV")
"""The stages, from minimal to extensive fibrosis."""


@dataclass(frozen=True)
class Staging:
    """A published scale of four stages.

    Args:
        name: of the scale in print.
        ranges: of the four stages, in % of the LA wall.
        upper: the shares at which the first three stages end.
        closed: for each of these, whether that very share still belongs to the lower stage.
        source: who published it.
    """

    name: str
    ranges: tuple[str, str, str, str]
    upper: tuple[float, float, float]
    closed: tuple[bool, bool, bool]
    source: str


STAGINGS: Final[Mapping[Scale, Staging]] = MappingProxyType(
    {
        "utah": Staging(
            name="Utah",
            ranges=("< 5 %", "5 to 20 %", "20 to 35 %", "> 35 %"),
            upper=(5.0, 20.0, 35.0),
            closed=(False, True, True),
            source="Akoum et al. 2011",
        ),
        "decaaf": Staging(
            name="DECAAF",
            ranges=("< 10 %", "10 to < 20 %", "20 to < 30 %", ">= 30 %"),
            upper=(10.0, 20.0, 30.0),
            closed=(False, False, False),
            source="Marrouche et al. 2014",
        ),
    }
)
"""The scales by name: Utah's first one, and the one of the DECAAF study."""


def fibrosis_stage(share_percent: float, *, scale: Scale) -> str:
    """The stage of a left atrium by the share of its wall that is fibrotic.

    Utah's scale (Akoum et al. 2011): I below 5 %, II 5 to 20 %, III 20 to 35 %, IV above 35 %; a
    share of just 20 or 35 %, which its wording leaves open, is given the lower stage. The DECAAF
    study (Marrouche et al. 2014): I below 10 %, II below 20 %, III below 30 %, IV from 30 % on.
    Both were made for fibrosis before ablation, as a share of the wall; scar after ablation has no
    stage, and a share of the surface is not quite the same. Oakes et al. 2009, often cited for
    them, had three classes (minimal, moderate, extensive).

    Args:
        share_percent: fibrosis in % of the LA wall, 0 to 100.
        scale: "utah" or "decaaf".

    Returns:
        "I", "II", "III" or "IV".

    Raises:
        LascarError: the share lies outside 0 to 100, or the scale is unknown.

    Source: Akoum et al. 2011; Marrouche et al. 2014.

    Example:
        >>> [fibrosis_stage(share, scale="utah") for share in (4.9, 5.0, 20.0, 20.1, 35.0, 35.1)]
        ['I', 'II', 'II', 'III', 'III', 'IV']
        >>> [fibrosis_stage(share, scale="decaaf") for share in (9.9, 10.0, 19.9, 20.0, 30.0)]
        ['I', 'II', 'II', 'III', 'IV']
    """
    if scale not in STAGINGS:
        raise LascarError(f"scale is {scale!r}; known are {', '.join(STAGINGS)}")
    if not 0 <= share_percent <= 100:
        raise LascarError(f"share_percent is {share_percent}; give a share from 0 to 100 %")
    staging = STAGINGS[scale]
    for numeral, end, closed in zip(NUMERALS, staging.upper, staging.closed, strict=False):
        if share_percent < end or (closed and share_percent == end):
            return numeral
    return NUMERALS[-1]

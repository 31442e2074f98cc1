"""How far two observers differ: the row that says what a method can be expected to reach."""

from collections.abc import Iterable

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.evaluation.score import CaseScore, score_case
from lascarlib.geometry.projection import Protocol


def score_observers(
    pairs: Iterable[tuple[Case, Case]], *, protocol: Protocol = "paper"
) -> list[CaseScore]:
    """Score a second observer's labels against the first's, as if they were predictions.

    `summarise` makes the inter-observer row of a table from them. Dice, ASD and HD do not depend on
    which observer is called the reference; volumes and burdens are named by it, and scar is
    projected onto its LA.

    Args:
        pairs: the same case as the first and as the second observer labelled it.
        protocol: "paper" or "official", see `score_case`.

    Returns:
        One row a case, in the order given; scar is scored where both drew it.

    Raises:
        LascarError: a pair is of two different cases or grids, an observer drew no LA, or there is
            no pair.

    Source: JSQ section 4.2.1 and Table 2: twelve random cases, two observers.

    Example:
        >>> import numpy as np
        >>> def drawn(voxels):
        ...     label = np.arange(8).reshape(8, 1, 1) < voxels
        ...     return Case("a", np.zeros(label.shape, np.float32), np.eye(4), atrium=label)
        >>> score_observers([(drawn(4), drawn(6))])[0].atrium_dice  # 2 x 4 / (4 + 6)
        0.8
    """
    scores = []
    for first, second in pairs:
        if first.id != second.id:
            raise LascarError(f"{first.id} is paired with {second.id}; give one case twice")
        if second.atrium is None:
            raise LascarError(f"{second.id}: the second observer drew no LA; leave the case out")
        both = first.scar is not None and second.scar is not None
        scores.append(
            score_case(first, second.atrium, second.scar, score_scar=both, protocol=protocol)
        )
    if not scores:
        raise LascarError("there is no case of two observers; give at least one")
    return scores

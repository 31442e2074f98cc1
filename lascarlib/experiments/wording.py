"""What a test compares, and what it found, in words."""

from math import isfinite

from lascarlib.experiments.comparisons import Alike, Better, Beyond, Correlated, Test
from lascarlib.experiments.evidence import Evidence
from lascarlib.experiments.rendering import PRINTED


def numbers_behind(
    test: Test, evidence: Evidence, p_holm: float | None = None, *, tests: int = 1
) -> str:
    """The numbers behind a verdict, as one sentence; then what is to be known of idle rows.

    Args:
        test: of the claim.
        evidence: of it.
        p_holm: its p-value, corrected; None where an interval decides.
        tests: over how many tests it was corrected.

    Example:
        >>> found = Evidence(0.1, 0.08, 0.12, 0.03, 0.03, 6, "signed ranks", direction=21.0)
        >>> numbers_behind(Better("e", "A", "B", "dice"), found, 0.03)
        'Effect +0.100 (95 % CI +0.080 to +0.120), p = 0.030, 6 cases, signed ranks.'
    """
    p = ""
    if p_holm is not None:
        digits = 4 if 0.0495 <= p_holm < 0.0505 else 3
        p = ", p < 0.001" if p_holm < 0.001 else f", p = {p_holm:.{digits}f}"
        p += f" ({tests} tests)" if tests > 1 else ""
    kind = "r" if evidence.how == "Pearson" else "Effect"
    size = f"{evidence.effect:+.3f}{_unit(test)}" if isfinite(evidence.effect) else "infinite"
    ends = ""
    if evidence.low is not None and evidence.high is not None:
        ends = f" (95 % CI {evidence.low:+.3f} to {evidence.high:+.3f})"
    left_out = ""
    if evidence.missed:
        where = "in p alone" if p and kind != "r" else "in no number here"
        left_out = f", of which {evidence.missed} with an infinite score count {where}"
    how = f", {evidence.how}" if p else ""
    told = f"{kind} {size}{ends}{p}, {evidence.cases} cases{left_out}{how}{_seeds(evidence)}."
    return f"{told} {evidence.idle}".rstrip()


def _unit(test: Test) -> str:
    metric = "" if isinstance(test, Correlated) else test.metric
    return " mm" if metric.endswith("_mm") else " points" if metric.endswith("_percent") else ""


def _seeds(evidence: Evidence) -> str:
    """How many seeds stand behind it, and the effect in each that has cases enough."""
    if not evidence.trained:
        return ""
    seeds = f"{evidence.seeds} seed{'' if evidence.seeds == 1 else 's'}"
    each = ", ".join(
        f"{effect:+.3f}" if isfinite(effect) else "infinite" for effect in evidence.effects
    )
    return f", {seeds} ({each})" if each else f", {seeds}"


def compared(test: Test) -> str:
    """What is compared, for the page.

    Example:
        >>> compared(Better("bf-table-1", "K = 10", "K = 100", "atrium_hd_mm"))
        'K = 10 against K = 100, LA HD [mm]'
        >>> compared(Correlated("jsq-table-2", "AJSQnet-SESA", "atrium_dice", "scar_surface_dice"))
        'AJSQnet-SESA, Dice_s with LA Dice'
    """
    if isinstance(test, Correlated):
        return f"{test.row}, {PRINTED[test.y]} with {PRINTED[test.x]}"
    rows = f"{test.row}: {test.side} {test.limit:g}" if isinstance(test, Beyond) else ""
    if isinstance(test, Better | Alike):
        rows = f"{test.row} against {test.than}"
    return f"{rows}, {PRINTED[test.metric]}"

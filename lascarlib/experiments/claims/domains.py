"""The claims of JSQ (Li et al., 2022) about data: other scans, other centres, and correlations."""

from lascarlib.experiments.claims.claim import Claim, Untestable
from lascarlib.experiments.comparisons import Alike, Better, Correlated

_T2, _T3, _SESA = "jsq-table-2", "jsq-table-3", "AJSQnet-SESA"
_SCAR, _DICE = "scar_surface_dice", "atrium_dice"
_FEW = 0.02
"""A difference of Dice that is called none."""

CLAIMS = (
    Claim(
        "Before ablation scar is found less well (Dice_s 0.543 after, 0.365 before).",
        "JSQ, section 4.2.2 and Table 3",
        Better(_T3, "post, on post", "post, on pre", _SCAR),
    ),
    Claim(
        "It is better found there when such cases were learned from (0.365 to 0.405).",
        "JSQ, section 4.2.2 and Table 3",
        Better(_T3, "post and pre, on pre", "post, on pre", _SCAR),
    ),
    Claim(
        "The LA is found as well before ablation as after (Dice_LA 0.906 and 0.913).",
        "JSQ, section 4.2.2 and Table 3",
        Alike(_T3, "post, on pre", "post, on post", _DICE, margin=_FEW),
    ),
    Claim(
        "On cohorts of other centres the LA is found less well (0.913 to 0.599).",
        "JSQ, section 4.2.2 and Table 3",
        Better(_T3, "post, on post", "post, on three other cohorts", _DICE),
    ),
    Claim(
        "So is the scar (0.543 to 0.218).",
        "JSQ, section 4.2.2 and Table 3",
        Better(_T3, "post, on post", "post, on three other cohorts", _SCAR),
    ),
    Claim(
        "Centres differ: KCL is harder than BIDMC (Dice_LA 0.499 and 0.648).",
        "JSQ, section 4.2.2 and Table 3",
        Better(_T3, "post, on BIDMC", "post, on KCL", _DICE),
    ),
    Claim(
        "Even Utah's cases of another year are hard (Dice_LA 0.913 to 0.650).",
        "JSQ, section 4.2.2 and Table 3",
        Untestable(
            "The phantom's Utah is the same in every year: a second cohort of it (row post, on "
            "Utah) shows only how far two cohorts of one kind lie apart."
        ),
    ),
    Claim(
        "Dice_s and Dice_LA go together, but weakly (r2 = 0.125).",
        "JSQ, section 4.2.3 and Fig. 8a",
        Correlated(_T2, _SESA, _DICE, _SCAR, 0.125),
    ),
    Claim(
        "The more scar there is, the higher its Dice_s.",
        "JSQ, section 4.2.3 and Fig. 8b",
        Correlated(_T2, _SESA, "scar_burden_reference_percent", _SCAR),
    ),
    Claim(
        "Manual and automatic shares of scar go together (r2 = 0.626).",
        "JSQ, section 4.2.3 and Fig. 8c",
        Correlated(
            _T2,
            _SESA,
            "scar_burden_reference_percent",
            "scar_burden_prediction_percent",
            0.626,
        ),
    ),
    Claim(
        "Without the three worst cases Dice_s is that of two observers (0.577 and 0.580).",
        "JSQ, section 4.2.2",
        Untestable(
            "Whoever may leave out the worst three of twenty gains: see how much in jsq-outliers. "
            "The observers' twelve cases were not chosen so."
        ),
    ),
)
"""In the order of the paper."""

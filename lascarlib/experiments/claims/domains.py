"""The claims of JSQ (Li et al., 2022) about data: other scans, other centres, and correlations."""

from lascarlib.experiments.claims import reasons
from lascarlib.experiments.claims.claim import FEW, Untestable, claims_at
from lascarlib.experiments.comparisons import Alike, Better, Correlated

_T2, _T3, _SESA = "jsq-table-2", "jsq-table-3", "AJSQnet-SESA"
_SCAR, _DICE = "scar_surface_dice", "atrium_dice"
_MANUAL, _AUTOMATIC = "scar_burden_reference_percent", "scar_burden_prediction_percent"

CLAIMS = (
    *claims_at(
        "JSQ, section 4.2.2 and Table 3",
        {
            "Before ablation scar is found less well (Dice_s 0.543 after, 0.365 before, p < "
            "0.001).": Better(_T3, "post, on post", "post, on pre", _SCAR),
            "Before ablation scar is better found when such cases were learned from too (Dice_s "
            "0.365 to 0.405, p = 0.008).": Better(
                _T3, "post and pre, on pre", "post, on pre", _SCAR
            ),
            "Even then scar is found less well before than after ablation (Dice_s 0.555 after, "
            "0.405 before).": Better(_T3, "post and pre, on post", "post and pre, on pre", _SCAR),
        },
        otherwise=reasons.ALL_OR_NOTHING,
    ),
    *claims_at(
        "JSQ, section 4.2.2 and Table 3",
        {
            "Before ablation the LA is found as well without such cases (Dice_LA 0.911 and "
            "0.906).": Alike(_T3, "post, on pre", "post and pre, on pre", _DICE, margin=FEW),
        },
        otherwise=reasons.CHANCE,
    ),
    *claims_at(
        "JSQ, section 4.2.2 and Table 3",
        {
            "On three other cohorts the LA is found less well (0.913 to 0.599, p < 0.01).": Better(
                _T3, "post, on post", "post, on three other cohorts", _DICE
            ),
            "On three other cohorts scar is found less well (Dice_s 0.543 to 0.218, p < "
            "0.01).": Better(_T3, "post, on post", "post, on three other cohorts", _SCAR),
            "Centres differ: KCL is harder than BIDMC (Dice_LA 0.499 and 0.648).": Better(
                _T3, "post, on BIDMC", "post, on KCL", _DICE
            ),
        },
        otherwise=reasons.VOXELS_ALONE,
    ),
    *claims_at(
        "JSQ, section 4.2.2 and Table 3",
        {
            "Even Utah's cases of another year are hard (Dice_LA 0.913 to 0.650).": Untestable(
                "The phantom's Utah is the same in every year: a second cohort of it (row post, "
                "on Utah) shows only how far two cohorts of one kind lie apart."
            ),
        },
    ),
    *claims_at(
        "JSQ, section 4.2.3 and Fig. 8a",
        {
            "Dice_s and Dice_LA go together, but weakly (r2 = 0.125; over twenty cases that is p = "
            "0.13, which the paper does not say).": Correlated(
                _T2, _SESA, _DICE, _SCAR, r_squared=0.125
            ),
        },
        otherwise=reasons.ALL_OR_NOTHING,
    ),
    *claims_at(
        "JSQ, section 4.2.3 and Fig. 8b",
        {
            "The more scar there is, the higher its Dice_s.": Correlated(
                _T2, _SESA, _MANUAL, _SCAR
            ),
            "The more scar the method finds, the higher its Dice_s.": Correlated(
                _T2, _SESA, _AUTOMATIC, _SCAR
            ),
            "Dice_s goes slightly less with the share of scar found than with the manual one, and "
            "more with either than with Dice_LA.": Untestable(
                "Twenty cases cannot tell correlations apart that differ slightly; the claims "
                "beside this one have the three."
            ),
        },
        otherwise=reasons.ALL_OR_NOTHING,
    ),
    *claims_at(
        "JSQ, section 4.2.3 and Fig. 8c",
        {
            "Manual and automatic shares of scar go together (r2 = 0.626).": Correlated(
                _T2, _SESA, _MANUAL, _AUTOMATIC, r_squared=0.626
            ),
        },
        otherwise=reasons.ALL_OR_NOTHING,
    ),
    *claims_at(
        "JSQ, section 4.2.2",
        {
            "Without the three worst cases Dice_s is that of two observers (0.577 and "
            "0.580).": Untestable(
                "Whoever may leave out the worst three of twenty gains: see how much in "
                "jsq-outliers. The observers' twelve cases were not chosen so."
            ),
        },
    ),
)
"""In the order of the paper."""

"""The claims of JSQ (Li et al., 2022) about methods."""

from lascarlib.experiments.claims import reasons
from lascarlib.experiments.claims.claim import FEW, FEW_SCAR, claims_at
from lascarlib.experiments.comparisons import Alike, Better, Beyond

_T2 = "jsq-table-2"
_U_BCE, _U_DICE, _U_SE = "U-Net_LA/scar-BCE", "U-Net_LA/scar-Dice", "U-Net_LA/scar-SE"
_J_BCE, _J_SE, _SESA = "AJSQnet-BCE", "AJSQnet-SE", "AJSQnet-SESA"
_SCAR, _DICE, _HD = "scar_surface_dice", "atrium_dice", "atrium_hd_mm"

CLAIMS = (
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "One network for both tasks finds scar better than networks apart, with BCE (Dice_s "
            "0.357 to 0.484).": Better(_T2, _J_BCE, _U_BCE, _SCAR),
            "So does it with SE (0.485 to 0.518).": Better(_T2, _J_SE, _U_SE, _SCAR),
            "It finds the LA better too, with BCE (HD 36.4 to 28.5 mm).": Better(
                _T2, _J_BCE, _U_BCE, _HD
            ),
            "And with SE (Dice_LA 0.880 to 0.909).": Better(_T2, _J_SE, _U_SE, _DICE),
        },
        otherwise=reasons.TWO_TASKS,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "Spatial encoding lowers the HD of networks apart (36.4 to 25.1 mm).": Better(
                _T2, _U_SE, _U_BCE, _HD
            ),
            "It lowers that of the joint network (28.5 to 22.4 mm).": Better(
                _T2, _J_SE, _J_BCE, _HD
            ),
            "There it raises Dice_LA as well (0.890 to 0.909).": Better(_T2, _J_SE, _J_BCE, _DICE),
        },
        otherwise=reasons.LITTLE_CLUTTER,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "It finds scar better than BCE, apart (Dice_s 0.357 to 0.485).": Better(
                _T2, _U_SE, _U_BCE, _SCAR
            ),
        },
        otherwise=reasons.LATE_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            "It finds scar better than Dice, apart (0.374 to 0.485).": Better(
                _T2, _U_SE, _U_DICE, _SCAR
            ),
        },
        otherwise=reasons.LATE_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "Shape attention adds to that (0.518 to 0.543).": Better(_T2, _SESA, _J_SE, _SCAR),
        },
        otherwise=reasons.SMALL_WEIGHTS,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "With both, scar is better found than by the joint network with BCE (0.484 to 0.543, "
            "p <= 0.001).": Better(_T2, _SESA, _J_BCE, _SCAR),
        },
        otherwise=reasons.LATE_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "It costs Accuracy against the joint network with BCE (0.887 to 0.867, p "
            "<= 0.001).": Better(_T2, _J_BCE, _SESA, "scar_acc"),
        },
        otherwise=reasons.MORE_OR_LESS,
    ),
    *claims_at(
        "JSQ, section 4.3.1",
        {
            "Its sensitivity is higher (0.380 to 0.558).": Better(_T2, _SESA, _J_BCE, "scar_sen"),
            "Its specificity is lower (0.971 to 0.915).": Better(_T2, _J_BCE, _SESA, "scar_spe"),
        },
        otherwise=reasons.MORE_OR_LESS,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            **{
                f"The proposed method finds scar better than {name} (Dice_s {printed} to "
                "0.543).": Better(_T2, _SESA, name, _SCAR)
                for name, printed in (
                    ("LA_U-Net + Otsu", "0.359"),
                    ("LA_U-Net + MGMM", "0.430"),
                    (_U_BCE, "0.357"),
                    (_U_DICE, "0.374"),
                    (_U_SE, "0.485"),
                )
            },
        },
        otherwise=f"{reasons.LATE_SCAR} {reasons.BRIGHT_SCAR}",
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            "Otsu needs an accurate LA: on the manual one it does better (Dice_s 0.359 to "
            "0.420).": Better(_T2, "LA_M + Otsu", "LA_U-Net + Otsu", _SCAR),
            "So does MGMM (0.430 to 0.499).": Better(_T2, "LA_M + MGMM", "LA_U-Net + MGMM", _SCAR),
        },
        otherwise=reasons.GOOD_ATRIUM,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            "LearnGC and MGMM score alike on the manual LA (Dice_s 0.481 and 0.499).": Alike(
                _T2, "LA_M + LearnGC", "LA_M + MGMM", _SCAR, margin=FEW_SCAR
            ),
            "LearnGC is the more accurate (0.717 to 0.868).": Better(
                _T2, "LA_M + LearnGC", "LA_M + MGMM", "scar_acc"
            ),
        },
        otherwise=reasons.BRIGHT_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Fig. 10",
        {
            "Otsu finds too little scar.": Beyond(
                _T2, "LA_U-Net + Otsu", "scar_burden_error_percent", "below", 0.0
            ),
        },
        otherwise=reasons.CUTS_THE_WALL,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Fig. 10",
        {
            "So does the U-Net with BCE.": Beyond(
                _T2, _U_BCE, "scar_burden_error_percent", "below", 0.0
            ),
            "And the joint network with BCE.": Beyond(
                _T2, _J_BCE, "scar_burden_error_percent", "below", 0.0
            ),
            "Dice in place of BCE finds more scar.": Better(
                _T2, _U_DICE, _U_BCE, "scar_burden_prediction_percent"
            ),
            "And SE more than Dice.": Better(_T2, _U_SE, _U_DICE, "scar_burden_prediction_percent"),
        },
        otherwise=reasons.ALL_OR_NOTHING,
    ),
    *claims_at(
        "JSQ, section 4.2.1 and Table 2",
        {
            "The LA is found about as well as two observers agree (Dice_LA 0.913 and "
            "0.894).": Alike(_T2, _SESA, "Inter-Ob", _DICE, margin=FEW),
            "Scar is found less well than two observers agree (Dice_s 0.543 and 0.580).": Better(
                _T2, "Inter-Ob", _SESA, _SCAR
            ),
        },
        otherwise=reasons.NO_DOUBT,
    ),
)
"""In the order of the paper's table."""

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
            "One network for both tasks finds scar better with SE too (Dice_s 0.485 to "
            "0.518).": Better(_T2, _J_SE, _U_SE, _SCAR),
            "One network for both tasks finds the LA better, with BCE (HD 36.4 to 28.5 "
            "mm).": Better(_T2, _J_BCE, _U_BCE, _HD),
            "One network for both tasks finds the LA better, with SE (Dice_LA 0.880 to "
            "0.909).": Better(_T2, _J_SE, _U_SE, _DICE),
        },
        otherwise=reasons.TWO_TASKS,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "Spatial encoding lowers the HD of networks apart (36.4 to 25.1 mm).": Better(
                _T2, _U_SE, _U_BCE, _HD
            ),
            "Spatial encoding lowers the HD of the joint network (28.5 to 22.4 mm).": Better(
                _T2, _J_SE, _J_BCE, _HD
            ),
            "Spatial encoding raises Dice_LA of the joint network (0.890 to 0.909).": Better(
                _T2, _J_SE, _J_BCE, _DICE
            ),
        },
        otherwise=reasons.LITTLE_CLUTTER,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "With SE a network for scar alone finds it better than with BCE (Dice_s 0.357 to "
            "0.485).": Better(_T2, _U_SE, _U_BCE, _SCAR),
        },
        otherwise=reasons.LATE_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            "With SE a network for scar alone finds it better than with Dice (Dice_s 0.374 to "
            "0.485).": Better(_T2, _U_SE, _U_DICE, _SCAR),
        },
        otherwise=reasons.LATE_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "Shape attention beside SE finds scar better than SE alone (Dice_s 0.518 to "
            "0.543).": Better(_T2, _SESA, _J_SE, _SCAR),
        },
        otherwise=reasons.SMALL_WEIGHTS,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "With SE and shape attention the joint network finds scar better than with BCE (Dice_s "
            "0.484 to 0.543, p <= 0.001).": Better(_T2, _SESA, _J_BCE, _SCAR),
        },
        otherwise=reasons.LATE_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Table 2",
        {
            "SE and shape attention cost Accuracy against BCE (0.887 to 0.867, p <= "
            "0.001).": Better(_T2, _J_BCE, _SESA, "scar_acc"),
        },
        otherwise=reasons.MORE_OR_LESS,
    ),
    *claims_at(
        "JSQ, section 4.3.1",
        {
            "With SE and shape attention sensitivity is higher than with BCE (0.380 to "
            "0.558).": Better(_T2, _SESA, _J_BCE, "scar_sen"),
            "With SE and shape attention specificity is lower than with BCE (0.971 to "
            "0.915).": Better(_T2, _J_BCE, _SESA, "scar_spe"),
        },
        otherwise=reasons.MORE_OR_LESS,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            **{
                f"The proposed method finds scar better than {name} (Dice_s {printed} to "
                "0.543).": Better(_T2, _SESA, name, _SCAR)
                for name, printed in (("LA_U-Net + Otsu", "0.359"), ("LA_U-Net + MGMM", "0.430"))
            },
        },
        otherwise=reasons.BRIGHT_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            **{
                f"The proposed method finds scar better than {name} (Dice_s {printed} to "
                "0.543).": Better(_T2, _SESA, name, _SCAR)
                for name, printed in ((_U_BCE, "0.357"), (_U_DICE, "0.374"), (_U_SE, "0.485"))
            },
        },
        otherwise=reasons.LATE_SCAR,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            "Otsu needs an accurate LA: on the manual one it finds scar better (Dice_s 0.359 to "
            "0.420).": Better(_T2, "LA_M + Otsu", "LA_U-Net + Otsu", _SCAR),
            "MGMM needs an accurate LA too (Dice_s 0.430 to 0.499).": Better(
                _T2, "LA_M + MGMM", "LA_U-Net + MGMM", _SCAR
            ),
        },
        otherwise=reasons.GOOD_ATRIUM,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 2",
        {
            "LearnGC and MGMM score alike on the manual LA (Dice_s 0.481 and 0.499).": Alike(
                _T2, "LA_M + LearnGC", "LA_M + MGMM", _SCAR, margin=FEW_SCAR
            ),
            "LearnGC is more accurate than MGMM on the manual LA (Accuracy 0.717 to "
            "0.868).": Better(_T2, "LA_M + LearnGC", "LA_M + MGMM", "scar_acc"),
        },
        otherwise=reasons.SAME_HAND,
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
            "The U-Net with BCE finds too little scar.": Beyond(
                _T2, _U_BCE, "scar_burden_error_percent", "below", 0.0
            ),
            "Dice in place of BCE finds more scar.": Better(
                _T2, _U_DICE, _U_BCE, "scar_burden_prediction_percent"
            ),
            "SE in place of Dice finds more scar.": Better(
                _T2, _U_SE, _U_DICE, "scar_burden_prediction_percent"
            ),
        },
        otherwise=reasons.ALL_OR_NOTHING,
    ),
    *claims_at(
        "JSQ, section 4.3.1 and Fig. 10",
        {
            "The joint network with BCE finds too little scar.": Beyond(
                _T2, _J_BCE, "scar_burden_error_percent", "below", 0.0
            ),
            "With SE and shape attention the joint network finds more scar than with BCE.": Better(
                _T2, _SESA, _J_BCE, "scar_burden_prediction_percent"
            ),
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

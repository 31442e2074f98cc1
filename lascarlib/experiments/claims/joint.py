"""The claims of JSQ (Li et al., 2022) about methods and their parameters."""

from lascarlib.experiments.claims import reasons
from lascarlib.experiments.claims.claim import Untestable, claims_at
from lascarlib.experiments.comparisons import Alike, Better, Beyond

_T2, _T4, _T5, _F9 = "jsq-table-2", "jsq-table-4", "jsq-table-5", "jsq-figure-9"
_U_BCE, _U_DICE, _U_SE = "U-Net_LA/scar-BCE", "U-Net_LA/scar-Dice", "U-Net_LA/scar-SE"
_J_BCE, _J_SE, _SESA = "AJSQnet-BCE", "AJSQnet-SE", "AJSQnet-SESA"
_SCAR, _DICE, _HD = "scar_surface_dice", "atrium_dice", "atrium_hd_mm"
_FEW = 0.02
"""A difference of Dice that is called none."""

_METHODS = (
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
                _T2, "LA_M + LearnGC", "LA_M + MGMM", _SCAR, margin=_FEW
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
        },
        otherwise=reasons.ALL_OR_NOTHING,
    ),
    *claims_at(
        "JSQ, section 4.2.1 and Table 2",
        {
            "The LA is found about as well as two observers agree (Dice_LA 0.913 and "
            "0.894).": Alike(_T2, _SESA, "Inter-Ob", _DICE, margin=_FEW),
            "Scar is found less well than two observers agree (Dice_s 0.543 and 0.580).": Better(
                _T2, "Inter-Ob", _SESA, _SCAR
            ),
        },
        otherwise=reasons.NO_DOUBT,
    ),
)

_STUDIES = (
    *claims_at(
        "JSQ, section 4.2.4, Fig. 9 and Table 5",
        {
            "Spatial encoding lowers the HD of the U-Net (35.2 to 25.7 mm, p < 0.001).": Better(
                _T5, "U-Net_LA-SE", "U-Net_LA-BCE", _HD
            ),
        },
        otherwise=reasons.LITTLE_CLUTTER,
    ),
    *claims_at(
        "JSQ, section 4.2.4 and Table 5",
        {
            "Dice_LA is no other for it (0.892 and 0.893).": Alike(
                _T5, "U-Net_LA-SE", "U-Net_LA-BCE", _DICE, margin=_FEW
            ),
        },
        otherwise=reasons.CHANCE,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 5",
        {
            **{
                f"{name} lower the HD against the plain U-Net (35.2 to {printed} mm).": Better(
                    _T5, name, "U-Net_LA-BCE", _HD
                )
                for name, printed in (
                    ("Dangi et al.", "29.3"),
                    ("Audebert et al.", "29.1"),
                    ("Xue et al.", "32.0"),
                )
            },
            **{
                f"Spatial encoding finds the LA better than {name} (Dice_LA {printed} to "
                "0.893).": Better(_T5, "U-Net_LA-SE", name, _DICE)
                for name, printed in (
                    ("Dangi et al.", "0.863"),
                    ("Audebert et al.", "0.882"),
                    ("Xue et al.", "0.883"),
                )
            },
        },
        otherwise=reasons.REGRESSION,
    ),
    *claims_at(
        "JSQ, section 4.2.4 and Fig. 9",
        {
            f"Dice_LA with beta = {beta} is as with beta = 1, unless beta is extreme.": Alike(
                _F9, f"beta = {beta}", "beta = 1", _DICE, margin=_FEW
            )
            for beta in ("0.5", "1.5", "2")
        },
        otherwise=reasons.CHANCE,
    ),
    *claims_at(
        "JSQ, section 4.2.4 and Table 4",
        {
            f"Dice_s with maps {name} is as with the proposed ones ({printed} and 0.543).": Alike(
                _T4, name, "exp(-|phi|), L2", _SCAR, margin=_FEW
            )
            for name, printed in (
                ("expit(-phi), L2", "0.535"),
                ("exp(-|phi|), Hellinger", "0.522"),
                ("exp(-|phi|) normalised, L2", "0.523"),
                ("expit(-phi) normalised, L2", "0.525"),
            )
        },
        otherwise=reasons.CHANCE,
    ),
    *claims_at(
        "JSQ, section 4.3.2",
        {
            "Onto which LA the scar is projected does not matter (Dice_s 0.542 and 0.543, p = "
            "0.860).": Alike(
                "jsq-projection", "onto the automatic LA", "onto the manual LA", _SCAR, margin=_FEW
            ),
        },
        otherwise=reasons.CHANCE,
    ),
    *claims_at(
        "JSQ, section 4.2.4",
        {
            "KL divergence is less effective than L2 and Hellinger, in cost and "
            "stability.": Untestable(
                "JSQ cites this and runs no KL; the library has it as spatial.metric=kl."
            ),
        },
    ),
    *claims_at(
        "JSQ, section 4.1",
        {
            "One test image takes 8 s.": Untestable("A time of another machine."),
        },
    ),
)

CLAIMS = (*_METHODS, *_STUDIES)
"""Of methods, then of parameters."""

"""The claims of JSQ (Li et al., 2022) about methods and their parameters."""

from lascarlib.experiments.claims.claim import Claim, Untestable
from lascarlib.experiments.comparisons import Alike, Better, Beyond

_T2, _T4, _T5, _F9 = "jsq-table-2", "jsq-table-4", "jsq-table-5", "jsq-figure-9"
_U_BCE, _U_DICE, _U_SE = "U-Net_LA/scar-BCE", "U-Net_LA/scar-Dice", "U-Net_LA/scar-SE"
_J_BCE, _J_SE, _SESA = "AJSQnet-BCE", "AJSQnet-SE", "AJSQnet-SESA"
_SCAR, _DICE, _HD = "scar_surface_dice", "atrium_dice", "atrium_hd_mm"
_FEW = 0.02
"""A difference of Dice that is called none."""

_METHODS = (
    Claim(
        "One network for both tasks finds scar better than networks apart, with BCE (Dice_s 0.357 "
        "to 0.484).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _J_BCE, _U_BCE, _SCAR),
    ),
    Claim(
        "So does it with SE (0.485 to 0.518).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _J_SE, _U_SE, _SCAR),
    ),
    Claim(
        "It finds the LA better too, with BCE (HD 36.4 to 28.5 mm).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _J_BCE, _U_BCE, _HD),
    ),
    Claim(
        "And with SE (Dice_LA 0.880 to 0.909).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _J_SE, _U_SE, _DICE),
    ),
    Claim(
        "Spatial encoding lowers the HD of networks apart (36.4 to 25.1 mm).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _U_SE, _U_BCE, _HD),
    ),
    Claim(
        "It lowers that of the joint network (28.5 to 22.4 mm).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _J_SE, _J_BCE, _HD),
    ),
    Claim(
        "It finds scar better than BCE, apart (Dice_s 0.357 to 0.485).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _U_SE, _U_BCE, _SCAR),
    ),
    Claim(
        "It finds scar better than Dice, apart (0.374 to 0.485).",
        "JSQ, section 4.3.2 and Table 2",
        Better(_T2, _U_SE, _U_DICE, _SCAR),
    ),
    Claim(
        "Shape attention adds to that (0.518 to 0.543).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _SESA, _J_SE, _SCAR),
    ),
    Claim(
        "It costs Accuracy against the joint network with BCE (0.887 to 0.867, p <= 0.001).",
        "JSQ, section 4.3.1 and Table 2",
        Better(_T2, _J_BCE, _SESA, "scar_acc"),
    ),
    Claim(
        "Its sensitivity is higher (0.380 to 0.558).",
        "JSQ, section 4.3.1",
        Better(_T2, _SESA, _J_BCE, "scar_sen"),
    ),
    Claim(
        "Its specificity is lower (0.971 to 0.915).",
        "JSQ, section 4.3.1",
        Better(_T2, _J_BCE, _SESA, "scar_spe"),
    ),
    *(
        Claim(
            f"The proposed method finds scar better than {name} (Dice_s {printed} to 0.543).",
            "JSQ, section 4.3.2 and Table 2",
            Better(_T2, _SESA, name, _SCAR),
        )
        for name, printed in (
            ("LA_U-Net + Otsu", "0.359"),
            ("LA_U-Net + MGMM", "0.430"),
            (_U_BCE, "0.357"),
            (_U_DICE, "0.374"),
            (_U_SE, "0.485"),
        )
    ),
    Claim(
        "Otsu needs an accurate LA: on the manual one it does better (Dice_s 0.359 to 0.420).",
        "JSQ, section 4.3.2 and Table 2",
        Better(_T2, "LA_M + Otsu", "LA_U-Net + Otsu", _SCAR),
    ),
    Claim(
        "So does MGMM (0.430 to 0.499).",
        "JSQ, section 4.3.2 and Table 2",
        Better(_T2, "LA_M + MGMM", "LA_U-Net + MGMM", _SCAR),
    ),
    Claim(
        "LearnGC and MGMM score alike on the manual LA (Dice_s 0.481 and 0.499).",
        "JSQ, section 4.3.2 and Table 2",
        Alike(_T2, "LA_M + LearnGC", "LA_M + MGMM", _SCAR, margin=_FEW),
    ),
    Claim(
        "LearnGC is the more accurate (0.717 to 0.868).",
        "JSQ, section 4.3.2 and Table 2",
        Better(_T2, "LA_M + LearnGC", "LA_M + MGMM", "scar_acc"),
    ),
    Claim(
        "Otsu finds too little scar.",
        "JSQ, section 4.3.2 and Fig. 10",
        Beyond(_T2, "LA_U-Net + Otsu", "scar_burden_error_percent", "below", 0.0),
    ),
    Claim(
        "So does the U-Net with BCE.",
        "JSQ, section 4.3.2 and Fig. 10",
        Beyond(_T2, _U_BCE, "scar_burden_error_percent", "below", 0.0),
    ),
    Claim(
        "The LA is found about as well as two observers agree (Dice_LA 0.913 and 0.894).",
        "JSQ, section 4.2.1 and Table 2",
        Alike(_T2, _SESA, "Inter-Ob", _DICE, margin=_FEW),
    ),
    Claim(
        "Scar is found less well than two observers agree (Dice_s 0.543 and 0.580).",
        "JSQ, section 4.2.1 and Table 2",
        Better(_T2, "Inter-Ob", _SESA, _SCAR),
    ),
)

_STUDIES = (
    Claim(
        "Spatial encoding lowers the HD of the U-Net (35.2 to 25.7 mm, p < 0.001).",
        "JSQ, section 4.2.4, Fig. 9 and Table 5",
        Better(_T5, "U-Net_LA-SE", "U-Net_LA-BCE", _HD),
    ),
    Claim(
        "Dice_LA is no other for it (0.892 and 0.893).",
        "JSQ, section 4.2.4 and Table 5",
        Alike(_T5, "U-Net_LA-SE", "U-Net_LA-BCE", _DICE, margin=_FEW),
    ),
    *(
        Claim(
            f"{name} lower the HD against the plain U-Net (35.2 to {printed} mm).",
            "JSQ, section 4.3.2 and Table 5",
            Better(_T5, name, "U-Net_LA-BCE", _HD),
        )
        for name, printed in (
            ("Dangi et al.", "29.3"),
            ("Audebert et al.", "29.1"),
            ("Xue et al.", "32.0"),
        )
    ),
    *(
        Claim(
            f"Spatial encoding finds the LA better than {name} (Dice_LA {printed} to 0.893).",
            "JSQ, section 4.3.2 and Table 5",
            Better(_T5, "U-Net_LA-SE", name, _DICE),
        )
        for name, printed in (
            ("Dangi et al.", "0.863"),
            ("Audebert et al.", "0.882"),
            ("Xue et al.", "0.883"),
        )
    ),
    *(
        Claim(
            f"Dice_LA with beta = {beta} is as with beta = 1, unless beta is extreme.",
            "JSQ, section 4.2.4 and Fig. 9",
            Alike(_F9, f"beta = {beta}", "beta = 1", _DICE, margin=_FEW),
        )
        for beta in ("0.5", "1.5", "2")
    ),
    *(
        Claim(
            f"Dice_s with maps {name} is as with the proposed ones ({printed} and 0.543).",
            "JSQ, section 4.2.4 and Table 4",
            Alike(_T4, name, "exp(-|phi|), L2", _SCAR, margin=_FEW),
        )
        for name, printed in (
            ("expit(-phi), L2", "0.535"),
            ("exp(-|phi|), Hellinger", "0.522"),
            ("exp(-|phi|) normalised, L2", "0.523"),
            ("expit(-phi) normalised, L2", "0.525"),
        )
    ),
    Claim(
        "Onto which LA the scar is projected does not matter (Dice_s 0.542 and 0.543, p = 0.860).",
        "JSQ, section 4.3.2",
        Alike(
            "jsq-projection",
            "onto the automatic LA",
            "onto the manual LA",
            _SCAR,
            margin=_FEW,
        ),
    ),
    Claim(
        "KL divergence is less effective than L2 and Hellinger, in cost and stability.",
        "JSQ, section 4.2.4",
        Untestable("JSQ cites this and runs no KL; the library has it as spatial.metric=kl."),
    ),
    Claim(
        "One test image takes 8 s.",
        "JSQ, section 4.1",
        Untestable("A time of another machine."),
    ),
)

CLAIMS = (*_METHODS, *_STUDIES)
"""Of methods, then of parameters."""

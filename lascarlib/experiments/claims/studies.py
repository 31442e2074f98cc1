"""The claims of JSQ (Li et al., 2022) about parameters, and about other networks for the LA."""

from lascarlib.experiments.claims import reasons
from lascarlib.experiments.claims.claim import FEW, FEW_SCAR, Untestable, claims_at
from lascarlib.experiments.comparisons import Alike, Better

_T4, _T5, _F9 = "jsq-table-4", "jsq-table-5", "jsq-figure-9"
_SCAR, _DICE, _HD = "scar_surface_dice", "atrium_dice", "atrium_hd_mm"

CLAIMS = (
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
            "Spatial encoding leaves Dice_LA of the U-Net as it is (0.892 and 0.893).": Alike(
                _T5, "U-Net_LA-SE", "U-Net_LA-BCE", _DICE, margin=FEW
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
        },
        otherwise=reasons.REGRESSION,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 5",
        {
            **{
                f"Spatial encoding finds the LA better than {name} (Dice_LA {printed} to "
                f"0.893{chance}).": Better(_T5, "U-Net_LA-SE", name, _DICE)
                for name, printed, chance in (
                    ("Dangi et al.", "0.863", ", p > 0.1"),
                    ("Audebert et al.", "0.882", ", p > 0.1"),
                    ("Xue et al.", "0.883", ""),
                )
            },
        },
        otherwise=reasons.LITTLE_CLUTTER,
    ),
    *claims_at(
        "JSQ, section 4.3.2 and Table 5",
        {
            "Xue et al. find the LA less well than the plain U-Net (Dice_LA 0.892 to 0.883, p = "
            "0.004).": Better(_T5, "U-Net_LA-BCE", "Xue et al.", _DICE),
        },
        otherwise=reasons.REGRESSION,
    ),
    *claims_at(
        "JSQ, section 4.2.4 and Fig. 9",
        {
            f"Dice_LA with beta = {beta} is as with beta = 1: only too extreme values change "
            "it.": Alike(_F9, f"beta = {beta}", "beta = 1", _DICE, margin=FEW)
            for beta in ("0.5", "1.5", "2")
        },
        otherwise=reasons.SQUARES,
    ),
    *claims_at(
        "JSQ, section 4.2.4 and Table 4",
        {
            f"Dice_s with maps {name} is as with the proposed ones ({printed} and 0.543).": Alike(
                _T4, name, "exp(-|phi|), L2", _SCAR, margin=FEW_SCAR
            )
            for name, printed in (
                ("expit(-phi), L2", "0.535"),
                ("exp(-|phi|), Hellinger", "0.522"),
                ("exp(-|phi|) normalised, L2", "0.523"),
            )
        },
        otherwise=reasons.CHANCE,
    ),
    *claims_at(
        "JSQ, section 4.2.4 and Table 4",
        {
            "Normalising the maps by expit leaves Dice_s as it is (0.535 and 0.525, p = "
            "0.127).": Alike(
                _T4, "expit(-phi) normalised, L2", "expit(-phi), L2", _SCAR, margin=FEW_SCAR
            ),
            "The proposed maps, exp(-|phi|) with L2, have a better Dice_s than the paper's second "
            "best, expit with L2 (0.543 and 0.535).": Better(
                _T4, "exp(-|phi|), L2", "expit(-phi), L2", _SCAR
            ),
        },
        otherwise=reasons.CHANCE,
    ),
    *claims_at(
        "JSQ, section 4.3.2",
        {
            "Onto which LA the scar is projected does not matter (Dice_s 0.542 and 0.543, p = "
            "0.860).": Alike(
                "jsq-projection",
                "onto the automatic LA",
                "onto the manual LA",
                _SCAR,
                margin=FEW_SCAR,
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
        "JSQ, section 5",
        {
            "The method reaches Dice_LA 0.913, HD 20.0 mm, Accuracy 0.867 and Dice_s "
            "0.543.": Untestable("A score on patients cannot be held against one on a phantom."),
        },
    ),
    *claims_at(
        "JSQ, section 4.1",
        {
            "One test image takes 8 s.": Untestable("A time of another machine."),
        },
    ),
)
"""In the order of the paper."""

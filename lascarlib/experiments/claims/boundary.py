"""The claims of BF (Zhang et al., 2022)."""

from lascarlib.experiments.claims import reasons
from lascarlib.experiments.claims.claim import Untestable, claims_at
from lascarlib.experiments.comparisons import Better, Beyond

_T1, _T2, _T3 = "bf-table-1", "bf-table-2", "bf-table-3"

_TOP_K, _UAM = "U-Net + TopK", "U-Net + TopK + UAM"
_PLAIN_SCAR, _DM, _DM_UAM = (
    "U-Net, U-Net",
    "U-Net + TopK, U-Net + DM",
    "U-Net + TopK + UAM, U-Net + DM",
)

CLAIMS = (
    *claims_at(
        "BF, section 4 and Table 1",
        {
            "TopK with K = 10 in place of cross-entropy lowers the LA's HD (by 3.5 % in the text, "
            "2.9 % in the table).": Better(_T1, "K = 10", "K = 100", "atrium_hd_mm"),
            "TopK with K = 10 lowers the LA's ASD (by 2.5 % in the text, 1.9 % in the "
            "table).": Better(_T1, "K = 10", "K = 100", "atrium_asd_mm"),
            "TopK with K = 10 raises the LA's Dice a little (by 0.2 %).": Better(
                _T1, "K = 10", "K = 100", "atrium_dice"
            ),
            "With a larger K the focus on the boundary is lost: the HD of K = 10 is lower than "
            "that of K = 20.": Better(_T1, "K = 10", "K = 20", "atrium_hd_mm"),
            "The ASD of K = 10 is lower than that of K = 20 too.": Better(
                _T1, "K = 10", "K = 20", "atrium_asd_mm"
            ),
        },
        otherwise=reasons.SMALL_K,
    ),
    *claims_at(
        "BF, Table 1",
        {
            "With K = 5 the network cannot be trained. (Taken here as a mean LA Dice below "
            "0.5.)": Beyond(_T1, "K = 5", "atrium_dice", "below", 0.5),
        },
        otherwise=reasons.STABLE,
    ),
    *claims_at(
        "BF, section 4 and Fig. 4",
        {
            "As training goes on, the voxels TopK keeps gather at the boundary of the "
            "LA.": Untestable(
                "Not by a table: the chapter on losses counts it while a network learns, and "
                "draws it."
            ),
        },
    ),
    *claims_at(
        "BF, section 2",
        {
            "A loss that looks at the boundary alone is unstable; Dice is needed at the early "
            "stage.": Untestable(
                "BF trains no such loss either; the library couples TopK with Dice as BF does."
            ),
        },
    ),
    *claims_at(
        "BF, Table 2",
        {
            "TopK raises the LA's Dice where data is scarce (85.77 to 88.09 %).": Better(
                _T2, _TOP_K, "U-Net", "atrium_dice"
            ),
            "TopK lowers the LA's HD where data is scarce (50.74 to 25.86 mm).": Better(
                _T2, _TOP_K, "U-Net", "atrium_hd_mm"
            ),
            "TopK lowers the LA's ASD where data is scarce (2.201 to 2.110 mm).": Better(
                _T2, _TOP_K, "U-Net", "atrium_asd_mm"
            ),
        },
        otherwise=reasons.SMALL_K,
    ),
    *claims_at(
        "BF, Table 2",
        {
            "The uncertainty-aware module raises the LA's Dice (88.09 to 90.51 %).": Better(
                _T2, _UAM, _TOP_K, "atrium_dice"
            ),
            "The uncertainty-aware module lowers the LA's HD (25.86 to 23.32 mm).": Better(
                _T2, _UAM, _TOP_K, "atrium_hd_mm"
            ),
            "The uncertainty-aware module lowers the LA's ASD (2.110 to 1.64 mm).": Better(
                _T2, _UAM, _TOP_K, "atrium_asd_mm"
            ),
        },
        otherwise=reasons.NO_OUTLIERS,
    ),
    *claims_at(
        "BF, section 2",
        {
            "Lowering the threshold improves the LA of unusually uncertain cases. (Tested on "
            "cases unlike those learned from, those alone that the module calls outliers.)": Better(
                _T2, "U-Net + TopK + UAM, hard", "U-Net + TopK, hard", "atrium_dice", only="outlier"
            ),
        },
        otherwise=reasons.TOO_BOLD,
    ),
    *claims_at(
        "BF, section 4 and Table 2",
        {
            "TopK and UAM together raise the LA's Dice by 4.7 points.": Better(
                _T2, _UAM, "U-Net", "atrium_dice"
            ),
            "TopK and UAM together lower the LA's HD by 27 mm.": Better(
                _T2, _UAM, "U-Net", "atrium_hd_mm"
            ),
            "TopK and UAM together lower the LA's ASD by 0.56 mm.": Better(
                _T2, _UAM, "U-Net", "atrium_asd_mm"
            ),
        },
        otherwise=reasons.TOP_K_ALONE,
    ),
    *claims_at(
        "BF, Table 3",
        {
            "A distance map of the LA's boundary, with TopK, raises the scar's Dice (60.46 to "
            "61.45 %).": Better(_T3, _DM, _PLAIN_SCAR, "scar_dice"),
        },
        otherwise=reasons.EASY_BOUNDARY,
    ),
    *claims_at(
        "BF, Table 3",
        {
            "With the UAM the scar's Dice rises further (61.45 to 64.08 %).": Better(
                _T3, _DM_UAM, _DM, "scar_dice"
            ),
        },
        otherwise=reasons.NO_OUTLIERS,
    ),
    *claims_at(
        "BF, section 4 and Table 3",
        {
            "All together raise the scar's Dice by 4 % over nnU-Net (60.46 to 64.08 %).": Better(
                _T3, _DM_UAM, _PLAIN_SCAR, "scar_dice"
            ),
        },
        otherwise=reasons.EASY_BOUNDARY,
    ),
    *claims_at(
        "BF, section 2 and Fig. 2",
        {
            "A band of three voxels round the LA's boundary covers the scars. (Taken as more than "
            "nine tenths of their voxels.)": Beyond(
                "bf-figure-2", "manual LA and scar", "scar_in_band", "above", 0.9
            ),
        },
        otherwise=reasons.SLICES,
    ),
    *claims_at(
        "BF, section 2",
        {
            "Scars lie beside the LA's boundary, not exactly on it. (Taken as fewer than half of "
            "their voxels on the LA's outermost ones.)": Beyond(
                "bf-figure-2", "manual LA and scar", "scar_on_surface", "below", 0.5
            ),
        },
        otherwise=reasons.SLICES,
        built_in="The phantom draws every scar outside the LA, so it is true by construction.",
    ),
    *claims_at(
        "BF, abstract",
        {
            "The method reaches 88.98 % Dice for the LA and 64.08 % for the scar on LAScarQS "
            "2022.": Untestable(
                "A score on patients cannot be held against one on a phantom; with the "
                "challenge's data in LASCAR_DATA the gpu profile runs it there."
            ),
        },
    ),
    *claims_at(
        "BF, section 3",
        {
            "The distance map takes 30 s an image.": Untestable(
                "A time of another machine and code; `benchmarks/results/distance_maps.md` has "
                "ours."
            ),
        },
    ),
)
"""In the order of the paper's tables."""

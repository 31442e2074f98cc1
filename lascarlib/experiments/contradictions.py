"""Where the papers contradict themselves, each other, or their code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contradiction:
    """Two statements that cannot both hold, or a statement the code does not follow.

    Args:
        place: paper and place.
        text: the two sides.
        choice: what the library does.
    """

    place: str
    text: str
    choice: str


CONTRADICTIONS = (
    Contradiction(
        "BF, section 4 and Table 1",
        "The text says that K = 10 lowers HD by 3.5 % and ASD by 2.5 %; the table gives 2.9 % and "
        "1.9 %. (Against K = 20 the table's HD gives 3.5 %, but its ASD 1.2 %.)",
        "The table is taken.",
    ),
    Contradiction(
        "BF, section 4 and Table 1",
        "The focus on the boundary is said to be lost gradually as K grows, as larger HD shows; "
        "but K = 100 has a smaller HD (16.94) than K = 20 (17.05).",
        "K = 10 is compared with either.",
    ),
    Contradiction(
        "BF, abstract and Table 1",
        "The abstract reports an LA Dice of 88.98 %, the table 88.96 %.",
        "The table is taken.",
    ),
    Contradiction(
        "BF, Tables 1 and 2",
        "K = 100 is the baseline, yet it scores 88.78 % in Table 1 and 85.77 % in Table 2: Table 1 "
        "must be of Task 2, which the paper does not say.",
        "Table 1 is run on cases of three centres, as Task 2 has them.",
    ),
    Contradiction(
        "BF, section 4 and Tables 1 to 3",
        "Gains in percent are relative in one sentence (HD by 3.5 %, Dice by 0.2 %) and points in "
        "the next (Dice by 4.7 %, from 85.77 to 90.51; scar by 4 %, from 60.46 to 64.08).",
        "Effects are differences in the metric's own unit.",
    ),
    Contradiction(
        "BF, section 3",
        "Images of 576 or 640 voxels a side are 0.625 mm fine in training and 1.0 mm in the test: "
        "fields of view of 360 to 400 mm there, 576 to 640 mm here.",
        "Whatever an image's header says is taken.",
    ),
    Contradiction(
        "BF, Eq. 1",
        "N is not defined: the number of all voxels, or of those kept.",
        "The mean over those kept, as nnU-Net's TopK loss takes it.",
    ),
    Contradiction(
        "BF, Eq. 4 and section 2",
        "The equation dilates the ground truth, the text takes the boundary of the prediction.",
        "Stage 2 learns on out-of-fold predictions; `scar_maps` chooses the manual LA.",
    ),
    Contradiction(
        "BF, Eq. 6",
        "One is subtracted from a distance in mm: at voxels under 1 mm those just inside the band "
        "come out on the wrong side of zero.",
        "The literal formula; `distance_map` chooses a consistent one.",
    ),
    Contradiction(
        "BF, section 2",
        "Outliers are three standard deviations away from the mean, but only uncertain ones are "
        "meant to get the lower threshold.",
        "Above the mean only; `uncertainty.two_sided` takes both sides.",
    ),
    Contradiction(
        "BF, abstract",
        "The code is promised at an address that holds one line of text.",
        "What the paper leaves open follows nnU-Net, and is said where it does.",
    ),
    Contradiction(
        "JSQ, Tables 2 and 5",
        "The U-Nets for the LA score 0.889 (BCE) and 0.880 (SE) in Table 2, 0.892 and 0.893 in "
        "Table 5; so SE costs Dice in one table and not in the other, while section 4.3.1 says "
        "that it does better.",
        "Both tables share one training here.",
    ),
    Contradiction(
        "JSQ, Eq. 9 and Tables 2 to 4",
        "On a surface labelled all over, Accuracy and generalised Dice are the same number; the "
        "tables print two.",
        "They are equal in our tables.",
    ),
    Contradiction(
        "JSQ, sections 4.1 and 4.3.2, and Table 2",
        "Scores of scar are said to be taken on the manual LA; but the 0.543 ± 0.097 of Table 2 is "
        "what section 4.3.2 gives for the automatic one, and 0.542 ± 0.105 for the manual.",
        "The manual LA; `jsq-projection` compares the two.",
    ),
    Contradiction(
        "JSQ, section 4.2.2 and Table 3",
        "On the three other cohorts the quantification of scar is said to be worse; so is Dice_s "
        "(0.543 to 0.218), but Accuracy (0.867 to 0.898) and Dice_g (0.868 to 0.928) are better.",
        "Dice_s is judged: where there is little scar, Accuracy is high whatever is found.",
    ),
    Contradiction(
        "JSQ, Tables 2 and 4",
        "A gain of 0.025 in Dice_s (shape attention) is an improvement, a loss of 0.021 "
        "(Hellinger) shows that the method is robust.",
        "Differences up to 0.025 count as none where a claim is that two things are alike.",
    ),
    Contradiction(
        "JSQ, section 4.3.3 and Table 6",
        "Every earlier work is said to reach a Dice of the LA similar to JSQ's 0.913 or worse; the "
        "table lists one of 0.931, which the same paragraph calls better. And it speaks of seven "
        "works where the table has eight.",
        "The table is repeated as printed.",
    ),
    Contradiction(
        "JSQ, Eq. 3",
        "Binary cross-entropy is printed without its minus sign.",
        "It is a loss.",
    ),
    Contradiction(
        "JSQ, Eq. 3 to 6 and its code",
        "The paper sums over voxels, the code averages; at the paper's learning rate the sums "
        "would be millions of times larger.",
        "Means; `spatial.reduction=sum` takes the paper's word.",
    ),
    Contradiction(
        "JSQ, section 4.1 and its code",
        "SGD with steps in the paper, Adam with a decay per epoch in the code; growth by a tenth "
        "every 200 iterations there, by a twentieth every ten epochs here.",
        "The paper's; `spatial.weights` chooses the code's.",
    ),
    Contradiction(
        "JSQ, Eq. 7 and its code",
        "The terms of shape attention, a contribution of the paper, are commented out of the "
        "code's sum.",
        "They are in; `spatial.weights=code` leaves them out.",
    ),
    Contradiction(
        "JSQ, Eq. 6 and its code",
        "The code takes as M1 the voxels whose target probability is between 0.45 and 0.5, of "
        "which exp(-d) on a voxel grid has none.",
        "The surface of the true LA; `spatial.true_mask=target-band` takes the code's.",
    ),
    Contradiction(
        "JSQ, section 4.1 and its code",
        "Images are cropped round their own centre in the paper; the code's test crop is centred "
        "on the true label, which a new patient does not have.",
        "The whole image is predicted.",
    ),
    Contradiction(
        "JSQ, section 4.1 and its code",
        "The paper z-scores images; the code does so along one axis only, and lays the attention "
        "mask of each case of a batch on every other.",
        "Images are z-scored as wholes, and a mask serves its own case; the code's ways are not "
        "offered.",
    ),
    Contradiction(
        "JSQ, section 4.3.1 and Fig. 9(b)",
        "The caption has four typical cases, the text three examples.",
        "Every test case is scored; notebook 12 draws its own.",
    ),
    Contradiction(
        "BF and JSQ",
        "Both report a Dice of scar: BF does not say of what, JSQ's is on the surface after a "
        "projection. The two cannot be compared.",
        "Two metrics, scar Dice and Dice_s.",
    ),
)
"""In the order of the papers."""

"""Why a run of this size on a phantom may come out otherwise than a paper's on patients."""

SMALL_K = (
    "TopK leaves out what a network finds easy. While it is still learning where the LA is, that "
    "may be what it needs, and these trainings are hundreds of times shorter than the paper's: a "
    "small K begins late."
)
STABLE = (
    "BF learns by stochastic gradient descent, whose steps grow with the gradient; the cpu profile "
    "by AdamW, whose steps do not. A training that fails there is only slow here."
)
NO_OUTLIERS = (
    "The module touches nothing but outliers, cases more than three SD more uncertain than those "
    "of the cross-validation. Test cases drawn like those learned from are seldom outliers, and "
    "every other mask stays as it was."
)
TOP_K_ALONE = (
    "Where the module finds no outlier it touches no mask, and what is left of the two is TopK."
)
TOO_BOLD = (
    "A lower threshold adds voxels. It helps where a strange image made the network timid, and "
    "harms where it made it bold; here it mostly made it bold."
)
EASY_BOUNDARY = (
    "On the phantom the LA is bright and its boundary is seen in the image itself, so that the map "
    "tells the network little that it does not see; and where the LA was predicted wrongly, the "
    "map misleads."
)
SLICES = (
    "The band is made slice by slice: scar above the LA's roof or below its floor has none "
    "in its own slice."
)
TWO_TASKS = (
    "The networks here are small and train for minutes: in so short a time two tasks may compete "
    "for the features before they help each other."
)
LITTLE_CLUTTER = (
    "Spatial encoding punishes what lies far from the LA. The phantom's field of view is 120 mm "
    "wide and leaves little room for that, and the term's weight, 0.01, has hardly begun to grow "
    "when a training of this length ends."
)
LATE_SCAR = (
    "The maps of SE fall off within a millimetre, on a grid of two; scar is where one map exceeds "
    "the other, and it is the rarer. So scar appears late in a training, and these are short."
)
SMALL_WEIGHTS = (
    "The attention's weights, 0.01 and 0.001, are small beside the 10 of the scar's term, and the "
    "one that grows does so over thousands of iterations."
)
MORE_OR_LESS = (
    "Accuracy, sensitivity and specificity follow from how much scar a row finds at all; see the "
    "shares of scar: a network that is trained for minutes finds too little."
)
BRIGHT_SCAR = (
    "Otsu and the mixture need no training. The networks begin from nothing and stop after minutes."
)
SAME_HAND = (
    "LearnGC learns from labels drawn by the formula that drew those it is scored on; the mixture "
    "learns from none."
)
GOOD_ATRIUM = "The U-Net finds the phantom's LA so well that the manual one has little advantage."
CUTS_THE_WALL = (
    "Otsu splits a histogram in two of its own accord. Where few voxels are very bright it takes "
    "only those; the phantom's scar and wall overlap so widely that it cuts through the wall."
)
NO_DOUBT = (
    "The phantom's boundary is drawn by a formula, without the doubt in which two annotators "
    "differ: what the observers here disagree about was set, not found."
)
REGRESSION = (
    "These networks learn a distance beside the mask or in its place, a second task that a "
    "training of minutes has hardly begun."
)
SQUARES = (
    "The larger beta, the more a voxel far from the LA weighs: in a wide image it may outweigh all "
    "else, and to find nothing is then the cheapest answer."
)
CHANCE = (
    "Short trainings differ by chance: how far another seed moves a row's mean, its line in the "
    "table says."
)
VOXELS_ALONE = (
    "Centres differ here in their voxels alone. The phantom models no other scanner, protocol or "
    "annotator; what the paper lost beyond this is theirs."
)
ALL_OR_NOTHING = (
    "A network that was trained for minutes finds scar in some cases and hardly any in others, "
    "and which of them is partly chance."
)

OF_ANY_DATA = frozenset(
    {
        SQUARES,
        SMALL_K,
        STABLE,
        NO_OUTLIERS,
        TOP_K_ALONE,
        REGRESSION,
        CHANCE,
        TWO_TASKS,
        SMALL_WEIGHTS,
    }
)
"""Those that lie in the length of the trainings, and hold on patients too."""

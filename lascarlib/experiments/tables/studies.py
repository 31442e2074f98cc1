"""Parameter studies: those in JSQ's text and figures, and one of ours."""

from lascarlib.experiments.declaration import Experiment, Network, Row
from lascarlib.experiments.tables.data import ABLATION, PICTURED
from lascarlib.experiments.tables.joint import ALL_METRICS, LA_METRICS, SESA, U_NET_LA, WITH_SCAR


def _beta(value: float) -> Network:
    settings = {} if value == 1.0 else {"spatial.beta": value}
    return Network("unet-se", settings, stages=("atrium",))


FIGURE_9 = Experiment(
    name="jsq-figure-9",
    source="JSQ, Fig. 9",
    question="How much does the exponent of the distance map matter?",
    metrics=LA_METRICS,
    rows=(
        Row("without SE", U_NET_LA),
        *(Row(f"beta = {value:g}", _beta(value)) for value in (0.25, 0.5, 1.0, 1.5, 2.0)),
    ),
    data=ABLATION,
    note="The paper shows a plot without numbers.",
    pictured=PICTURED["ablation"],
)

WEIGHTS = Experiment(
    name="jsq-weights",
    source="JSQ, section 4.1, and the authors' code",
    question="Do the weights of the loss matter, and how fast they grow?",
    metrics=ALL_METRICS,
    rows=(
        Row("paper: a tenth every 200 iterations", SESA),
        Row(
            "code: a twentieth every ten epochs, no attention",
            Network("atrialjsqnet", {"spatial.weights": "code"}),
        ),
        Row(
            "code, with its attention",
            Network("atrialjsqnet", {"spatial.weights": "code-with-attention"}),
        ),
    ),
    data=WITH_SCAR,
    note="A parameter study of ours. In the cpu profile a training is so short that the paper's "
    "weights grow by less than half, not many times over as in a long one.",
)

PROJECTION = Experiment(
    name="jsq-projection",
    source="JSQ, section 4.3.2",
    question="Does it matter onto which atrium the scar is projected?",
    metrics=("scar_surface_dice",),
    rows=(
        Row("onto the manual LA", SESA, {"scar_surface_dice": (0.542, 0.105)}),
        Row(
            "onto the automatic LA",
            Network("atrialjsqnet", surface="automatic"),
            {"scar_surface_dice": (0.543, 0.097)},
        ),
    ),
    data=WITH_SCAR,
)

OUTLIERS = Experiment(
    name="jsq-outliers",
    source="JSQ, section 4.2.2",
    question="How much do the three worst cases weigh?",
    metrics=("scar_surface_dice",),
    rows=(
        Row("all cases", SESA, {"scar_surface_dice": (0.543, 0.097)}),
        Row(
            "without the three worst",
            Network("atrialjsqnet", without_worst=3),
            {"scar_surface_dice": (0.577, 0.054)},
        ),
    ),
    data=WITH_SCAR,
    note="The paper says special cases, and names those with the worst surface Dice.",
)

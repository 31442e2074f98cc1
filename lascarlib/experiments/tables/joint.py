"""The tables of JSQ (Li et al., 2022) that compare methods: 2, 4 and 5."""

from collections.abc import Mapping
from typing import Any

from lascarlib.experiments.declaration import (
    Classical,
    Experiment,
    LearnGC,
    Network,
    Observer,
    Row,
)
from lascarlib.experiments.tables.data import ABLATION, PICTURED

Pair = tuple[float, float]

WITH_SCAR = {profile: {"phantom": data["phantom"]} for profile, data in ABLATION.items()}
"""Utah 2018 has no labels of scar."""

ALL_METRICS = (
    "atrium_dice",
    "atrium_asd_mm",
    "atrium_hd_mm",
    "scar_acc",
    "scar_surface_dice",
    "scar_gdsc",
)
LA_METRICS = ALL_METRICS[:3]
_SCAR = ALL_METRICS[3:]

U_NET_LA = Network("unet-bce", stages=("atrium",))
SESA = Network("atrialjsqnet")


def la(*pairs: Pair) -> dict[str, Pair]:
    """Printed Dice, ASD and HD of the LA."""
    return dict(zip(LA_METRICS, pairs, strict=True))


def scar(*pairs: Pair) -> dict[str, Pair]:
    """Printed Accuracy, Dice_s and Dice_g of the scar."""
    return dict(zip(_SCAR, pairs, strict=True))


TABLE_2 = Experiment(
    name="jsq-table-2",
    source="JSQ, Table 2",
    question="Is one network for atrium and scar, with spatial encoding and shape attention, "
    "better than networks apart and than methods without learning?",
    metrics=(
        *ALL_METRICS,
        "scar_sen",
        "scar_spe",
        "scar_burden_reference_percent",
        "scar_burden_prediction_percent",
        "scar_burden_error_percent",
    ),
    rows=(
        Row("LA_M + Otsu", Classical("otsu"), scar((0.750, 0.219), (0.420, 0.106), (0.750, 0.188))),
        Row("LA_M + MGMM", Classical("mgmm"), scar((0.717, 0.250), (0.499, 0.148), (0.725, 0.239))),
        Row("LA_M + LearnGC", LearnGC(), scar((0.868, 0.024), (0.481, 0.151), (0.856, 0.029))),
        Row(
            "LA_U-Net + Otsu",
            Classical("otsu", U_NET_LA),
            scar((0.604, 0.339), (0.359, 0.106), (0.567, 0.359)),
        ),
        Row(
            "LA_U-Net + MGMM",
            Classical("mgmm", U_NET_LA),
            scar((0.579, 0.334), (0.430, 0.174), (0.556, 0.370)),
        ),
        Row(
            "U-Net_LA/scar-BCE",
            Network("unet-bce"),
            la((0.889, 0.035), (2.12, 0.797), (36.4, 23.6))
            | scar((0.866, 0.032), (0.357, 0.199), (0.843, 0.043)),
        ),
        Row(
            "U-Net_LA/scar-Dice",
            Network("unet-bce-dice"),
            la((0.891, 0.049), (2.14, 0.888), (35.0, 17.7))
            | scar((0.881, 0.030), (0.374, 0.156), (0.854, 0.041)),
        ),
        Row(
            "U-Net_LA/scar-SE",
            Network("unet-se"),
            la((0.880, 0.058), (2.36, 1.49), (25.1, 11.9))
            | scar((0.868, 0.026), (0.485, 0.129), (0.863, 0.026)),
        ),
        Row(
            "AJSQnet-BCE",
            Network("ajsqnet-bce"),
            la((0.890, 0.042), (2.11, 1.01), (28.5, 14.0))
            | scar((0.887, 0.023), (0.484, 0.099), (0.872, 0.024)),
        ),
        Row(
            "AJSQnet-SE",
            Network("ajsqnet-se"),
            la((0.909, 0.033), (1.69, 0.688), (22.4, 9.80))
            | scar((0.882, 0.026), (0.518, 0.110), (0.871, 0.024)),
        ),
        Row(
            "AJSQnet-SESA",
            SESA,
            la((0.913, 0.032), (1.60, 0.717), (20.0, 9.59))
            | scar((0.867, 0.032), (0.543, 0.097), (0.868, 0.028)),
        ),
        Row(
            "Inter-Ob",
            Observer(),
            la((0.894, 0.011), (1.807, 0.272), (17.0, 5.50))
            | scar((0.891, 0.017), (0.580, 0.110), (0.888, 0.022)),
        ),
    ),
    data=WITH_SCAR,
    note="Accuracy and Dice_g are equal here, as they must be on a surface that is labelled all "
    "over. The phantom's second observer was set to agree with the first in Dice of the LA as the "
    "paper's two do.",
    pictured=PICTURED["ablation"],
)


def _maps(maps: str, metric: str) -> Network:
    changed = {"spatial.wall_maps": maps, "spatial.metric": metric}
    usual = {"spatial.wall_maps": "exp", "spatial.metric": "l2"}
    settings: Mapping[str, Any] = {k: v for k, v in changed.items() if usual[k] != v}
    return Network("atrialjsqnet", settings)


TABLE_4 = Experiment(
    name="jsq-table-4",
    source="JSQ, Table 4",
    question="Does it matter how distances become probabilities, and how maps are compared?",
    metrics=ALL_METRICS,
    rows=(
        Row("exp(-|phi|), L2", _maps("exp", "l2"), TABLE_2.row("AJSQnet-SESA").paper),
        Row(
            "expit(-phi), L2",
            _maps("expit", "l2"),
            la((0.913, 0.029), (1.60, 0.570), (21.4, 9.33))
            | scar((0.880, 0.030), (0.535, 0.116), (0.874, 0.028)),
        ),
        Row(
            "exp(-|phi|), Hellinger",
            _maps("exp", "hellinger"),
            la((0.913, 0.029), (1.57, 0.546), (22.6, 13.5))
            | scar((0.876, 0.033), (0.522, 0.121), (0.871, 0.031)),
        ),
        Row(
            "exp(-|phi|) normalised, L2",
            _maps("exp-normalised", "l2"),
            la((0.909, 0.030), (1.65, 0.590), (20.6, 9.79))
            | scar((0.879, 0.030), (0.523, 0.118), (0.873, 0.027)),
        ),
        Row(
            "expit(-phi) normalised, L2",
            _maps("expit-normalised", "l2"),
            la((0.909, 0.031), (1.64, 0.573), (20.0, 10.3))
            | scar((0.865, 0.037), (0.525, 0.111), (0.865, 0.033)),
        ),
    ),
    data=WITH_SCAR,
)

_SE_LA = Network("unet-se", stages=("atrium",))

TABLE_5 = Experiment(
    name="jsq-table-5",
    source="JSQ, Table 5",
    question="Is spatial encoding a better way to use distances than networks that predict them?",
    metrics=LA_METRICS,
    rows=(
        Row("U-Net_LA-BCE", U_NET_LA, la((0.892, 0.063), (1.99, 0.957), (35.2, 17.8))),
        Row("U-Net_LA-SE", _SE_LA, la((0.893, 0.054), (1.92, 1.09), (25.7, 13.8))),
        Row("Dangi et al.", Network("dangi"), la((0.863, 0.120), (2.54, 2.47), (29.3, 15.0))),
        Row("Audebert et al.", Network("audebert"), la((0.882, 0.093), (2.14, 1.51), (29.1, 15.0))),
        Row("Xue et al.", Network("xue"), la((0.883, 0.090), (2.22, 1.67), (32.0, 15.7))),
    ),
    data=ABLATION,
)

"""The tables of JSQ (Li et al., 2022) that compare data: 1 and 3."""

from lascarlib.experiments.declaration import Experiment, Paper, Row, Scan
from lascarlib.experiments.tables.joint import ALL_METRICS, SESA, WITH_SCAR, la, scar


def _voxel(x: float, y: float, z: float) -> Paper:
    return {"spacing_x_mm": (x, 0.0), "spacing_y_mm": (y, 0.0), "spacing_z_mm": (z, 0.0)}


TABLE_1 = Experiment(
    name="jsq-table-1",
    source="JSQ, Table 1",
    question="In what voxels were the images of the three centres acquired?",
    metrics=("spacing_x_mm", "spacing_y_mm", "spacing_z_mm"),
    rows=(
        Row("Utah", Scan(), _voxel(1.25, 1.25, 2.5), test=("utah",)),
        Row("BIDMC", Scan(), _voxel(1.4, 1.4, 1.4), test=("bidmc",)),
        Row("KCL", Scan(), _voxel(1.3, 1.3, 4.0), test=("kcl",)),
    ),
    data=WITH_SCAR,
    note="The phantom has these voxels by construction; its scanners, echo times and days after "
    "ablation it does not model. Files of the challenges hold reconstructed voxels, not these.",
)

_ISBI = ("utah", "bidmc", "kcl")
_BOTH = ("train", "pre-train")

TABLE_3 = Experiment(
    name="jsq-table-3",
    source="JSQ, Table 3",
    question="What does a network trained after ablation at one centre make of other data?",
    metrics=ALL_METRICS,
    rows=(
        Row(
            "post, on post",
            SESA,
            la((0.913, 0.032), (1.60, 0.717), (20.0, 9.59))
            | scar((0.867, 0.032), (0.543, 0.097), (0.868, 0.028)),
        ),
        Row(
            "post and pre, on post",
            SESA,
            la((0.919, 0.024), (1.44, 0.428), (20.3, 9.74))
            | scar((0.875, 0.034), (0.555, 0.112), (0.874, 0.029)),
            train=_BOTH,
        ),
        Row(
            "post and pre, on pre",
            SESA,
            la((0.911, 0.021), (1.62, 0.517), (21.2, 9.77))
            | scar((0.892, 0.031), (0.405, 0.114), (0.885, 0.031)),
            train=_BOTH,
            test=("pre-test",),
        ),
        Row(
            "post and pre, on both",
            SESA,
            la((0.915, 0.023), (1.53, 0.477), (20.8, 9.64))
            | scar((0.883, 0.033), (0.480, 0.135), (0.880, 0.030)),
            train=_BOTH,
            test=("test", "pre-test"),
        ),
        Row(
            "post, on pre",
            SESA,
            la((0.906, 0.021), (1.71, 0.598), (22.0, 9.26))
            | scar((0.875, 0.040), (0.365, 0.112), (0.872, 0.036)),
            test=("pre-test",),
        ),
        Row(
            "post, on three other cohorts",
            SESA,
            la((0.599, 0.195), (6.87, 5.68), (36.1, 10.5))
            | scar((0.898, 0.044), (0.218, 0.133), (0.928, 0.030)),
            test=_ISBI,
        ),
        Row(
            "post, on Utah",
            SESA,
            la((0.650, 0.174), (6.37, 1.94), (39.5, 10.7))
            | scar((0.880, 0.062), (0.225, 0.116), (0.915, 0.043)),
            test=("utah",),
        ),
        Row(
            "post, on BIDMC",
            SESA,
            la((0.648, 0.061), (5.42, 1.07), (33.7, 7.57))
            | scar((0.909, 0.026), (0.334, 0.050), (0.930, 0.019)),
            test=("bidmc",),
        ),
        Row(
            "post, on KCL",
            SESA,
            la((0.499, 0.267), (8.82, 9.60), (35.2, 13.0))
            | scar((0.905, 0.035), (0.094, 0.095), (0.938, 0.020)),
            test=("kcl",),
        ),
    ),
    data=WITH_SCAR,
    note="The phantom's Utah of 2012 is drawn like that of 2018: only centres with other voxels, "
    "and scar before ablation, are shifts here. Rows share two trainings a seed.",
)

"""The cohorts that the tables are run on, as data sources."""

from lascarlib.experiments.declaration import Cohorts, Data

_SMOKE: Cohorts = {"train": ("phantom:cases=20,seed=1",), "test": ("phantom:cases=6,seed=2",)}

_UTAH: Cohorts = {"train": ("$LASCAR_DATA/utah2018[:40]",), "test": ("$LASCAR_DATA/utah2018[60:]",)}
"""Of the Utah 2018 cases those that may serve to choose anything, 40 to 59, are not touched."""

MULTI_CENTRE: Data = {
    "smoke": {"phantom": _SMOKE},
    "cpu": {
        "phantom": {
            "train": ("phantom:split=task2-train[:40]",),
            "test": ("phantom:split=task2-test",),
        },
        "utah2018": _UTAH,
    },
    "gpu": {
        "phantom": {
            "train": ("phantom:split=task2-train,size=full",),
            "test": ("phantom:split=task2-test,size=full",),
        },
        "lascarqs2022": {
            "train": ("$LASCAR_DATA/lascarqs2022/task2[:100]",),
            "test": ("$LASCAR_DATA/lascarqs2022/task2[100:]",),
        },
        "utah2018": _UTAH,
    },
}
"""LA alone, from three centres: LAScarQS Task 2 (BF Table 1)."""

POST_ABLATION: Data = {
    "smoke": {
        "phantom": {**_SMOKE, "hard": ("phantom:cases=6,seed=3,domain=wide",)},
    },
    "cpu": {
        "phantom": {
            "train": ("phantom:split=task1-train[:40]",),
            "test": ("phantom:cases=20,seed=2023",),
            "hard": ("phantom:cases=20,seed=3,domain=wide",),
        },
        "utah2018": _UTAH,
    },
    "gpu": {
        "phantom": {
            "train": ("phantom:split=task1-train,size=full",),
            "test": ("phantom:cases=20,seed=2023,size=full",),
            "hard": ("phantom:cases=20,seed=3,domain=wide,size=full",),
        },
        "lascarqs2022": {
            "train": ("$LASCAR_DATA/lascarqs2022/task1[:50]",),
            "test": ("$LASCAR_DATA/lascarqs2022/task1[50:]",),
        },
        "utah2018": _UTAH,
    },
}
"""LA and scar: LAScarQS Task 1 (BF Tables 2 and 3). Seed 2023 is that of `task1-test`, whose ten
patients are too few for a table. The cases of "hard" are drawn from ranges that are wider than
those learned from, of contrast, noise, resolution and field of view."""

ABLATION: Data = {
    "smoke": {
        "phantom": {
            **_SMOKE,
            "pre-train": ("phantom:cases=6,seed=4,scar=diffuse",),
            "pre-test": ("phantom:cases=6,seed=5,scar=diffuse",),
            "utah": ("phantom:cases=4,seed=3012,scar=ablation",),
            "bidmc": ("phantom:cases=4,seed=3013,scar=ablation,centre=bidmc",),
            "kcl": ("phantom:cases=4,seed=3014,scar=ablation,centre=kcl",),
        },
    },
    "cpu": {
        "phantom": {
            "train": ("phantom:split=post-train",),
            "test": ("phantom:split=post-test",),
            "pre-train": ("phantom:split=pre-test[20:]",),
            "pre-test": ("phantom:split=pre-test[:20]",),
            "utah": ("phantom:cases=10,seed=3012,scar=ablation",),
            "bidmc": ("phantom:cases=10,seed=3013,scar=ablation,centre=bidmc",),
            "kcl": ("phantom:cases=10,seed=3014,scar=ablation,centre=kcl",),
        },
        "utah2018": _UTAH,
    },
    "gpu": {
        "phantom": {
            "train": ("phantom:split=post-train,size=full",),
            "test": ("phantom:split=post-test,size=full",),
            "pre-train": ("phantom:split=pre-test,size=full[20:]",),
            "pre-test": ("phantom:split=pre-test,size=full[:20]",),
            "utah": ("phantom:cases=10,seed=3012,scar=ablation,size=full",),
            "bidmc": ("phantom:cases=10,seed=3013,scar=ablation,centre=bidmc,size=full",),
            "kcl": ("phantom:cases=10,seed=3014,scar=ablation,centre=kcl,size=full",),
        },
        "utah2018": _UTAH,
    },
}
"""Scar after and before ablation, and other centres: JSQ's 40 and 20 cases after ablation, 40
before it, and 10 from each of three centres."""

PICTURED = {"post-ablation": "phantom_2023_003", "ablation": "phantom_2019_014"}
"""Of the tested cases of the cpu profile the one whose share of scar is the median: chosen by what
is true of it, not by how well it is answered."""

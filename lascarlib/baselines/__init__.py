"""The methods before deep learning: thresholds, a mixture and a graph cut on the LA wall."""

from lascarlib.baselines.graph_cut import energy, minimum_cut
from lascarlib.baselines.methods import METHODS, checked_settings, quantify
from lascarlib.baselines.mixture import Mixture, fit_mixture, mgmm, scar_threshold
from lascarlib.baselines.otsu import otsu
from lascarlib.baselines.quantification import Quantification
from lascarlib.baselines.reference import blood_level, intensity_ratio, n_sd

__all__ = [
    "METHODS",
    "Mixture",
    "Quantification",
    "blood_level",
    "checked_settings",
    "energy",
    "fit_mixture",
    "intensity_ratio",
    "mgmm",
    "minimum_cut",
    "n_sd",
    "otsu",
    "quantify",
    "scar_threshold",
]

"""Methods end to end: BF's two stages with UAM and distance map between, and those of JSQ."""

from lascarlib.pipeline.folder import predict_folder, predicted_already
from lascarlib.pipeline.out_of_fold import out_of_fold_atrium, out_of_fold_probability
from lascarlib.pipeline.predict import (
    Prediction,
    Predictor,
    load_population,
    load_predictor,
    threshold_atrium,
)
from lascarlib.pipeline.scan import check_scan
from lascarlib.pipeline.spatial import train_spatial
from lascarlib.pipeline.train import (
    cross_validate,
    fit_uncertainty,
    train,
    train_atrium,
    train_scar,
)

__all__ = [
    "Prediction",
    "Predictor",
    "check_scan",
    "cross_validate",
    "fit_uncertainty",
    "load_population",
    "load_predictor",
    "out_of_fold_atrium",
    "out_of_fold_probability",
    "predict_folder",
    "predicted_already",
    "threshold_atrium",
    "train",
    "train_atrium",
    "train_scar",
    "train_spatial",
]

"""One case on one page: pictures, numbers, stage, and what to look at twice. Not for the clinic."""

from lascarlib.report.checks import Check, check_prediction
from lascarlib.report.contents import Contents, make_contents
from lascarlib.report.measures import Certainty, Measures, measure_case
from lascarlib.report.stage import STAGINGS, fibrosis_stage
from lascarlib.report.writing import write_report

__all__ = [
    "STAGINGS",
    "Certainty",
    "Check",
    "Contents",
    "Measures",
    "check_prediction",
    "fibrosis_stage",
    "make_contents",
    "measure_case",
    "write_report",
]

"""Experiments: the papers' tables as declarations, their results as records, and verdicts."""

from lascarlib.experiments.claims import CLAIMS, Claim, Untestable
from lascarlib.experiments.contradictions import CONTRADICTIONS
from lascarlib.experiments.declaration import Experiment, Row
from lascarlib.experiments.judging import judge_claims, markdown_claims, plain_claims
from lascarlib.experiments.records import (
    PUBLISHED,
    Record,
    read_records,
    results_folder,
    stored_records,
)
from lascarlib.experiments.rendering import markdown_table, plain_table
from lascarlib.experiments.report import all_records, report_page
from lascarlib.experiments.running import reproduce
from lascarlib.experiments.store import store_folder, stored_folder, stored_run
from lascarlib.experiments.tables import EXPERIMENTS
from lascarlib.experiments.trials import Trial, read_trials
from lascarlib.experiments.units import SEEDS, Unit, is_done, list_units, minutes_shipped
from lascarlib.experiments.verdicts import Verdict, judge, judge_all

__all__ = [
    "CLAIMS",
    "CONTRADICTIONS",
    "EXPERIMENTS",
    "PUBLISHED",
    "SEEDS",
    "Claim",
    "Experiment",
    "Record",
    "Row",
    "Trial",
    "Unit",
    "Untestable",
    "Verdict",
    "all_records",
    "is_done",
    "judge",
    "judge_all",
    "judge_claims",
    "list_units",
    "markdown_claims",
    "markdown_table",
    "minutes_shipped",
    "plain_claims",
    "plain_table",
    "read_records",
    "read_trials",
    "report_page",
    "reproduce",
    "results_folder",
    "store_folder",
    "stored_folder",
    "stored_records",
    "stored_run",
]

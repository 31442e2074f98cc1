"""Every declared row can be made into a config, and every claim names rows that there are."""

import dataclasses
import json

import pytest

from lascarlib.datasets.dataset import digest
from lascarlib.errors import LascarError
from lascarlib.evaluation.cohort import NAMES
from lascarlib.experiments import CLAIMS, CONTRADICTIONS, EXPERIMENTS, SEEDS, Untestable
from lascarlib.experiments.comparisons import Alike, Better, Correlated
from lascarlib.experiments.declaration import LearnGC, Network
from lascarlib.experiments.keys import config_hash, declaration_hash
from lascarlib.experiments.records import record_file
from lascarlib.experiments.rendering import PRINTED

TABLES = list(EXPERIMENTS.values())
by_name = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@by_name
def test_every_row_has_a_config_in_every_profile(table):
    for profile in SEEDS:
        for row in table.rows:
            assert len(config_hash(row, profile=profile, seed=0)) == 12
            assert len(declaration_hash(table, row, profile=profile, domain="phantom")) == 12


@by_name
def test_every_row_has_data_on_the_phantom(table):
    for profile in SEEDS:
        for row in table.rows:
            names = (*row.test, *(row.train if row.learns else ()))
            assert table.sources(names, profile=profile, domain="phantom")


@by_name
def test_printed_values_are_of_metrics_that_are_measured_and_named(table):
    assert set(table.metrics) <= set(PRINTED)
    for row in table.rows:
        assert set(row.paper) <= set(table.metrics)


@by_name
def test_rows_and_their_files_have_names_of_their_own(table, tmp_path):
    places = {
        record_file(
            tmp_path, profile="cpu", experiment=table.name, domain="d", row=row.name, seed=0
        )
        for row in table.rows
    }
    assert len({row.name for row in table.rows}) == len(places) == len(table.rows)


def test_the_papers_tables_have_as_many_rows_as_printed():
    printed = {
        "bf-table-1": 4,
        "bf-table-3": 3,
        "jsq-table-2": 12,  # eleven methods and two observers
        "jsq-table-3": 9,
        "jsq-table-4": 5,
        "jsq-table-5": 5,
    }
    assert {name: len(EXPERIMENTS[name].rows) for name in printed} == printed


def test_bf_says_another_percentage_than_its_table_gives():
    def lowered(metric, row):
        table = EXPERIMENTS["bf-table-1"]
        best, other = table.row("K = 10").paper[metric][0], table.row(row).paper[metric][0]
        return round(100 * (1 - best / other), 1)

    assert (lowered("atrium_hd_mm", "K = 100"), lowered("atrium_asd_mm", "K = 100")) == (2.9, 1.9)
    assert (lowered("atrium_hd_mm", "K = 20"), lowered("atrium_asd_mm", "K = 20")) == (3.5, 1.2)
    assert any("3.5 %" in item.text and "2.9 %" in item.text for item in CONTRADICTIONS)


def test_rows_that_need_the_same_networks_share_them():
    assert len({_networks(row) for row in EXPERIMENTS["bf-table-2"].rows}) == 2
    assert len({_networks(row) for row in EXPERIMENTS["bf-uam"].rows}) == 1
    assert _networks(EXPERIMENTS["jsq-figure-9"].row("beta = 1")) == _networks(
        EXPERIMENTS["jsq-table-5"].row("U-Net_LA-SE")
    )


def _networks(row):
    assert isinstance(row.made, Network)
    return config_hash(row, profile="cpu", seed=0)


@pytest.mark.parametrize("number", range(1, len(CLAIMS) + 1))
def test_every_claim_names_rows_and_metrics_that_there_are(number):
    claim = CLAIMS[number - 1]
    assert claim.text.endswith((".", ".)"))
    assert claim.source.startswith(("BF", "JSQ"))
    if isinstance(claim.test, Untestable):
        assert claim.test.reason.endswith(".")
        return
    test = claim.test
    table = EXPERIMENTS[test.experiment]
    rows = (test.row, test.than) if isinstance(test, Better | Alike) else (test.row,)
    for name in rows:
        table.row(name)
    metrics = (test.x, test.y) if isinstance(test, Correlated) else (test.metric,)
    if isinstance(test, Better) and test.only:
        metrics += (test.only,)
    assert set(metrics) <= set(table.metrics)


def test_an_unknown_row_is_named_with_the_known_ones():
    with pytest.raises(LascarError, match=r"no row 'K = 7'; there are K = 100, K = 20"):
        EXPERIMENTS["bf-table-1"].row("K = 7")


def test_a_field_at_its_default_is_not_in_the_hash():
    table = EXPERIMENTS["jsq-table-2"]
    row = table.row("LA_M + Otsu")
    plain = {"kind": "Classical", "made": {"method": "otsu"}, "train": [], "test": ["a"]}
    data = {"smoke": {"phantom": {"test": ("a",)}}}
    bare = dataclasses.replace(table, data=data)
    found = declaration_hash(bare, row, profile="smoke", domain="phantom")
    assert found == digest(json.dumps(plain, sort_keys=True))[:12]


def test_only_what_decides_a_number_is_in_the_hashes():
    table = EXPERIMENTS["jsq-table-2"]
    learned = next(row for row in table.rows if isinstance(row.made, LearnGC))
    hashes = {config_hash(learned, profile=profile, seed=0) for profile in SEEDS}
    assert len(hashes) == 3
    assert set(table.metrics[:6]) <= set(NAMES)


def test_every_tested_claim_says_what_may_be_behind_another_outcome():
    for claim in CLAIMS:
        assert isinstance(claim.test, Untestable) or claim.otherwise.endswith("."), claim.text

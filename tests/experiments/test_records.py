"""Records keep every number, and count only while their declaration stands."""

import dataclasses
import json
from math import inf, nan
from pathlib import Path

import pytest

from lascarlib.errors import LascarError
from lascarlib.experiments import (
    EXPERIMENTS,
    PUBLISHED,
    Record,
    is_done,
    list_units,
    read_records,
    report_page,
    stored_records,
)
from lascarlib.experiments.keys import config_hash, declaration_hash
from lascarlib.experiments.records import is_current, record_file, write_records

TABLE = EXPERIMENTS["bf-table-1"]
ROW = TABLE.rows[0]


def record(**changes):
    made = Record(
        experiment=TABLE.name,
        row=ROW.name,
        domain="phantom",
        profile="smoke",
        metric="atrium_dice",
        case="a",
        value=0.5,
        seed=0,
        declaration=declaration_hash(TABLE, ROW, profile="smoke", domain="phantom"),
        config=config_hash(ROW, profile="smoke", seed=0),
        commit="0123456789ab",
    )
    return dataclasses.replace(made, **changes)


def place(root, **changes):
    words = {"profile": "smoke", "experiment": TABLE.name, "domain": "phantom", "row": ROW.name}
    return record_file(root, **{**words, "seed": 0, **changes})


def test_records_come_back_as_they_were_an_infinite_distance_too(tmp_path):
    given = [record(), record(metric="atrium_hd_mm", value=inf)]
    write_records(tmp_path / "one.jsonl", given)
    assert read_records(tmp_path / "one.jsonl") == given
    assert "Infinity" not in (tmp_path / "one.jsonl").read_text()


@pytest.mark.parametrize("text", ["{", "[]\n", '{"value": 1}\n'])
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / "one.jsonl").write_text(text)
    with pytest.raises(LascarError, match=r"one\.jsonl: no records of an experiment"):
        read_records(tmp_path / "one.jsonl")


def test_a_file_that_mixes_trainings_or_holds_no_number_is_refused(tmp_path):
    write_records(tmp_path / "mixed", [record(), record(config="0" * 12)])
    text = (tmp_path / "mixed").read_text(encoding="utf-8").splitlines()[0]
    value = json.loads(text)["value"]
    (tmp_path / "nan").write_text(text.replace(f'"value": {value}', '"value": NaN') + "\n")
    for name in ("mixed", "nan"):
        with pytest.raises(LascarError, match="not the records of one training"):
            read_records(tmp_path / name)


@pytest.mark.parametrize(
    "cases", ["aab", "aa", "a"], ids=["twice in one", "twice in all", "the second case is cut"]
)
def test_a_file_that_is_not_whole_is_refused(tmp_path, cases):
    found = [record(case=case) for case in cases]
    found += [record(metric="atrium_hd_mm")] if cases == "a" else []
    found += [record(case="b")] if cases == "a" else []
    write_records(tmp_path / "cut", found)
    with pytest.raises(LascarError, match="lacks a metric or has one twice"):
        read_records(tmp_path / "cut")


def test_what_is_no_number_is_never_written(tmp_path):
    with pytest.raises(LascarError, match="is no number"):
        write_records(tmp_path / "nan", [record(value=nan)])
    assert not (tmp_path / "nan").exists()


def test_a_seed_on_other_data_is_not_mixed_with_the_first(tmp_path):
    for seed, data in ((0, "same"), (1, "other"), (2, "same")):
        config = config_hash(ROW, profile="smoke", seed=seed)
        write_records(place(tmp_path, seed=seed), [record(seed=seed, data=data, config=config)])
    kept = stored_records(TABLE, profile="smoke", roots=(tmp_path,))
    assert [r.seed for r in kept] == [0, 2]


def test_a_record_of_another_config_or_declaration_does_not_count(tmp_path):
    for stale in ({"config": "0" * 12}, {"declaration": "0" * 12}, {"row": "K = 7"}):
        assert not is_current(TABLE, record(**stale))
    assert is_current(TABLE, record(commit="another", made="1999-12-31"))
    write_records(place(tmp_path), [record(config="0" * 12)])
    assert stored_records(TABLE, profile="smoke", roots=(tmp_path,)) == []


def test_the_first_folder_counts(tmp_path):
    for name, value in (("own", 0.7), ("published", 0.5)):
        write_records(place(tmp_path / name), [record(value=value)])
    roots = (tmp_path / "own", tmp_path / "published")
    assert [r.value for r in stored_records(TABLE, profile="smoke", roots=roots)] == [0.7]


def test_rows_scored_on_other_data_are_not_mixed(tmp_path):
    other = TABLE.rows[1]
    words = {"declaration": declaration_hash(TABLE, other, profile="smoke", domain="phantom")}
    words["config"] = config_hash(other, profile="smoke", seed=0)
    write_records(place(tmp_path / "own"), [record(data="train test")])
    for name, data in (("other", "train test2"), ("same", "train test")):
        found = [record(row=other.name, data=data, **words)]
        write_records(place(tmp_path / name, row=other.name), found)
        kept = stored_records(TABLE, profile="smoke", roots=(tmp_path / "own", tmp_path / name))
        assert {r.row for r in kept} == {ROW.name} | ({other.name} if name == "same" else set())


def test_every_published_record_still_belongs_to_its_declaration():
    for path in PUBLISHED.rglob("*.jsonl"):
        for found in read_records(path):
            assert is_current(EXPERIMENTS[found.experiment], found), f"{path}: stale, run it again"
            assert found.commit != "unknown"
            assert not found.commit.endswith("+")


def test_every_published_record_is_of_the_data_of_today():
    units = list_units(EXPERIMENTS.values(), profile="cpu", domains=["phantom"])
    published = [unit for unit in units if unit.file(PUBLISHED).exists()]
    assert published
    for unit in published:
        assert is_done(unit, PUBLISHED), f"{unit.file(PUBLISHED)}: of other data, run it again"


def test_the_page_of_all_claims_is_the_one_the_records_give():
    page = Path(__file__).parents[2] / "book" / "reproducibility.md"
    told = "lascar reproduce --page book/reproducibility.md writes it anew"
    assert page.read_text(encoding="utf-8") == report_page(profile="cpu"), told

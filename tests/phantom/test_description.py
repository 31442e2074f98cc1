import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.phantom import (
    COARSE,
    FULL,
    SPLITS,
    Cohort,
    cohort_json,
    describe_cohort,
    phantom_case,
)
from lascarlib.phantom.observer import second_observer


def test_words_leave_the_rest_as_it_is():
    assert describe_cohort("") == Cohort(24, 0, COARSE)
    assert describe_cohort("size=full,cases=2") == Cohort(2, 0, FULL)
    given = describe_cohort("domain=wide,centre=kcl,scar=diffuse")
    assert given.config == replace(COARSE, domain="wide", centre="kcl", scar_pattern="diffuse")


def test_an_observer_draws_the_same_patients_again():
    given = describe_cohort("cases=1,seed=4,observer=2").config
    assert given == replace(COARSE, observer=2)
    truth = phantom_case(0, seed=4, config=COARSE)
    drawn = phantom_case(0, seed=4, config=given)
    assert np.array_equal(drawn.image, truth.image)
    assert np.array_equal(drawn.atrium, second_observer(truth, seed=2).atrium)


def test_splits_have_the_sizes_of_the_papers():
    cases = {name: describe_cohort(f"split={name}").cases for name in SPLITS}
    assert cases == {
        "task1-train": 60,  # BF, Task 1: 60 + 10
        "task1-test": 10,
        "task2-train": 100,  # BF, Task 2: 100 + 20 of three centres
        "task2-test": 20,
        "post-train": 40,  # JSQ: 40 + 20 after ablation, 40 before
        "post-test": 20,
        "pre-test": 40,
    }
    assert describe_cohort("split=task2-test").config.centre == "mixed"
    assert describe_cohort("split=pre-test").config.scar_pattern == "diffuse"


def test_no_two_splits_share_a_patient():
    seeds = [describe_cohort(f"split={name}").seed for name in SPLITS]
    assert len(set(seeds)) == len(SPLITS)


def test_a_split_is_a_seed_as_the_book_says():
    same = describe_cohort("cases=60,seed=2022")
    assert describe_cohort("split=task1-train") == same
    page = Path(__file__).parents[2] / "book" / "data_sets.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    at = lines.index(f"| split | {' | '.join(f'`{name}`' for name in SPLITS)} |")
    seeds = (str(describe_cohort(f"split={name}").seed) for name in SPLITS)
    assert lines[at + 2] == f"| seed | {' | '.join(seeds)} |"


def test_words_beside_a_split_win():
    given = describe_cohort("split=task2-test,size=full,centre=kcl")
    assert given == Cohort(20, 2025, replace(FULL, centre="kcl"))


def test_no_seed_makes_two_splits_share_a_patient():
    # seed=3 beside both would give phantom_0003_000 to training and to testing.
    for split in SPLITS:
        with pytest.raises(LascarError, match=r"^split says which patients"):
            describe_cohort(f"split={split},seed=3")


def test_blanks_round_words_do_not_count():
    assert describe_cohort(" cases=3, seed = 7 ,") == describe_cohort("cases=3,seed=7")


def test_a_json_holds_the_whole_cohort(tmp_path):
    cohort = Cohort(5, 9, replace(FULL, noise_sd_to_blood=(0.0, 0.5), scar_pattern="diffuse"))
    file = tmp_path / "cohort.json"
    file.write_text(cohort_json(cohort))
    assert describe_cohort(f"cohort={file}") == cohort
    assert describe_cohort(f"cohort={file},seed=2") == replace(cohort, seed=2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("colour=red", "unknown key 'colour'"),
        ("cases=few", "cases is 'few'"),
        ("cases=0", "no case"),
        ("cases=100001", "^100001 cases are too many; ask for at most 100000$"),
        ("domain=mars", "^unknown domain 'mars'; known are real, wide$"),
        ("centre=mayo", "^unknown centre 'mayo'; known are utah, bidmc, kcl, mixed$"),
        ("scar=stripes", "^unknown scar 'stripes'; known are ablation, diffuse, mixed$"),
        ("split=task3", "unknown split 'task3'"),
        ("cases=3,cases=2", "^cases is given twice; leave one of them out$"),
        ("split=task1-train,cases=3", "^split says how many already; leave split or cases out$"),
        ("cohort=mine.json,cases=3", "^cohort says how many already; leave cohort or cases out$"),
        ("cohort=mine.json,split=pre-test", "^split says which patients already; leave split or"),
        ("cohort=nowhere.json", "nowhere.json: cannot be read"),
    ],
)
def test_what_is_unknown_is_refused(words, message):
    with pytest.raises(LascarError, match=message):
        describe_cohort(words)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"cases": 1, "seed": 0, "config": 3}',
        '{"cases": 1, "seed": 0, "config": {}}',
    ],
)
def test_other_files_are_refused(tmp_path, text):
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(LascarError, match=r"other\.json"):
        describe_cohort(f"cohort={file}")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cases": 1.5}, "cases is 1.5; give a whole number"),
        ({"cases": True}, "cases is True; give a whole number"),
        ({"seed": "7"}, "seed is '7'; give a whole number"),
        ({"cases": 10**8}, "100000000 cases are too many"),
        ({"config": {"scar_burden_percent": [150.0, 200.0]}}, "scar_burden_percent must be"),
        ({"config": {"la_volume_mean_ml": float("nan")}}, "la_volume_mean_ml must be"),
        ({"config": {"noise_blur_mm": [-1, 0, 0]}}, "noise_blur_mm must be"),
        ({"config": {"la_volume_sd_ml": "wide"}}, "la_volume_sd_ml must be"),
    ],
)
def test_what_a_json_cannot_mean_is_named_with_its_file(tmp_path, changes, message):
    record = json.loads(cohort_json(Cohort(3, 7, COARSE)))
    config = record["config"] | changes.get("config", {})
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(record | changes | {"config": config}))
    with pytest.raises(LascarError, match=rf"mine\.json: .*{message}"):
        describe_cohort(f"cohort={file}")


def test_an_unknown_field_is_named(tmp_path):
    file = tmp_path / "new.json"
    file.write_text('{"cases": 1, "seed": 0, "config": {"colour": 1}}')
    with pytest.raises(LascarError, match="colour"):
        describe_cohort(f"cohort={file}")

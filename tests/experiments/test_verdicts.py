"""Verdicts from evidence: what is shown, what only looks so, and what cannot be told."""

import dataclasses
from math import inf

import pytest

from lascarlib.experiments.comparisons import Alike, Better, Correlated
from lascarlib.experiments.evidence import Evidence
from lascarlib.experiments.verdicts import judge, judge_all, judge_likeness
from lascarlib.experiments.weighing import weigh

HIGHER = Better("e", "A", "B", "dice")
LOWER = Better("e", "A", "B", "hd_mm")


def test_what_has_no_record_is_not_run_yet():
    assert judge_all([HIGHER], {"e": []}, domain="d")[0].word == "not run yet"


def evidence(effect, *, p=0.01, low=None, high=None, least=0.001, direction=None):
    direction = effect if direction is None else direction
    return Evidence(effect, low, high, p, least, 20, "signed ranks", direction)


@pytest.mark.parametrize(
    ("effect", "p", "least", "word"),
    [
        (0.1, 0.01, 0.001, "agrees"),
        (-0.1, 0.01, 0.001, "disagrees"),
        (0.1, 0.20, 0.001, "agrees in direction only"),
        (-0.1, 0.20, 0.001, "cannot be tested on this data"),
        (0.1, 0.20, 0.125, "cannot be tested on this data"),
    ],
)
def test_the_word_for_a_claimed_difference(effect, p, least, word):
    assert judge(HIGHER, evidence(effect, least=least), p_holm=p).word == word


def test_the_test_decides_where_the_mean_points_the_other_way(records):
    # A misses six of eight that B finds, and is closer by 1 mm in the other two.
    given = records("A", [inf] * 6 + [1.0] * 2, metric="hd_mm")
    given += records("B", [2.0] * 8, metric="hd_mm")
    found = weigh(LOWER, given, domain="d")
    assert (found.effect, found.missed) == (1.0, 6)
    assert found.direction == 3 - 33  # ranks 1.5 and 1.5 for A, six of 5.5 for B
    told = judge(LOWER, found, p_holm=0.01)
    assert told.word == "disagrees"
    assert "6 with an infinite score count in p alone" in told.reason
    assert "the mean points the other way" in told.reason


def test_an_effect_that_is_not_seen_may_yet_be_there():
    told = judge(HIGHER, evidence(-0.1, low=-0.2, high=0.1), p_holm=0.5)
    assert told.word == "cannot be tested on this data"
    assert "No difference is shown either way" in told.reason


@pytest.mark.parametrize(
    ("effect", "p", "by_seed", "word"),
    [
        (0.1, 0.01, (1.0, 1.0, 1.0), "agrees"),
        (0.1, 0.01, (1.0, 1.0, -1.0), "agrees in direction only"),
        (0.1, 0.01, (1.0,), "cannot be tested on this data"),  # one training is no evidence
        (0.1, 0.50, (1.0, 1.0, 1.0), "agrees in direction only"),
        (0.1, 0.50, (1.0, 1.0, -1.0), "cannot be tested on this data"),
        (-0.1, 0.01, (-1.0, -1.0, -1.0), "disagrees"),
        (-0.1, 0.01, (-1.0, -1.0, 1.0), "cannot be tested on this data"),
        (-0.1, 0.01, (-1.0,), "cannot be tested on this data"),
        (-0.1, 0.50, (-1.0, -1.0, -1.0), "cannot be tested on this data"),
    ],
)
def test_every_seed_has_to_bear_out_what_the_test_shows(effect, p, by_seed, word):
    found = evidence(effect)
    words = {"by_seed": by_seed, "effects": by_seed, "seeds": len(by_seed), "trained": True}
    told = judge(HIGHER, dataclasses.replace(found, **words), p_holm=p)
    assert told.word == word
    assert f"({', '.join(f'{one:+.3f}' for one in by_seed)})" in told.reason


@pytest.mark.parametrize(
    ("printed", "word"), [(0.49, "agrees"), (0.09, "agrees in direction only")]
)
def test_a_correlation_is_held_against_the_printed_one(printed, word):
    # r = 0.7 and 0.3, of which the interval holds the first
    test = Correlated("e", "A", "x", "y", r_squared=printed)
    assert judge(test, evidence(0.8, low=0.6, high=0.9), p_holm=0.01).word == word


def test_what_was_run_and_has_no_case_to_compare_is_not_called_unrun(records):
    marked = Better("e", "A", "B", "dice", only="outlier")
    given = records("A", [0.9, 0.9]) + records("B", [0.8, 0.8])
    verdict = judge_all([marked], {"e": given}, domain="d")[0]
    assert verdict.word == "cannot be tested on this data"
    assert "too few cases" in verdict.reason


def test_a_number_that_is_always_the_same_goes_with_nothing(records):
    given = records("A", [0.0] * 4, metric="x") + records("A", [1.0, 2.0, 3.0, 4.0], metric="y")
    verdict = judge_all([Correlated("e", "A", "x", "y")], {"e": given}, domain="d")[0]
    assert verdict.word == "cannot be tested on this data"
    assert "nothing can go with it" in verdict.reason


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (-0.01, 0.015, "agrees"),  # the whole interval lies within the margin
        (0.001, 0.015, "agrees"),  # a difference, and too small to matter
        (-0.02, 0.05, "agrees in direction only"),  # mean 0.015
        (0.01, 0.05, "cannot be tested on this data"),  # mean 0.03
        (0.03, 0.05, "disagrees"),
        (-0.05, -0.03, "disagrees"),
    ],
)
def test_the_word_for_a_claimed_likeness(low, high, word):
    alike = Alike("e", "A", "B", "dice", margin=0.02)
    told = judge_likeness(alike, evidence((low + high) / 2, low=low, high=high))
    assert told.word == word
    assert "p =" not in told.reason


def test_one_training_shows_no_likeness_and_no_unlikeness():
    alike = Alike("e", "A", "B", "dice", margin=0.02)
    for low, high in ((-0.01, 0.01), (0.03, 0.05)):
        found = evidence((low + high) / 2, low=low, high=high)
        found = dataclasses.replace(found, by_seed=(1.0,), seeds=1, trained=True)
        told = judge_likeness(alike, found)
        assert told.word == "cannot be tested on this data"
        assert "One training is no evidence" in told.reason


@pytest.mark.parametrize(
    ("effects", "word"),
    [((-0.4, -0.3), "disagrees"), ((-0.4, -0.01), "cannot be tested on this data")],
)
def test_every_seed_has_to_bear_out_that_two_rows_are_not_alike(effects, word):
    found = dataclasses.replace(evidence(-0.2, low=-0.3, high=-0.1), effects=effects)
    found = dataclasses.replace(found, by_seed=(-1.0, -1.0), seeds=2, trained=True)
    told = judge_likeness(Alike("e", "A", "B", "dice", margin=0.02), found)
    assert told.word == word


def test_a_claimed_likeness_is_no_chance_of_a_false_alarm(records):
    given = records("A", [0.9] * 6) + records("B", [0.8] * 6)
    both = [HIGHER, Alike("e", "A", "B", "dice", margin=0.02)]
    words = [verdict.word for verdict in judge_all(both, {"e": given}, domain="d")]
    assert words == ["agrees", "disagrees"]  # p = 1/32 is not doubled


def test_tests_of_one_experiment_are_corrected_together(records):
    given = records("A", [0.9] * 6) + records("B", [0.8] * 6) + records("C", [0.7] * 6)
    pair = [HIGHER, Better("e", "A", "C", "dice")]
    assert judge_all([HIGHER], {"e": given}, domain="d")[0].word == "agrees"  # p = 1/32
    words = [verdict.word for verdict in judge_all(pair, {"e": given}, domain="d")]
    assert words == ["cannot be tested on this data"] * 2  # 2 x 1/32 is above 0.05


def test_the_same_numbers_under_two_claims_are_one_test(records):
    # The UAM acts on no case: "C against B" is "A against B" again.
    given = records("A", [0.9] * 6) + records("B", [0.8] * 6) + records("C", [0.9] * 6)
    tests = [HIGHER, Better("e", "C", "B", "dice"), Better("e", "A", "C", "dice")]
    words = [verdict.word for verdict in judge_all(tests, {"e": given}, domain="d")]
    assert words == ["agrees", "agrees", "cannot be tested on this data"]  # p = 1/32, once


def test_seeds_that_contradict_each_other_are_not_alike_on_average():
    found = dataclasses.replace(evidence(0.0, low=-0.1, high=0.1), effects=(0.3, -0.3))
    found = dataclasses.replace(found, by_seed=(1.0, -1.0), seeds=2, trained=True)
    told = judge_likeness(Alike("e", "A", "B", "dice", margin=0.02), found)
    assert told.word == "cannot be tested on this data"


def test_rows_of_which_one_alone_misses_a_structure_are_not_alike(records):
    given = records("A", [inf, 2.0, 2.0, 2.0], metric="hd_mm")
    given += records("B", [2.0, 2.0, 2.0, 2.0], metric="hd_mm")
    (told,) = judge_all([Alike("e", "A", "B", "hd_mm", margin=1)], {"e": given}, domain="d")
    assert told.word == "cannot be tested on this data"
    assert "one of the two alone found nothing" in told.reason


def test_two_rows_that_find_nothing_are_not_alike_but_untested(records):
    given = records("A", [0.0] * 6) + records("B", [0.0] * 6)
    for test in (HIGHER, Alike("e", "A", "B", "dice", margin=0.02)):
        (told,) = judge_all([test], {"e": given}, domain="d")
        assert told.word == "cannot be tested on this data"
        assert "Nothing was found" in told.reason


@pytest.mark.parametrize(
    ("effect", "word"),
    [(0.1, "agrees in direction only"), (-0.1, "cannot be tested on this data")],
)
def test_a_row_that_has_not_begun_to_learn_settles_nothing(effect, word):
    found = dataclasses.replace(evidence(effect), by_seed=(effect,) * 2, seeds=2, trained=True)
    assert judge(HIGHER, found, p_holm=0.01).word in ("agrees", "disagrees")
    late = dataclasses.replace(found, idle="B has hardly begun to find scar in 1 of 2 seeds.")
    told = judge(HIGHER, late, p_holm=0.01)
    assert told.word == word
    assert late.idle in told.reason


def test_a_share_of_scar_differs_by_points(records):
    metric = "scar_burden_prediction_percent"
    given = records("A", [9.0] * 6, metric=metric) + records("B", [8.0] * 6, metric=metric)
    (told,) = judge_all([Better("e", "A", "B", metric)], {"e": given}, domain="d")
    assert told.reason.startswith("Effect +1.000 points")


def test_a_difference_that_is_not_told_from_the_margin_is_said_to_be_one():
    alike = Alike("e", "A", "B", "dice", margin=0.02)
    told = judge_likeness(alike, evidence(0.03, low=0.01, high=0.05))
    assert told.word == "cannot be tested on this data"
    assert told.reason.startswith("A difference is shown, but not whether it exceeds 0.02.")

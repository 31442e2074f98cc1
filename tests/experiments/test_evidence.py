"""Evidence and verdicts from a handful of numbers whose tests can be done by hand."""

import dataclasses
from math import inf

import pytest

from lascarlib.experiments.comparisons import Alike, Better, Beyond, Correlated
from lascarlib.experiments.evidence import Evidence, case_means, weigh
from lascarlib.experiments.records import Record
from lascarlib.experiments.verdicts import judge, judge_all, judge_likeness

HIGHER = Better("e", "A", "B", "dice")
LOWER = Better("e", "A", "B", "hd_mm")


def records(row, values, *, metric="dice", seed=0, first="a", minutes=0.0):
    cases = (chr(ord(first) + k) for k in range(len(values)))
    pairs = zip(cases, values, strict=True)
    return [
        Record("e", row, "d", "cpu", metric, case, value, seed, minutes=minutes)
        for case, value in pairs
    ]


def test_seeds_of_a_case_are_averaged_before_cases_are_compared():
    given = records("A", [0.5, 0.9]) + records("A", [0.7, 0.9], seed=1)
    assert case_means(given, row="A", metric="dice", domain="d") == {
        "a": pytest.approx(0.6),
        "b": 0.9,
    }
    assert case_means(given, row="B", metric="dice", domain="d") == {}


def test_an_effect_is_above_zero_where_it_lies_as_claimed():
    # Six differences of one sign: two of the 2^6 ways to sign six ranks are as extreme, p = 1/32.
    higher = records("A", [0.9] * 6) + records("B", [0.8] * 6)
    assert weigh(HIGHER, higher, domain="d").effect == pytest.approx(0.1)
    lower = records("A", [3.0] * 6, metric="hd_mm") + records("B", [5.0] * 6, metric="hd_mm")
    found = weigh(LOWER, lower, domain="d")
    assert (found.effect, found.p_value, found.smallest_p) == (2.0, 1 / 32, 1 / 32)


def test_a_missed_structure_counts_in_the_ranks_and_not_in_the_mean():
    given = records("A", [1.0, 1.0, 1.0], metric="hd_mm")
    given += records("B", [2.0, 2.0, inf], metric="hd_mm")
    found = weigh(LOWER, given, domain="d")
    assert (found.effect, found.cases) == (1.0, 3)
    assert found.p_value == 0.25  # 2 of 2^3, as if all three were finite


def test_both_missing_a_structure_is_a_draw():
    given = records("A", [inf, inf], metric="hd_mm") + records("B", [inf, inf], metric="hd_mm")
    found = weigh(LOWER, given, domain="d")
    assert not found.differs
    assert judge(LOWER, found, p_holm=1.0).word == "cannot be tested on this data"


def test_only_cases_that_are_marked_count():
    marked = Better("e", "A", "B", "dice", only="outlier")
    given = records("A", [0.9, 0.9, 0.1]) + records("A", [1.0, 1.0, 0.0], metric="outlier")
    given += records("B", [0.8, 0.8, 0.8]) + records("B", [1.0, 1.0, 0.0], metric="outlier")
    assert weigh(marked, given, domain="d").effect == pytest.approx(0.1)


def test_other_cases_are_compared_without_pairs():
    given = records("A", [3.0, 4.0, 5.0]) + records("B", [0.0, 1.0, 2.0], first="x")
    found = weigh(HIGHER, given, domain="d")
    assert found.how == "Mann-Whitney, other cases"
    assert found.effect == 3.0
    assert found.p_value == pytest.approx(2 / 20)  # 2 of the 20 ways to choose three of six
    assert found.smallest_p == pytest.approx(2 / 20)


def test_two_groups_of_one_value_are_no_evidence_of_anything():
    given = records("A", [0.0, 0.0]) + records("B", [0.0, 0.0], first="x")
    found = weigh(HIGHER, given, domain="d")
    assert judge(HIGHER, found, p_holm=1.0).word == "cannot be tested on this data"


def test_a_limit_is_tested_against_every_case():
    given = records("A", [0.1, 0.2, 0.3])
    below = weigh(Beyond("e", "A", "dice", "below", 0.5), given, domain="d")
    above = weigh(Beyond("e", "A", "dice", "above", 0.5), given, domain="d")
    assert (below.effect, above.effect) == (pytest.approx(0.3), pytest.approx(-0.3))


def test_a_correlation_of_points_on_a_line_is_one():
    given = records("A", [1.0, 2.0, 3.0, 5.0], metric="x")
    given += records("A", [2.0, 4.0, 6.0, 10.0], metric="y")
    found = weigh(Correlated("e", "A", "x", "y"), given, domain="d")
    assert found.effect == pytest.approx(1.0)


@pytest.mark.parametrize("test", [HIGHER, Beyond("e", "A", "dice", "above", 0.5)])
def test_nothing_stored_is_no_evidence(test):
    assert weigh(test, [], domain="d") is None
    assert judge_all([test], {"e": []}, domain="d")[0].word == "not run yet"


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


def test_the_test_decides_where_the_mean_points_the_other_way():
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
        (0.1, 0.01, (1.0,), "agrees in direction only"),  # one training is no evidence
        (0.1, 0.50, (1.0, 1.0, 1.0), "agrees in direction only"),
        (0.1, 0.50, (1.0, 1.0, -1.0), "cannot be tested on this data"),
        (-0.1, 0.01, (-1.0, -1.0, -1.0), "disagrees"),
        (-0.1, 0.01, (-1.0, -1.0, 1.0), "cannot be tested on this data"),
        (-0.1, 0.01, (-1.0,), "cannot be tested on this data"),
        (-0.1, 0.50, (-1.0, -1.0, -1.0), "cannot be tested on this data"),
    ],
)
def test_every_seed_has_to_bear_out_what_the_test_shows(effect, p, by_seed, word):
    found = dataclasses.replace(evidence(effect), by_seed=by_seed, trained=True)
    told = judge(HIGHER, found, p_holm=p)
    assert told.word == word
    as_claimed = sum(one > 0 for one in by_seed)
    assert f"as claimed in {as_claimed} of {len(by_seed)} seed" in told.reason


def test_each_seed_is_weighed_alone_and_a_row_without_training_stands_for_all():
    given = [*records("A", [0.9] * 6, minutes=2.0), *records("A", [0.7] * 6, seed=1, minutes=2.0)]
    given += records("B", [0.75] * 6)  # Otsu, say
    found = weigh(HIGHER, given, domain="d")
    assert found.effect == pytest.approx(0.05)  # (0.9 + 0.7) / 2 - 0.75
    assert [direction > 0 for direction in found.by_seed] == [True, False]
    assert found.trained


def test_a_training_that_one_seed_has_stands_for_no_other():
    given = records("A", [0.9] * 6, minutes=2.0) + records("A", [0.9] * 6, seed=1, minutes=2.0)
    given += records("B", [0.8] * 6, minutes=2.0)  # its seed 1 is still to come
    assert len(weigh(HIGHER, given, domain="d").by_seed) == 1


@pytest.mark.parametrize(
    ("printed", "word"), [(0.49, "agrees"), (0.09, "agrees in direction only")]
)
def test_a_correlation_is_held_against_the_printed_one(printed, word):
    # r = 0.7 and 0.3, of which the interval holds the first
    test = Correlated("e", "A", "x", "y", r_squared=printed)
    assert judge(test, evidence(0.8, low=0.6, high=0.9), p_holm=0.01).word == word


def test_what_was_run_and_has_no_case_to_compare_is_not_called_unrun():
    marked = Better("e", "A", "B", "dice", only="outlier")
    given = records("A", [0.9, 0.9]) + records("B", [0.8, 0.8])
    verdict = judge_all([marked], {"e": given}, domain="d")[0]
    assert verdict.word == "cannot be tested on this data"
    assert "too few cases" in verdict.reason


def test_a_number_that_is_always_the_same_goes_with_nothing():
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
    for low, high, word in (
        (-0.01, 0.01, "agrees in direction only"),
        (0.03, 0.05, "cannot be tested on this data"),
    ):
        found = evidence((low + high) / 2, low=low, high=high)
        found = dataclasses.replace(found, by_seed=(1.0,), trained=True)
        told = judge_likeness(alike, found)
        assert told.word == word
        assert "One training is no evidence" in told.reason


@pytest.mark.parametrize(
    ("effects", "word"),
    [((-0.4, -0.3), "disagrees"), ((-0.4, -0.01), "cannot be tested on this data")],
)
def test_every_seed_has_to_bear_out_that_two_rows_are_not_alike(effects, word):
    found = evidence(-0.2, low=-0.3, high=-0.1)
    found = dataclasses.replace(found, by_seed=(-1.0, -1.0), effects=effects, trained=True)
    told = judge_likeness(Alike("e", "A", "B", "dice", margin=0.02), found)
    assert told.word == word


def test_a_claimed_likeness_is_no_chance_of_a_false_alarm():
    given = records("A", [0.9] * 6) + records("B", [0.8] * 6)
    both = [HIGHER, Alike("e", "A", "B", "dice", margin=0.02)]
    words = [verdict.word for verdict in judge_all(both, {"e": given}, domain="d")]
    assert words == ["agrees", "disagrees"]  # p = 1/32 is not doubled


def test_tests_of_one_experiment_are_corrected_together():
    given = records("A", [0.9] * 6) + records("B", [0.8] * 6) + records("C", [0.7] * 6)
    pair = [HIGHER, Better("e", "A", "C", "dice")]
    assert judge_all([HIGHER], {"e": given}, domain="d")[0].word == "agrees"  # p = 1/32
    words = [verdict.word for verdict in judge_all(pair, {"e": given}, domain="d")]
    assert words == ["cannot be tested on this data"] * 2  # 2 x 1/32 is above 0.05

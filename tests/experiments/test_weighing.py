"""Evidence from a handful of numbers whose tests can be done by hand."""

from math import inf

import pytest

from lascarlib.experiments.comparisons import Better, Beyond, Correlated
from lascarlib.experiments.weighing import case_means, weigh

HIGHER = Better("e", "A", "B", "dice")
LOWER = Better("e", "A", "B", "hd_mm")


def test_seeds_of_a_case_are_averaged_before_cases_are_compared(records):
    given = records("A", [0.5, 0.9]) + records("A", [0.7, 0.9], seed=1)
    assert case_means(given, row="A", metric="dice", domain="d") == {
        "a": pytest.approx(0.6),
        "b": 0.9,
    }
    assert case_means(given, row="B", metric="dice", domain="d") == {}


def test_an_effect_is_above_zero_where_it_lies_as_claimed(records):
    # Six differences of one sign: two of the 2^6 ways to sign six ranks are as extreme, p = 1/32.
    higher = records("A", [0.9] * 6) + records("B", [0.8] * 6)
    assert weigh(HIGHER, higher, domain="d").effect == pytest.approx(0.1)
    lower = records("A", [3.0] * 6, metric="hd_mm") + records("B", [5.0] * 6, metric="hd_mm")
    found = weigh(LOWER, lower, domain="d")
    assert (found.effect, found.p_value, found.smallest_p) == (2.0, 1 / 32, 1 / 32)


def test_a_missed_structure_counts_in_the_ranks_and_not_in_the_mean(records):
    given = records("A", [1.0, 1.0, 1.0], metric="hd_mm")
    given += records("B", [2.0, 2.0, inf], metric="hd_mm")
    found = weigh(LOWER, given, domain="d")
    assert (found.effect, found.cases) == (1.0, 3)
    assert found.p_value == 0.25  # 2 of 2^3, as if all three were finite


def test_both_missing_a_structure_is_a_draw(records):
    given = records("A", [inf, inf], metric="hd_mm") + records("B", [inf, inf], metric="hd_mm")
    found = weigh(LOWER, given, domain="d")
    assert not found.differs
    assert found.idle == "Nothing was found in any case"


def test_only_cases_that_are_marked_count(records):
    marked = Better("e", "A", "B", "dice", only="outlier")
    given = records("A", [0.9, 0.9, 0.1]) + records("A", [1.0, 1.0, 0.0], metric="outlier")
    given += records("B", [0.8, 0.8, 0.8]) + records("B", [1.0, 1.0, 0.0], metric="outlier")
    assert weigh(marked, given, domain="d").effect == pytest.approx(0.1)


def test_other_cases_are_compared_without_pairs(records):
    given = records("A", [3.0, 4.0, 5.0]) + records("B", [0.0, 1.0, 2.0], first="x")
    found = weigh(HIGHER, given, domain="d")
    assert found.how == "Mann-Whitney, other cases"
    assert found.effect == 3.0
    assert found.p_value == pytest.approx(2 / 20)  # 2 of the 20 ways to choose three of six
    assert found.smallest_p == pytest.approx(2 / 20)


def test_two_groups_of_one_value_are_no_evidence_of_anything(records):
    given = records("A", [0.0, 0.0]) + records("B", [0.0, 0.0], first="x")
    assert not weigh(HIGHER, given, domain="d").differs


def test_a_limit_is_tested_against_every_case(records):
    given = records("A", [0.1, 0.2, 0.3])
    below = weigh(Beyond("e", "A", "dice", "below", 0.5), given, domain="d")
    above = weigh(Beyond("e", "A", "dice", "above", 0.5), given, domain="d")
    assert (below.effect, above.effect) == (pytest.approx(0.3), pytest.approx(-0.3))


def test_a_correlation_of_points_on_a_line_is_one(records):
    given = records("A", [1.0, 2.0, 3.0, 5.0], metric="x")
    given += records("A", [2.0, 4.0, 6.0, 10.0], metric="y")
    found = weigh(Correlated("e", "A", "x", "y"), given, domain="d")
    assert found.effect == pytest.approx(1.0)


@pytest.mark.parametrize("test", [HIGHER, Beyond("e", "A", "dice", "above", 0.5)])
def test_nothing_stored_is_no_evidence(test):
    assert weigh(test, [], domain="d") is None


def test_each_seed_is_weighed_alone_and_a_row_without_training_stands_for_all(records):
    given = [*records("A", [0.9] * 6, minutes=2.0), *records("A", [0.7] * 6, seed=1, minutes=2.0)]
    given += records("B", [0.75] * 6)  # Otsu, say
    found = weigh(HIGHER, given, domain="d")
    assert found.effect == pytest.approx(0.05)  # (0.9 + 0.7) / 2 - 0.75
    assert [direction > 0 for direction in found.by_seed] == [True, False]
    assert found.trained


def test_a_training_that_one_seed_has_stands_for_no_other(records):
    given = records("A", [0.9] * 6, minutes=2.0) + records("A", [0.9] * 6, seed=1, minutes=2.0)
    given += records("B", [0.8] * 6, minutes=2.0)  # its seed 1 is still to come
    assert len(weigh(HIGHER, given, domain="d").by_seed) == 1


def test_rows_are_compared_over_the_seeds_that_both_have(records):
    given = records("A", [0.7] * 6, minutes=2.0) + records("A", [0.9] * 6, seed=1, minutes=2.0)
    given += records("B", [0.8] * 6, minutes=2.0)
    found = weigh(HIGHER, given, domain="d")
    assert found.effect == pytest.approx(-0.1)  # seed 1 of A has no peer
    assert (found.seeds, len(found.by_seed)) == (1, 1)


def test_a_network_that_has_not_begun_to_find_scar_is_named(records):
    scar = Better("e", "A", "B", "scar_surface_dice")
    same = {"metric": "scar_surface_dice", "minutes": 2.0}
    given = records("A", [0.4] * 6, **same) + records("A", [0.4] * 6, seed=1, **same)
    given += records("B", [0.3] * 6, **same) + records("B", [0.01] * 6, seed=1, **same)
    found = weigh(scar, given, domain="d")
    assert found.idle.startswith("B has hardly begun to find scar in 1 of 2 seeds")
    assert weigh(HIGHER, records("A", [0.0, 0.1]) + records("B", [0.0, 0.0]), domain="d").idle == ""


def test_rows_that_share_some_of_their_cases_are_not_compared(records):
    given = records("A", [0.9] * 6) + records("B", [0.8] * 6, first="c")  # a to f, c to h
    assert weigh(HIGHER, given, domain="d") is None


def test_a_seed_whose_ranks_and_mean_contradict_each_other_points_nowhere(records):
    given = records("A", [0.9, 0.9, 0.1], minutes=2.0) + records("B", [0.8] * 3, minutes=2.0)
    assert weigh(HIGHER, given, domain="d").by_seed == (0.0,)  # ranks 1.5 + 1.5 against 3: a draw

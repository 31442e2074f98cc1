"""The minimum cut against every labelling there is, and against SciPy's maximum flow."""

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from lascarlib.baselines import energy, minimum_cut
from lascarlib.errors import LascarError

GRID = np.array(
    [(3 * r + c, 3 * r + c + 1) for r in range(3) for c in range(2)]
    + [(3 * r + c, 3 * r + c + 3) for r in range(2) for c in range(3)]
)
"""The twelve edges of a 3 x 3 grid, nodes counted row by row."""


def every_labelling(n=9):
    return np.array(list(product([False, True], repeat=n)))


@pytest.mark.parametrize("seed", range(12))
def test_no_labelling_of_a_grid_is_cheaper_than_the_cut(seed):
    rng = np.random.default_rng(seed)
    costs, edge_costs = rng.normal(size=(9, 2)), rng.exponential(rng.choice([0.1, 0.5, 2.0]), 12)
    energies = [energy(labels, costs, GRID, edge_costs) for labels in every_labelling()]
    found = minimum_cut(costs, GRID, edge_costs)
    assert energy(found, costs, GRID, edge_costs) == pytest.approx(min(energies), abs=1e-9)
    assert np.array_equal(found, every_labelling()[np.argmin(energies)])


@pytest.mark.parametrize("seed", range(4))
def test_with_ties_the_cut_is_one_of_the_cheapest(seed):
    rng = np.random.default_rng(seed)
    costs, edge_costs = rng.integers(0, 3, (9, 2)).astype(float), np.ones(12)
    energies = [energy(labels, costs, GRID, edge_costs) for labels in every_labelling()]
    assert energy(minimum_cut(costs, GRID, edge_costs), costs, GRID, edge_costs) == min(energies)


@pytest.mark.parametrize("seed", range(4))
def test_the_energy_of_the_cut_is_the_maximum_flow(seed):
    # Independent: SciPy's Dinic on whole capacities, source 40, sink 41.
    rng = np.random.default_rng(seed)
    n, pairs = 40, rng.integers(0, 40, (120, 2))
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    costs, edge_costs = rng.integers(0, 50, (n, 2)), rng.integers(0, 20, len(pairs))
    capacity = np.zeros((n + 2, n + 2), np.int32)
    capacity[n, :n], capacity[:n, n + 1] = costs[:, 1], costs[:, 0]
    capacity[pairs[:, 0], pairs[:, 1]] = capacity[pairs[:, 1], pairs[:, 0]] = edge_costs
    flow = maximum_flow(csr_array(capacity), n, n + 1).flow_value
    found = minimum_cut(costs, pairs, edge_costs)
    assert energy(found, costs, pairs, edge_costs) == flow


def test_without_neighbours_every_node_takes_its_cheaper_label():
    costs = np.array([[0.0, 1.0], [2.0, 1.0], [-3.0, -4.0]])
    none = np.zeros((0, 2), np.int64)
    assert minimum_cut(costs, none, np.zeros(0)).tolist() == [False, True, True]


def test_a_graph_without_nodes_has_no_labels():
    none = np.zeros((0, 2), np.int64)
    assert minimum_cut(np.zeros((0, 2)), none, np.zeros(0)).shape == (0,)


def test_strong_ties_make_all_labels_equal():
    costs = np.random.default_rng(0).normal(size=(9, 2))
    found = minimum_cut(costs, GRID, np.full(12, 1e3))
    assert (found == (costs[:, 1].sum() < costs[:, 0].sum())).all()


def test_swapping_the_labels_swaps_the_answer():
    rng = np.random.default_rng(5)
    costs, edge_costs = rng.normal(size=(9, 2)), rng.exponential(0.5, 12)
    found = minimum_cut(costs, GRID, edge_costs)
    assert np.array_equal(minimum_cut(costs[:, ::-1], GRID, edge_costs), ~found)


def test_a_graph_without_a_minimum_cut_is_refused():
    costs, edge_costs = np.zeros((9, 2)), np.ones(12)
    for wrong, message in (
        ((costs, GRID, -edge_costs), "below 0"),
        ((costs, GRID, edge_costs[:5]), "have shapes"),
        ((costs[:4], GRID, edge_costs), "outside 0 to 3"),
        ((np.full((9, 2), np.inf), GRID, edge_costs), "not finite"),
    ):
        with pytest.raises(LascarError, match=message):
            minimum_cut(*wrong)

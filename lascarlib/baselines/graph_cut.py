"""The labels of least energy on a graph, by one minimum cut."""

import maxflow
import numpy as np

from lascarlib.errors import LascarError


def minimum_cut(label_costs: np.ndarray, edges: np.ndarray, edge_costs: np.ndarray) -> np.ndarray:
    """Give each node label 0 or 1 so that the sum of all costs is as small as it can be.

    A node is tied to two terminals (t-links); the link that the cut goes through is paid for: that
    is the cost of the node's label. Neighbours are tied to each other (n-links), which is paid for
    where their labels differ. With costs of neighbours that are not negative the minimum cut is the
    global minimum of `energy`, found in polynomial time.

    Args:
        label_costs: float (node, 2), cost of label 0 and of label 1, finite, of any sign.
        edges: int (edge, 2), pairs of nodes.
        edge_costs: float (edge,), what a pair costs whose labels differ; 0 or more.

    Returns:
        Bool (node,), True for label 1. Where several labellings are equally cheap, one of them.

    Raises:
        LascarError: shapes that do not fit, a cost that is not finite, an edge cost below 0, or an
            edge of a node that is not there.

    Source: Boykov and Kolmogorov (2004), through PyMaxflow.

    Example:
        >>> costs = np.array([[0.0, 9.0], [3.0, 2.0], [9.0, 0.0]])  # a row of three nodes
        >>> edges = np.array([[0, 1], [1, 2]])
        >>> minimum_cut(costs, edges, np.array([0.5, 0.5])).astype(int)
        array([0, 1, 1])
        >>> minimum_cut(costs, edges, np.array([2.0, 0.5])).astype(int)  # 2 + 2 > 3 + 0.5
        array([0, 0, 1])
    """
    _check(label_costs, edges, edge_costs)
    count = len(label_costs)
    if count == 0:
        return np.zeros(0, bool)
    capacities = (label_costs - label_costs.min(axis=1, keepdims=True)).astype(np.float64)
    graph = maxflow.GraphFloat(count, len(edges))
    nodes = graph.add_grid_nodes((count,))
    # The sink's side is label 1: such a node's link to the source is cut.
    graph.add_grid_tedges(nodes, capacities[:, 1], capacities[:, 0])
    if len(edges):
        weights = edge_costs.astype(np.float64)
        graph.add_edges(edges[:, 0], edges[:, 1], weights, weights)
    graph.maxflow()
    return np.asarray(graph.get_grid_segments(nodes), dtype=bool)


def energy(
    labels: np.ndarray, label_costs: np.ndarray, edges: np.ndarray, edge_costs: np.ndarray
) -> float:
    """What a labelling costs: the sum over nodes and over edges whose labels differ.

    Args:
        labels: bool (node,), True for label 1.
        label_costs: float (node, 2), cost of label 0 and of label 1.
        edges: int (edge, 2), pairs of nodes.
        edge_costs: float (edge,), what a pair costs whose labels differ.

    Returns:
        The sum; 0 for a graph without nodes.

    Example:
        >>> costs = np.array([[0.0, 9.0], [3.0, 2.0]])
        >>> energy(np.array([False, True]), costs, np.array([[0, 1]]), np.array([0.5]))
        2.5
    """
    own = label_costs[np.arange(len(labels)), labels.astype(np.int64)].sum()
    differ = labels[edges[:, 0]] != labels[edges[:, 1]]
    return float(own + edge_costs[differ].sum())


def _check(label_costs: np.ndarray, edges: np.ndarray, edge_costs: np.ndarray) -> None:
    shapes = (label_costs.shape, edges.shape, edge_costs.shape)
    if shapes != ((len(label_costs), 2), (len(edges), 2), (len(edges),)):
        raise LascarError(
            f"label_costs, edges and edge_costs have shapes {shapes}; give (node, 2), (edge, 2) "
            "and (edge,)"
        )
    if not (np.isfinite(label_costs).all() and np.isfinite(edge_costs).all()):
        raise LascarError("a cost is not finite; clip probabilities before taking their logarithm")
    if (edge_costs < 0).any():
        raise LascarError(
            "an edge cost is below 0, for which no minimum cut exists; give 0 or more"
        )
    if len(edges) and not 0 <= edges.min() <= edges.max() < len(label_costs):
        raise LascarError(f"an edge names a node outside 0 to {len(label_costs) - 1}; count from 0")

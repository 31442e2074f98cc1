"""Every table, and every figure with numbers in it, of both papers as a declaration."""

from collections.abc import Mapping

from lascarlib.experiments.declaration import Experiment
from lascarlib.experiments.tables import boundary, domains, joint, studies

_ALL = (
    boundary.TABLE_1,
    boundary.TABLE_2,
    boundary.TABLE_3,
    boundary.FIGURE_2,
    boundary.UAM,
    domains.TABLE_1,
    joint.TABLE_2,
    domains.TABLE_3,
    joint.TABLE_4,
    joint.TABLE_5,
    studies.FIGURE_9,
    studies.WEIGHTS,
    studies.PROJECTION,
    studies.OUTLIERS,
)

EXPERIMENTS: Mapping[str, Experiment] = {experiment.name: experiment for experiment in _ALL}
"""Name to experiment, in the order of the papers."""

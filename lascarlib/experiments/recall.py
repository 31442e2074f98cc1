"""What networks said lately: rows that read one answer in different ways ask for it once."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np

from lascarlib.pipeline import Prediction

Key = tuple[str, ...]
"""What decides an answer: the trained networks, how they are read, and the image."""


@dataclass(frozen=True, eq=False)
class Recall:
    """Predictions kept in memory, the latest ones.

    Args:
        most_mb: how much they may take; of more, those not asked for longest are forgotten.

    Example:
        >>> recall, asked = Recall(), []
        >>> def ask():
        ...     asked.append(1)
        ...     nothing = np.zeros((2, 2, 2), np.float32)
        ...     return Prediction("a", nothing, nothing > 0, 0.0, None, 0.0)
        >>> recall(("networks", "image"), ask) is recall(("networks", "image"), ask), len(asked)
        (True, 1)
    """

    most_mb: float = 400.0
    kept: OrderedDict[Key, Prediction] = field(default_factory=OrderedDict)

    def __call__(self, key: Key, ask: Callable[[], Prediction]) -> Prediction:
        """The prediction under a key, asked for where it is not kept."""
        if key not in self.kept:
            self.kept[key] = ask()
        self.kept.move_to_end(key)
        while len(self.kept) > 1 and sum(map(_megabytes, self.kept.values())) > self.most_mb:
            self.kept.popitem(last=False)
        return self.kept[key]


def _megabytes(prediction: Prediction) -> float:
    values = (getattr(prediction, item.name) for item in fields(prediction))
    return sum(value.nbytes for value in values if isinstance(value, np.ndarray)) / 1e6

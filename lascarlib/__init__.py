"""Left-atrium and scar segmentation from LGE-MRI: a small library under a book that runs.

The front door: a few names, each imported when it is first used, so that `import lascarlib` is
quick. Everything else is imported from its own module (`lascarlib.losses`, `lascarlib.training`).

Example:
    >>> import numpy as np
    >>> import lascarlib
    >>> mask = np.zeros((9, 9, 3), dtype=bool)
    >>> mask[3:6, 3:6, :] = True
    >>> distance = lascarlib.boundary_distance_map(mask, spacing_mm=(1.0, 1.0, 1.0))
    >>> distance.shape
    (9, 9, 3)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lascarlib.case import Case
    from lascarlib.datasets import open_dataset
    from lascarlib.errors import LascarError
    from lascarlib.geometry import boundary_distance_map
    from lascarlib.io import read_volume, write_volume
    from lascarlib.phantom import phantom_case

__version__ = "0.1.0"
__all__ = [
    "Case",
    "LascarError",
    "boundary_distance_map",
    "open_dataset",
    "phantom_case",
    "read_volume",
    "write_volume",
]

_HOME = {
    "Case": "lascarlib.case",
    "LascarError": "lascarlib.errors",
    "boundary_distance_map": "lascarlib.geometry",
    "open_dataset": "lascarlib.datasets",
    "phantom_case": "lascarlib.phantom",
    "read_volume": "lascarlib.io",
    "write_volume": "lascarlib.io",
}


def __getattr__(name: str) -> object:
    """Import a name of the front door when it is first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'lascarlib' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

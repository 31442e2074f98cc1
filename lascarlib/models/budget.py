"""How large a network may be: nnU-Net's measure of memory, and a laptop's share of it."""

from dataclasses import dataclass
from math import isfinite

from lascarlib.errors import LascarError

REFERENCE_ELEMENTS = 560_000_000
"""Elements of the feature maps of one patch that a batch of two may have in the reference."""
REFERENCE_GB = 8.0
"""The memory that these elements stand for, nnU-Net's default target."""


@dataclass(frozen=True)
class Budget:
    """What a planned network may cost; the default is nnU-Net's, on a GPU.

    Args:
        memory_gb: the memory planned for, in GB. As in nnU-Net it is a scale, not a promise: 8 GB
            stand for 560 million elements of feature maps, and other sizes for their share.
        base_features: channels of the finest resolution; the coarsest have ten times as many.

    Raises:
        LascarError: `memory_gb` or `base_features` is no number above 0.

    Source: the planner of nnU-Net 2, which BF adopts (section 2).

    Example:
        >>> Budget().feature_map_limit, Budget(memory_gb=2.0).feature_map_limit
        (560000000.0, 140000000.0)
    """

    memory_gb: float = REFERENCE_GB
    base_features: int = 32

    def __post_init__(self) -> None:
        if not (isfinite(self.memory_gb) and self.memory_gb > 0):
            raise LascarError(f"a memory of {self.memory_gb:g} GB; give a number above 0")
        if self.base_features < 1:
            raise LascarError(f"base_features is {self.base_features}; give at least 1")

    @property
    def feature_map_limit(self) -> float:
        """Most elements that the feature maps of one patch may have, two patches a batch."""
        return REFERENCE_ELEMENTS * (self.memory_gb / REFERENCE_GB)


BUDGETS = {"gpu": Budget(), "cpu": Budget(memory_gb=0.25, base_features=16)}
"""Device to budget. A processor runs out of time long before it runs out of memory: half the
channels cost a quarter of the arithmetic at every voxel, and a 32nd of the memory leaves a patch of
about 150,000 voxels, 53 along every edge, with which two cores do an iteration in about a second.
"""


def budget_for(device: str, *, memory_gb: float | None = None) -> Budget:
    """The budget of a device, with another memory where one is given.

    Args:
        device: "gpu" plans exactly as nnU-Net does; "cpu" plans for a laptop.
        memory_gb: in place of the device's own, 8 GB and 0.25 GB.

    Returns:
        The budget.

    Raises:
        LascarError: unknown device, or a memory that is no number above 0.

    Example:
        >>> budget_for("cpu")
        Budget(memory_gb=0.25, base_features=16)
        >>> budget_for("gpu", memory_gb=24.0).feature_map_limit
        1680000000.0
    """
    if device not in BUDGETS:
        raise LascarError(f"unknown device {device!r}; known are {', '.join(BUDGETS)}")
    own = BUDGETS[device]
    return own if memory_gb is None else Budget(memory_gb, own.base_features)

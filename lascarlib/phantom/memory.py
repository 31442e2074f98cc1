"""Cases that were made a moment ago, kept so that nobody waits for them twice."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from threading import Lock

from lascarlib.case import Case


class Memory:
    """Keeps the cases used last, up to a number of bytes, and gives out copies of them.

    Args:
        most_bytes: Of images and labels together; a larger case is made every time.

    Example:
        >>> from lascarlib.phantom import COARSE, phantom_case
        >>> memory = Memory(most_bytes=10_000_000)
        >>> make = lambda: phantom_case(0, seed=7, config=COARSE)
        >>> first, second = memory.get("a", make), memory.get("a", make)
        >>> bool((first.image == second.image).all()), first.image is second.image
        (True, False)
    """

    def __init__(self, *, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._cases: OrderedDict[Hashable, Case] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Case]) -> Case:
        """The case of a key, made where it is not remembered.

        Args:
            key: What decides the case.
            make: Makes it.

        Returns:
            A case whose arrays belong to the caller.
        """
        with self._lock:
            known = self._cases.get(key)
            if known is not None:
                self._cases.move_to_end(key)
        if known is None:
            known = make()
            with self._lock:
                self._cases[key] = known
                while sum(map(_size, self._cases.values())) > self.most_bytes:
                    self._cases.popitem(last=False)
        labels = (None if a is None else a.copy() for a in (known.atrium, known.scar))
        atrium, scar = labels
        return replace(known, image=known.image.copy(), atrium=atrium, scar=scar)


def _size(case: Case) -> int:
    return sum(a.nbytes for a in (case.image, case.atrium, case.scar) if a is not None)

"""Make the next thing in the background while this one is being used."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")


def prefetch(
    make: Callable[[Key], Made],
    keys: Iterable[Key],
    *,
    prepare: Callable[[], object] | None = None,
) -> Iterator[Made]:
    """`make(key)` of every key in order, each made by a thread while the one before is in use.

    No more than one thing lies ready. What `make` raises comes up at the turn of its key, and
    closing the iterator waits for what is being made.

    Args:
        make: called in another thread, for one key at a time.
        keys: taken one ahead of what is asked for.
        prepare: called once in that thread, before anything is made; is not to raise.

    Returns:
        An iterator; it starts to work when it is first asked.

    Example:
        >>> list(prefetch(str.upper, ["a", "b"]))
        ['A', 'B']
    """
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch", initializer=prepare) as thread:
        waiting: deque[Future[Made]] = deque()
        for key in keys:
            waiting.append(thread.submit(make, key))
            if len(waiting) == 2:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

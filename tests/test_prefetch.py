"""The next thing is made while this one is in use, in order, and never more than one of them."""

import threading

import pytest

from lascarlib.prefetch import prefetch


def test_the_next_is_made_while_this_one_is_in_use() -> None:
    started = {k: threading.Event() for k in range(4)}

    def make(k: int) -> int:
        started[k].set()
        return k * k

    found = prefetch(make, range(3))
    assert not started[0].is_set()
    assert next(found) == 0
    assert started[1].wait(5)  # without being asked for
    assert not started[2].is_set()  # but no further
    assert list(found) == [1, 4]
    assert not started[3].is_set()


def test_an_error_comes_at_its_turn() -> None:
    found = prefetch(lambda k: 1 // k, [1, 0, 2])
    assert next(found) == 1
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_closing_early_leaves_no_thread() -> None:
    found = prefetch(str, range(100))
    next(found)
    found.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("prefetch")]


def test_the_thread_is_prepared_once_before_anything_is_made() -> None:
    calls = []

    def note(what: str) -> None:
        calls.append((what, threading.current_thread().name))

    list(prefetch(note, ["a", "b"], prepare=lambda: note("prepared")))
    assert [what for what, _ in calls] == ["prepared", "a", "b"]
    assert len({thread for _, thread in calls}) == 1


def test_nothing_of_nothing() -> None:
    assert list(prefetch(str, [])) == []

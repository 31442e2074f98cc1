import numpy as np

from lascarlib.case import Case
from lascarlib.phantom.memory import Memory

MADE = []


def make(name):
    MADE.append(name)
    image = np.zeros((10, 10, 10), np.float32)  # 4000 bytes
    return Case(name, image, np.eye(4), image > 0, image > 0)  # and 2 x 1000


def ask(memory, name):
    return memory.get(name, lambda: make(name))


def test_a_case_is_made_once_while_there_is_room():
    MADE.clear()
    memory = Memory(most_bytes=12_000)
    for name in "abab":
        ask(memory, name)
    assert MADE == ["a", "b"]


def test_what_was_used_longest_ago_goes_first():
    MADE.clear()
    memory = Memory(most_bytes=12_000)
    for name in "abacab":  # c takes b's place, then b takes c's
        ask(memory, name)
    assert MADE == ["a", "b", "c", "b"]


def test_a_case_too_large_is_made_every_time():
    MADE.clear()
    memory = Memory(most_bytes=5_999)
    for name in "aa":
        assert ask(memory, name).id == "a"
    assert MADE == ["a", "a"]


def test_whoever_writes_into_a_case_spoils_it_for_nobody():
    memory = Memory(most_bytes=12_000)
    mine = ask(memory, "a")
    mine.image[:] = 7
    mine.atrium[:] = True
    assert not ask(memory, "a").image.any()
    assert not ask(memory, "a").atrium.any()

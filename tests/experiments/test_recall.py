"""What is kept is not asked for again, and memory is bounded."""

import numpy as np

from lascarlib.experiments.recall import Recall
from lascarlib.pipeline import Prediction


def _ask(asked, name):
    def ask():
        asked.append(name)
        nothing = np.zeros((50, 50, 50), np.float32)  # 0.5 MB, and its mask 0.125 MB
        return Prediction(name, nothing, nothing > 0, 0.0, None, 0.0)

    return ask


def test_the_answers_not_asked_for_longest_are_forgotten():
    recall, asked = Recall(most_mb=1.3), []  # two of 0.625 MB
    for name in "abacab":
        assert recall((name,), _ask(asked, name)).id == name
    # a is asked for again before c comes, so c pushes out b, which must be asked for again.
    assert asked == ["a", "b", "c", "b"]
    assert len(recall.kept) == 2


def test_an_answer_larger_than_the_memory_is_given_all_the_same():
    recall, asked = Recall(most_mb=0.1), []
    assert recall(("a",), _ask(asked, "a")).id == "a"
    assert recall(("a",), _ask(asked, "a")).id == "a"
    assert asked == ["a"]

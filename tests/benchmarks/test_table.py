import ast
import sys
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def table(load_benchmark):
    return load_benchmark("table")


def test_contestants_take_turns(table) -> None:
    calls = []
    clock = iter([0, 5, 5, 6, 6, 7, 7, 9])  # before and after each of four calls
    seconds = table.seconds_each(
        {name: partial(calls.append, name) for name in "ab"}, rounds=2, clock=lambda: next(clock)
    )
    assert calls == ["a", "b", "a", "b"]
    assert seconds == {"a": [5, 1], "b": [1, 2]}


def test_the_least_time_counts(table, monkeypatch) -> None:
    monkeypatch.setattr(table, "seconds_each", lambda contestants, *, rounds: {"a": [5.0, 1.0]})
    assert table.best_seconds({"a": print}, rounds=2) == {"a": 1.0}


def test_peak_memory_sees_what_a_function_allocates(table) -> None:
    # 40 million float64 are 320 MB; a quarter of it for what else comes and goes meanwhile.
    assert 240 < table.peak_memory_mb(lambda: np.ones(40_000_000)) < 400


def test_the_most_memory_ever_held_is_no_less_than_what_is_held_now(table) -> None:
    held = np.ones(8_000_000)
    now_mb = psutil.Process().memory_info().rss / 1e6
    del held
    assert now_mb - 1 <= table.most_memory_mb() < psutil.virtual_memory().total / 1e6


@pytest.mark.parametrize("name", ["inference", "gpu", "table"])
def test_no_benchmark_needs_posix_to_be_imported(name) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.Import)]
    assert "resource" not in {alias.name for node in imports for alias in node.names}


def test_a_table_by_hand(table) -> None:
    rows = [
        {"what": "a", "seconds": 0.12345, "cases": 3},
        {"what": "b", "seconds": 123.4, "cases": 4},
    ]
    assert table.markdown(rows).splitlines() == [
        "| what | seconds | cases |",
        "| --- | ---: | ---: |",
        "| a | 0.123 | 3 |",
        "| b | 123 | 4 |",
    ]


def test_a_result_says_where_it_comes_from(table, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks/maps.py", "--small"])
    table.write_table(tmp_path / "new" / "maps.md", [{"n": 1}], title="Maps", notes=["A note."])
    page = (tmp_path / "new" / "maps.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == page
    assert page.startswith("# Maps\n\n| n |\n")
    for part in (
        "- A note.\n",
        "`python benchmarks/maps.py --small`",
        "| numpy |",
        "| processor |",
    ):
        assert part in page


def test_the_command_names_no_folder_that_only_one_machine_has(table, monkeypatch) -> None:
    words = ["--weights", str(FOLDER / "my weights.safetensors"), "--out", "new/tables"]
    monkeypatch.setattr(sys, "argv", [str(FOLDER / "maps.py"), *words])
    expected = "python benchmarks/maps.py --weights 'my weights.safetensors' --out new/tables"
    assert table.command_line() == expected

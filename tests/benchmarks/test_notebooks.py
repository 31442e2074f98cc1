"""The measure of the notebooks: nothing found that was not paid for, and what they say is true."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lascarlib.book.parameters import read_notebook
from lascarlib.errors import LascarError
from lascarlib.experiments.store import store_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def benchmark(load_benchmark):
    return load_benchmark("notebooks")


class Reader:
    """Stands for the runner: each notebook leaves a file in the store; keeps what each found."""

    def __init__(self) -> None:
        self.found: list[tuple[str, list[str]]] = []
        self.interrupted = ""

    def __call__(self, names, **options) -> None:
        (name,) = names
        self.found.append((name, sorted(path.name for path in store_folder().iterdir())))
        (store_folder() / name).touch()
        if name == self.interrupted:
            raise KeyboardInterrupt


@pytest.fixture
def reader(benchmark, monkeypatch) -> Reader:
    reader = Reader()
    monkeypatch.setenv("LASCAR_STORE", "")  # put back as it was afterwards
    monkeypatch.setattr(benchmark, "run_notebooks", reader)
    monkeypatch.setattr(benchmark, "library_hash", lambda library, *, lock: "as it is")
    return reader


def test_later_notebooks_find_what_earlier_ones_trained(benchmark, reader, tmp_path) -> None:
    measures = benchmark.measure("smoke", ["one", "two"], tmp_path)
    assert list(measures) == ["one", "two"]
    assert reader.found == [("one", []), ("two", ["one"])]
    assert benchmark.measure("smoke", ["one", "two"], tmp_path) == measures
    assert len(reader.found) == 2


def test_an_interrupted_notebook_starts_without_what_it_left(benchmark, reader, tmp_path) -> None:
    reader.interrupted = "two"
    with pytest.raises(KeyboardInterrupt):
        benchmark.measure("smoke", ["one", "two"], tmp_path)
    reader.interrupted = ""
    benchmark.measure("smoke", ["one", "two"], tmp_path)
    assert reader.found == [("one", []), ("two", ["one"]), ("two", ["one"])]


def test_measures_of_another_library_are_not_gone_on_with(
    benchmark, reader, tmp_path, monkeypatch
) -> None:
    benchmark.measure("smoke", ["one"], tmp_path)
    monkeypatch.setattr(benchmark, "library_hash", lambda library, *, lock: "another")
    with pytest.raises(LascarError, match="begun with another library or on another machine"):
        benchmark.measure("smoke", ["one", "two"], tmp_path)
    assert len(reader.found) == 1


def test_memory_of_children_counts(benchmark) -> None:
    code = "import time; held = bytearray(400_000_000); time.sleep(1.5)"
    seconds, gb = benchmark.time_and_memory(
        lambda: subprocess.run([sys.executable, "-c", code], check=True)
    )
    assert seconds >= 1.5
    assert 0.3 <= gb < 0.8


def _measured() -> list[tuple[str, str, float, float]]:
    """Notebook, profile, minutes and gigabytes of each measure in the table that is kept."""
    page = (ROOT / "benchmarks" / "results" / "notebooks.md").read_text(encoding="utf-8")
    head, _, *rows = [_cells(line) for line in page.splitlines() if line.startswith("| ")]
    profiles = [word.removesuffix(", min") for word in head[1::2]]
    return [
        (row[0], profile, float(row[2 * k + 1]), float(row[2 * k + 2]))
        for row in itertools.takewhile(lambda row: row[0] != "origin", rows)
        for k, profile in enumerate(profiles)
    ]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _said(name: str, profile: str) -> tuple[str, str]:
    """Time and memory in the table at the head of a notebook."""
    for line in read_notebook(ROOT / "notebooks" / f"{name}.ipynb").cells[0].source.splitlines():
        if profile in re.findall(r"\w+", _cells(line)[0]):
            return _cells(line)[-2], _cells(line)[-1]
    raise AssertionError(f"{name} says nothing of {profile}")


@pytest.mark.parametrize(("name", "profile", "minutes", "gb"), _measured())
def test_notebooks_say_what_was_measured(name, profile, minutes, gb) -> None:
    """Within a half: readers have other machines; and half a minute or gigabyte more is nothing."""
    time, memory = _said(name, profile)
    said = re.match(r"about ([\d.]+) (s|min)\b", time)
    assert said, time
    said_minutes = float(said[1]) / (60 if said[2] == "s" else 1)
    assert minutes / 1.5 - 0.5 <= said_minutes <= minutes * 1.5 + 0.5
    assert gb / 1.5 <= float(memory.removesuffix(" GB")) <= gb * 1.5 + 0.5

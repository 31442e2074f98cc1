"""The measure of the notebooks: nothing found that was not paid for."""

import subprocess
import sys

import pytest

from lascarlib.errors import LascarError
from lascarlib.experiments.store import store_folder


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

"""Who does the work, as asked for on the command line."""

import argparse

import pytest

from lascarlib.cli.workers import add_options, chosen_pool


@pytest.mark.parametrize(
    ("asked", "cores", "free_gb", "is_said"),
    [(1, 1, 1, False), (2, 2, 5, False), (2, 2, 3, True), (3, 2, 64, True), (4, 16, 64, False)],
)
def test_workers_without_room_are_warned_of(
    monkeypatch, capsys, asked, cores, free_gb, is_said
) -> None:
    memory = argparse.Namespace(available=free_gb * 1e9)
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    monkeypatch.setattr("lascarlib.scheduling.shares.usable_cores", lambda: cores)
    parser = argparse.ArgumentParser()
    add_options(parser, what="folds")
    assert chosen_pool(parser.parse_args(["--workers", str(asked)])).workers == asked
    said = capsys.readouterr().err
    assert said.startswith(f"--workers {asked}: a lot for {cores} cores") == is_said
    assert bool(said) == is_said

"""The plan of the house, held by reading the sources: floors, the front door, one screen a file."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import lascarlib

PACKAGE = Path(lascarlib.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
# Lower never imports higher. A new module gets its floor here.
FLOORS = {
    "errors": 0,
    "memory": 0,
    "prefetch": 0,
    "case": 0,
    "plausibility": 0,
    "io": 0,
    "provenance": 0,
    "interruption": 0,
    "lock": 0,
    "scheduling": 0,
    "pretrained": 0,
    "geometry": 1,
    "phantom": 1,
    "datasets": 2,
    "models": 2,
    "losses": 2,
    "preprocess": 2,
    "spatial_targets": 2,
    "augment": 2,
    "patches": 2,
    "windows": 2,
    "evaluation": 2,
    "viz": 2,
    "training": 3,
    "inference": 3,
    "uncertainty": 3,
    "report": 3,
    "submission": 3,
    "pipeline": 4,
    "baselines": 4,
    "experiments": 5,
    "cli": 6,
    "book": 6,
    "__main__": 6,
}


def relative(path):
    return path.relative_to(PACKAGE).as_posix()


def room(path):
    """The module or folder directly under lascarlib that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(tree):
    """The rooms of lascarlib that a file imports, wherever in it the import stands."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("lascarlib.")} & FLOORS.keys()


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_lower_never_imports_higher(path):
    own = room(path)
    if own == "__init__":  # the front door looks into every floor
        return
    assert own in FLOORS, f"give lascarlib.{own} a floor"
    above = {name for name in imported_rooms(parse(path)) if FLOORS[name] > FLOORS[own]}
    assert not above


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_is_one_idea(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_there_is_no_relative_or_star_import(path):
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert [alias.name for alias in node.names] != ["*"]


def test_no_file_is_a_drawer_for_odds_and_ends():
    assert not {path.stem for path in FILES} & {"utils", "util", "helpers", "common", "misc"}


def public_functions():
    for path in FILES:
        for node in parse(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield path, node


def test_every_function_of_the_mathematics_has_an_example_to_check_by_hand():
    without = [
        f"{relative(path)}: {node.name}"
        for path, node in public_functions()
        if room(path) in {"geometry", "losses", "evaluation"}
        and ">>>" not in (ast.get_docstring(node) or "")
    ]
    assert not without


def test_spacing_is_never_defaulted():
    for path, node in public_functions():
        optional = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        optional += [
            argument
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if default is not None
        ]
        assert "spacing_mm" not in {argument.arg for argument in optional}, relative(path)


def test_the_front_door_is_pinned_and_every_name_opens():
    assert sorted(lascarlib.__all__) == [
        "Case",
        "LascarError",
        "boundary_distance_map",
        "open_dataset",
        "phantom_case",
        "read_volume",
        "write_volume",
    ]
    for name in lascarlib.__all__:
        assert getattr(lascarlib, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'segment'"):
        lascarlib.segment  # noqa: B018


def test_importing_the_library_imports_nothing_heavy():
    code = "import json, sys, lascarlib; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(result.stdout)}
    assert "lascarlib" in loaded
    assert not loaded & {"torch", "monai", "matplotlib", "scipy", "nibabel", "numpy", "papermill"}

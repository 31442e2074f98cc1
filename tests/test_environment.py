"""pyproject.toml, constraints.txt and environment.yml describe one environment."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _lock() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert len(pins) == len({pin.name for pin in pins})
    return {canonicalize_name(pin.name): pin for pin in pins}


def _conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_every_line_of_the_lock_is_one_exact_version():
    for pin in _lock().values():
        assert re.fullmatch(r"==[0-9][^,*]*", str(pin.specifier)), str(pin)


def test_the_lock_holds_every_direct_dependency_in_an_accepted_version():
    project = _project()
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    lock = _lock()
    for text in wanted:
        need = Requirement(text)
        pin = lock[canonicalize_name(need.name)]
        (version,) = (item.version for item in pin.specifier)
        assert need.specifier.contains(version, prereleases=True), text


def test_what_is_installed_is_what_the_lock_says():
    from importlib.metadata import distributions

    lock = _lock()
    different = []
    for distribution in distributions():
        pin = lock.get(canonicalize_name(distribution.metadata["Name"]))
        if pin is not None and not pin.specifier.contains(distribution.version, prereleases=True):
            different.append(f"{pin} but {distribution.version} is installed")
    assert not different


def test_what_the_lock_names_installs_on_the_lowest_python_that_the_project_takes():
    from importlib.metadata import distributions

    accepted = SpecifierSet(_project()["requires-python"])
    (lowest,) = (item.version for item in accepted if item.operator == ">=")
    first = f"{lowest}.0"  # 3.11.0, or near it, is what Debian 12 has
    wanted = {
        distribution.metadata["Name"]: distribution.metadata.get("Requires-Python", "")
        for distribution in distributions()
        if canonicalize_name(distribution.metadata["Name"]) in _lock()
    }
    assert not {name: text for name, text in wanted.items() if first not in SpecifierSet(text)}


def test_conda_installs_this_project_from_the_same_lock():
    *packages, pip = _conda()["dependencies"]
    assert [Requirement(text).name for text in packages] == ["python", "pip"]
    constraint, project = pip["pip"]
    assert constraint == "-c constraints.txt"
    extras = re.fullmatch(r"-e \.\[([a-z,]+)\]", project)
    assert extras is not None
    assert (
        set(extras[1].split(","))
        == {"book", "test", "lab"}
        <= set(_project()["optional-dependencies"])
    )


def test_conda_and_pyproject_ask_for_the_same_python():
    python = Requirement(_conda()["dependencies"][0])
    assert str(python.specifier) == str(Requirement("x" + _project()["requires-python"]).specifier)


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_every_supported_python_is_named_and_tested(version):
    assert f"Programming Language :: Python :: {version}" in _project()["classifiers"]
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert f'"{version}"' in workflow


def test_the_version_is_the_same_everywhere():
    import lascarlib

    version = _project()["version"]
    assert lascarlib.__version__ == version
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

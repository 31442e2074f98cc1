import json
import subprocess
from importlib import metadata

from lascarlib import __version__, provenance


def test_the_versions_are_those_of_the_installed_packages() -> None:
    found = provenance.versions()
    assert found["numpy"] == metadata.version("numpy")
    assert found["lascarlib"] == metadata.version("lascarlib") == __version__
    assert "not installed" not in found.values()


def test_a_package_that_is_not_there_is_told(monkeypatch) -> None:
    monkeypatch.setattr(provenance, "PACKAGES", ("no-such-package",))
    assert provenance.versions()["no-such-package"] == "not installed"


def test_the_commit_is_unknown_without_git(monkeypatch) -> None:
    def missing(*_, **__):
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", missing)
    assert provenance.commit() == "unknown"


def test_the_commit_is_unknown_where_the_library_only_lies_inside_a_checkout(
    monkeypatch, tmp_path
) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "provenance.py").write_text("")
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "provenance.py"))
    assert provenance.commit() == "unknown"


def test_the_record_can_be_stored_as_json() -> None:
    record = provenance.provenance()
    assert json.loads(json.dumps(record)) == record
    assert set(record) == {"versions", "commit", "platform"}

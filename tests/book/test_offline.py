"""The book's scripts: fetched only when they are the pinned ones, used only when they are there."""

import json
import os
import sys
from types import SimpleNamespace

import pytest

from lascarlib.book import offline
from lascarlib.errors import LascarError

needs_a_shell = pytest.mark.skipif(sys.platform == "win32", reason="the false npm is a script")


@pytest.fixture
def pages(tmp_path):
    """What Sphinx hands to the hook, before and after."""
    app = SimpleNamespace(srcdir=str(tmp_path))
    config = SimpleNamespace(mathjax_path="https://cdn", nb_ipywidgets_js={"https://cdn": {}})
    return app, config


def false_npm(folder, script, monkeypatch):
    """Put a program called npm on an otherwise nearly empty search path."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder / "bin"), "/usr/bin", "/bin"]))


def test_without_npm_nothing_is_written_and_the_line_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    line = offline.vendor_scripts(tmp_path / "assets" / "vendor")
    assert line == "npm is not installed: without a network, readers will miss formulas and widgets"
    assert not (tmp_path / "assets").exists()


@needs_a_shell
def test_a_registry_that_cannot_be_reached_is_the_same(tmp_path, monkeypatch):
    false_npm(tmp_path, "exit 1", monkeypatch)
    line = offline.vendor_scripts(tmp_path / "assets" / "vendor")
    assert line.startswith("npm could not fetch mathjax: without a network")
    assert list((tmp_path / "assets").iterdir()) == []


@needs_a_shell
def test_an_archive_that_is_not_the_pinned_one_is_refused(tmp_path, monkeypatch):
    false_npm(tmp_path, "echo forged > m.tgz; echo m.tgz", monkeypatch)
    with pytest.raises(LascarError, match=r"mathjax 3.2.2: the archive is not the pinned one"):
        offline.vendor_scripts(tmp_path / "assets" / "vendor")
    assert list((tmp_path / "assets").iterdir()) == []


def test_scripts_in_place_are_not_fetched_again(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    versions = {one.name: [one.version, *one.keep] for one in offline.PACKAGES}
    (tmp_path / "versions.json").write_text(json.dumps(versions))
    assert offline.vendor_scripts(tmp_path) == "formulas and widgets: local copies are in place"


def test_pages_use_the_network_unless_the_copies_are_there(pages, tmp_path):
    app, config = pages
    offline._use_local_scripts(app, config)
    assert config.mathjax_path == "https://cdn"
    (tmp_path / "assets" / "vendor").mkdir(parents=True)
    (tmp_path / "assets" / "vendor" / "versions.json").write_text("{}")
    offline._use_local_scripts(app, config)
    assert not any("://" in path for path in [config.mathjax_path, *config.nb_ipywidgets_js])


def test_anywidget_brings_the_script_that_is_copied(tmp_path):
    offline._copy_anywidget(tmp_path / "anywidget")
    assert "define(" in (tmp_path / "anywidget" / "index.js").read_text(encoding="utf-8")


def test_the_widget_manager_finds_its_icons_beside_itself(tmp_path):
    script = tmp_path / "embed-amd.js"
    script.write_text("a.p=`${s.origin}${s.pathname}`,b")
    offline._locate_icons(script)
    assert script.read_text() == 'a.p=(window.vendorFolder+"html-manager/dist/"),b'
    with pytest.raises(AssertionError, match="looked for in another way"):
        offline._locate_icons(script)

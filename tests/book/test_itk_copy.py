"""The local copy of itkwidgets' viewer: every address in it is one beside the extension."""

import json
import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest

from lascarlib.book import itk_copy
from lascarlib.book.itk_copy import copy_itk_viewer, localise
from lascarlib.errors import LascarError


@pytest.fixture
def extension(tmp_path, monkeypatch):
    """A false ImJoy extension, and a false npm registry that has every package."""
    installed = tmp_path / "share" / "jupyter" / "labextensions" / itk_copy.EXTENSION
    scripts = {
        "package.json": "{}",
        "static/remoteEntry.1.js": "start()",
        "static/lib.1.js": "async createWindow(_plugin, w, extra_config) { open(w) }",
        "static/vendors.1.js": 'eval("load(\\"https://cdn.jsdelivr.net/npm/vue@2.6.10/dist/a.js\\")")',
        "static/vendors.1.js.map": "{}",
    }
    listed = []
    for name, text in scripts.items():
        path = installed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        listed.append(_Listed(path))
    monkeypatch.setattr(itk_copy, "files", lambda name: listed)
    monkeypatch.setattr(itk_copy, "version", lambda name: "0.2.6")
    monkeypatch.setattr(itk_copy.shutil, "which", lambda name: "npm")
    monkeypatch.setattr(itk_copy, "fetch", lambda package, **_: package)
    page = '<script src="https://lib.imjoy.io/imjoy-loader.js"></script> loadImJoyRPC({ api: 1 })'
    core = 'f="https://lib.imjoy.io/default_base_frame.html";{"startup":true}'
    content = {"itk-vtk-viewer": ("index.html", page), "imjoy-core": ("imjoy-core.min.js", core)}

    def unpack(package, archive, folder):
        name, text = content.get(package.name, ("x.js", ""))
        (folder / "dist").mkdir(parents=True)
        (folder / "dist" / name).write_text(text)

    monkeypatch.setattr(itk_copy, "unpack", unpack)
    return tmp_path / "copy"


class _Listed:
    """What `importlib.metadata.files` lists: a path that can be located."""

    def __init__(self, path):
        self.path, self.parts, self.name = path, path.parts, path.name

    def locate(self):
        return self.path


def test_no_address_of_a_network_is_left_in_what_the_copy_loads(extension):
    assert "local copy of its viewer was made" in copy_itk_viewer(extension)
    static = extension / itk_copy.EXTENSION / "static"
    texts = [path.read_text() for path in static.rglob("*") if path.is_file()]
    assert not [text for text in texts if "https://" in text]
    assert not list(static.glob("*.map"))
    assert (static / "remoteEntry.1.js").read_text().startswith("window.itkCopy = document.")
    assert "window.itkLocal(w); open(w)" in (static / "lib.1.js").read_text()
    assert 'load(window.itkCopy+\\"vue/dist/a.js\\")' in (static / "vendors.1.js").read_text()
    core = (static / "vendor" / "imjoy-core" / "dist" / "imjoy-core.min.js").read_text()
    assert '"startup":false' in core


def test_a_copy_in_place_is_kept_until_a_version_changes(extension, monkeypatch):
    copy_itk_viewer(extension)
    assert "in place" in copy_itk_viewer(extension)
    stamp = extension / itk_copy.EXTENSION / "versions.json"
    assert json.loads(stamp.read_text())["imjoy-jupyterlab-extension"] == "0.2.6"
    monkeypatch.setattr(itk_copy, "version", lambda name: "0.2.7")
    assert "was made" in copy_itk_viewer(extension)


def test_without_npm_or_a_registry_nothing_is_left_and_the_line_says_so(extension, monkeypatch):
    monkeypatch.setattr(itk_copy, "fetch", lambda package, **_: None)
    assert copy_itk_viewer(extension).startswith("npm could not fetch vue:")
    assert list(extension.iterdir()) == []
    monkeypatch.setattr(itk_copy.shutil, "which", lambda name: None)
    assert copy_itk_viewer(extension).startswith("npm is not installed:")


def test_an_extension_that_opens_windows_otherwise_is_not_called_local(extension, monkeypatch):
    monkeypatch.setattr(itk_copy, "_HOOK", "async openWindow(w) {")  # not in any of its scripts
    with pytest.raises(LascarError, match=r"0\.2\.6 opens windows in a way that is not known"):
        copy_itk_viewer(extension)
    assert list(extension.iterdir()) == []


def test_without_itkwidgets_the_command_is_named(tmp_path, monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(itk_copy, "version", missing)
    with pytest.raises(LascarError, match="itkwidgets is not installed: pip install"):
        copy_itk_viewer(tmp_path)


@pytest.mark.parametrize(
    ("script", "local"),
    [
        ("'https://imjoy-team.github.io/vue-js-modal/index.js'", "'vue-js-modal/dist/index.js'"),
        (
            '"https://cdn.jsdelivr.net/npm/@oeway/vue-window@2.4.1-a/lib/index.js"',
            '"vue-window/index.js"',
        ),
        ("`https://cdn.jsdelivr.net/npm/imjoy-core@${version}/dist/`", "`imjoy-core/dist/`"),
    ],
)
def test_an_address_becomes_an_expression(script, local):
    assert localise(script) == f"window.itkCopy+{local}"


def test_lab_is_started_with_the_copy_only_where_asked(tmp_path, monkeypatch):
    from lascarlib.book import lab

    calls = []
    monkeypatch.setattr(lab, "copy_itk_viewer", lambda folder: f"copied to {folder.name}")
    monkeypatch.setattr(
        lab.subprocess, "run", lambda told, **_: calls.append(told) or SimpleNamespace(returncode=0)
    )
    assert lab.start_lab(itk=False, root=tmp_path) == 0
    assert lab.start_lab(itk=True, browser=False, root=tmp_path) == 0
    plain, itk = calls
    assert plain[:3] == [sys.executable, "-m", "jupyterlab"]
    assert not [word for word in plain if "extra_labextensions" in word]
    assert f"--LabApp.extra_labextensions_path={tmp_path / 'build' / 'itk'}" in itk
    assert "--no-browser" in itk

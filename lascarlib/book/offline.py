"""Make the book readable without a network: its scripts are fetched once and served locally.

By default Jupyter Book's pages load MathJax, require.js and the widget manager from content
delivery networks. `vendor_scripts` puts pinned copies under `assets/vendor/`; as a Sphinx extension
(`setup`) this module points the pages at those copies where they exist.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from importlib.metadata import files
from pathlib import Path
from typing import Any

from lascarlib.book.npm import NpmPackage, fetch, unpack

PACKAGES = (
    NpmPackage(
        "mathjax",
        "3.2.2",
        "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        ("es5/tex-mml-chtml.js", "es5/output/chtml", "es5/input/tex/extensions", "es5/ui"),
    ),
    NpmPackage(
        "requirejs",
        "2.3.6",
        "ipEzlWQe6RK3jkzikgCupiTbTvm4S0/CAU5GlgptkN5SO6F3u0UD0K18wy6ErDqiCyP4J4YYe1HuAShvsxePLg==",
        ("require.js",),
    ),
    NpmPackage(
        "@jupyter-widgets/html-manager",
        "1.0.14",
        "wglgQQ+VMj+MBKkTttdeoMtOah/H2A1w5GU1OAVXmDQqZYTK6C+oHZjQMxcNezIpiqUjC1YHKOo5XdP3ENvBng==",
        (
            "dist/embed-amd.js",
            "dist/1551f4f60c37af51121f.woff2",  # the icons of its controls: Font Awesome
            "dist/7a3337626410ca2f4071.woff2",
            "dist/d878b0a6a1144760244f.woff2",
        ),
    ),
)
# Tells require.js where the local copy of anywidget is, from a page at any depth, and the widget
# manager where its icons are.
_LOCATE = """window.vendorFolder = new URL(
  (document.documentElement.dataset.content_root || "./") + "_static/vendor/",
  document.baseURI).href;
require.config({paths: {anywidget: window.vendorFolder + "anywidget/index"}});
"""
_ICONS_FROM = re.compile(r"`\$\{(\w)\.origin\}\$\{\1\.pathname\}`")
"""Where the manager looks for its icons: beside the page, because require.js knows it by name."""


def vendor_scripts(folder: Path) -> str:
    """Fetch the pinned scripts into a folder, once, and say in one line how it went.

    Args:
        folder: `assets/vendor` of the checkout; replaced as a whole when the pins have changed.

    Returns:
        The line. Without npm, or without a registry it can reach, nothing is written and the line
        says what readers without a network will miss.

    Raises:
        LascarError: if an archive is not the one that was pinned.
    """
    stamp = folder / "versions.json"
    versions = {package.name: [package.version, *package.keep] for package in PACKAGES}
    if stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == versions:
        return "formulas and widgets: local copies are in place"
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed: without a network, readers will miss formulas and widgets"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".vendor-") as name:
        partial = Path(name)
        for package in PACKAGES:
            archive = fetch(package, npm=npm, folder=partial)
            if archive is None:
                return (
                    f"npm could not fetch {package.name}: without a network, readers will miss "
                    "formulas and widgets"
                )
            unpack(package, archive, partial / "vendor" / package.folder)
        _copy_anywidget(partial / "vendor" / "anywidget")
        _locate_icons(partial / "vendor" / "html-manager" / "dist" / "embed-amd.js")
        text = json.dumps(versions, indent=2) + "\n"
        (partial / "vendor" / stamp.name).write_text(text, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        (partial / "vendor").rename(folder)
    return "formulas and widgets: local copies fetched, the book needs no network"


def _copy_anywidget(folder: Path) -> None:
    """Copy the script that runs every anywidget from the installed package."""
    scripts = [path for path in files("anywidget") or [] if path.match("*/anywidget/index.js")]
    folder.mkdir(parents=True)
    shutil.copyfile(scripts[0].locate(), folder / "index.js")
    (folder / "locate.js").write_text(_LOCATE, encoding="utf-8")


def _locate_icons(script: Path) -> None:
    """Let the widget manager take its icons from beside itself, also in a page that is a file."""
    text = script.read_text(encoding="utf-8")
    text, found = _ICONS_FROM.subn('(window.vendorFolder+"html-manager/dist/")', text)
    assert found, "the widget manager has changed: its icons are looked for in another way"
    script.write_text(text, encoding="utf-8")


def _use_local_scripts(app: Any, config: Any) -> None:
    """Point MathJax and the widgets at the local copies, if they were fetched."""
    if not (Path(app.srcdir) / "assets" / "vendor" / "versions.json").is_file():
        return
    config.mathjax_path = "vendor/mathjax/es5/tex-mml-chtml.js"
    config.nb_ipywidgets_js = {
        "vendor/requirejs/require.js": {},
        "vendor/anywidget/locate.js": {},
        "vendor/html-manager/dist/embed-amd.js": {"data-jupyter-widgets-cdn": "_static/vendor/"},
    }


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx: the hook through which Jupyter Book loads this module."""
    app.connect("config-inited", _use_local_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

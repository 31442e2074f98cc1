"""A local copy of itkwidgets' viewer, so that JupyterLab shows it without a network.

itkwidgets opens its viewer through the JupyterLab extension of ImJoy, and both fetch scripts from
content delivery networks when a window opens. `copy_itk_viewer` puts a copy of that extension
together whose scripts lie beside it; the addresses in it are worked out in the browser from where
the extension was loaded, so that it works below any base URL.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path

from lascarlib.book.npm import NpmPackage, fetch, unpack
from lascarlib.errors import LascarError

EXTENSION = "imjoy-jupyterlab-extension"
PACKAGES = (
    NpmPackage(
        "vue",
        "2.6.10",
        "ImThpeNU9HbdZL3utgMCq0oiMzAkt1mcgy3/E6zWC/G6AaQoeuFdsl9nDhTDU3X1R6FK7nsIUuRACVcjI+A2GQ==",
        ("dist/vue.min.js",),
    ),
    NpmPackage(
        "vue-js-modal",
        "1.3.35",
        "DKtxUCW/oprM/ndn9h/cnVgsmqjQ/ARy5rH4q/11Pas04og2td+sltl91H/rlwXTwJIqWyt+lJizK5o4ErjWIQ==",
        ("dist/index.js", "dist/styles.css"),
    ),
    NpmPackage(
        "imjoy-core",
        "0.14.5",
        "G0ybhLq57vOSM+4DhJ7A/3WSjJdbzk+WoEqg4+c5clkRhLOYY5VfI6oJ4MI664ZsVVgIinswsEJWbHAWQOBxFg==",
        ("dist/imjoy-core.min.js", "dist/imjoy-loader.js", "dist/default_base_frame.html"),
    ),
    NpmPackage(
        "imjoy-rpc",
        "0.5.9",
        "wjK01PPTboNh4nas2nlxB8PXpSToR6vOFnjBeIJ4LiMU5pRi7VIcTSsvO0WQapxyiFkA1fkm2s9HsZ2D2mHj0Q==",
        ("dist/imjoy-rpc.min.js", "dist/imjoy-rpc.js"),
    ),
    NpmPackage(
        "itk-viewer-bootstrap-ui",
        "0.30.0",
        "JfXAeCEgllRblolFwB4HaPQp+AyPzUt8s3g74LVnWLkvOyng4p24aO2Sjsk6ZIkWyZjdfZWAtvrdScKh/RPkKw==",
        ("dist/bootstrapUIMachineOptions.js.es.js",),
    ),
    NpmPackage(
        "itk-vtk-viewer",
        "14.51.0",
        "i1H0PfekLdCfL45lZ96aWCoh4thzxeexiGJ3NYC9euF1WefXW0P1JijBLIJfrDBvp5fhjncj/EEnIW1auBh+zw==",
        (
            "dist/index.html",
            "dist/itkVtkViewer.js",
            "dist/124.itkVtkViewer.js",
            "dist/e",
            "dist/itk/pipeline",
            "dist/itk/web-workers/min-bundles",
        ),
    ),
)
_WINDOW_STUB = "window.VueWindow = { install() {} };\n"  # @oeway/vue-window is not on npm
_HOOK = "async createWindow(_plugin, w, extra_config) {"  # where it opens any window
_EMPTY = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
_START = """window.itkCopy = document.currentScript.src.replace(/[^/]*$/, "vendor/");
window.itkLocal = (told) => {
  const copy = window.itkCopy, options = (told.config || {}).uiMachineOptions;
  if (told.type === "itk-vtk-viewer") told.src = copy + "itk-vtk-viewer/dist/index.html";
  if (options && options.href)
    options.href = copy + "itk-viewer-bootstrap-ui/dist/bootstrapUIMachineOptions.js.es.js";
};
"""


def copy_itk_viewer(folder: Path) -> str:
    """Put the local copy together, once, and say in one line how it went.

    Args:
        folder: where the copy's extension goes; JupyterLab is given it as
            `extra_labextensions_path`. Replaced as a whole when a version has changed.

    Returns:
        The line. Without npm, or without a registry it can reach, nothing is written and the line
        says that the viewer will come from the network.

    Raises:
        LascarError: itkwidgets is not installed, its extension opens windows in a way that is not
            known here, or an archive is not the one that was pinned.
    """
    versions = {package.name: package.version for package in PACKAGES}
    versions[EXTENSION] = _extension_version()
    stamp = folder / EXTENSION / "versions.json"
    if stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == versions:
        return "itkwidgets: the local copy of its viewer is in place"
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed: itkwidgets will fetch its viewer from the network"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".itk-") as name:
        partial = Path(name)
        target = partial / EXTENSION
        _copy_extension(target)
        for package in PACKAGES:
            archive = fetch(package, npm=npm, folder=partial)
            if archive is None:
                return (
                    f"npm could not fetch {package.name}: itkwidgets will fetch its viewer from "
                    "the network"
                )
            unpack(package, archive, target / "static" / "vendor" / package.folder)
        _rewrite(target / "static")
        (target / stamp.name).write_text(json.dumps(versions, indent=2) + "\n", encoding="utf-8")
        shutil.rmtree(folder / EXTENSION, ignore_errors=True)
        target.rename(folder / EXTENSION)
    return "itkwidgets: a local copy of its viewer was made, no network is needed"


def localise(script: str) -> str:
    r"""Turn the addresses of packages in a script into expressions that name the local copies.

    Args:
        script: JavaScript, or such inside a string, where quotes are escaped.

    Returns:
        The same with `itkCopy + "PACKAGE/..."` in place of each string that holds an address.

    Example:
        >>> localise('load("https://cdn.jsdelivr.net/npm/vue@2.6.10/dist/vue.min.js")')
        'load(window.itkCopy+"vue/dist/vue.min.js")'
        >>> localise('a=`https://cdn.jsdelivr.net/npm/imjoy-rpc@${config.version}/dist/`')
        'a=window.itkCopy+`imjoy-rpc/dist/`'
    """
    for address, local in (
        (r"https://cdn\.jsdelivr\.net/npm/@oeway/vue-window@[^/`\"']+/lib/", "vue-window/"),
        (r"https://imjoy-team\.github\.io/vue-js-modal/", "vue-js-modal/dist/"),
        (r"https://lib\.imjoy\.io/", "imjoy-core/dist/"),
        (r"https://cdn\.jsdelivr\.net/npm/([a-z-]+)@[^/`\"']+/", r"\2/"),
    ):
        script = re.sub(rf"(\\?[`\"']){address}", rf"window.itkCopy+\1{local}", script)
    return script


def _extension_version() -> str:
    try:
        return version(EXTENSION)
    except PackageNotFoundError as error:
        raise LascarError(
            "itkwidgets is not installed: pip install -c constraints.txt -e '.[lab]'"
        ) from error


def _copy_extension(target: Path) -> None:
    """Copy the installed extension, whichever folder pip put it in."""
    for path in files(EXTENSION) or []:
        if "labextensions" in path.parts and not path.name.endswith(".map"):
            inside = path.parts[path.parts.index(EXTENSION) + 1 :]
            (target / Path(*inside)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path.locate(), target / Path(*inside))


def _rewrite(static: Path) -> None:
    """Let every script of the copy load from beside itself."""
    vendor = static / "vendor"
    (vendor / "vue-window").mkdir(parents=True)
    (vendor / "vue-window" / "index.js").write_text(_WINDOW_STUB, encoding="utf-8")
    hooked = 0
    for path in [*static.glob("*.js"), vendor / "imjoy-core" / "dist" / "imjoy-core.min.js"]:
        script = localise(path.read_text(encoding="utf-8"))
        hooked += script.count(_HOOK)
        script = script.replace(_HOOK, f"{_HOOK} window.itkLocal(w);")
        script = script.replace('"startup":true', '"startup":false')  # engines from the network
        script = re.sub(r"https://imjoy\.io/static/img/[\w-]+\.svg", _EMPTY, script)
        if path.name.startswith("remoteEntry"):
            script = _START + script
        path.write_text(script, encoding="utf-8")
    if not hooked:
        raise LascarError(
            f"{EXTENSION} {_extension_version()} opens windows in a way that is not known here; "
            "install the pinned one: pip install -c constraints.txt -e '.[lab]'"
        )
    page = vendor / "itk-vtk-viewer" / "dist" / "index.html"
    html = page.read_text(encoding="utf-8")
    html = html.replace("https://lib.imjoy.io/", "../../imjoy-core/dist/")
    local = "base_url: new URL('../../imjoy-rpc/dist/', document.baseURI).href,"
    html = html.replace("loadImJoyRPC({", f"loadImJoyRPC({{ {local}")
    page.write_text(html, encoding="utf-8")

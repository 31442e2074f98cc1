"""A real browser, JupyterLab, and what a page did in it: requests, console, pictures."""

import io
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-gl=angle",
    "--use-angle=swiftshader",  # WebGL 2 without a graphics card
    "--enable-unsafe-swiftshader",
    "--allow-file-access-from-files",
)
# Harmless, and in pages that are not this project's to change: Jupyter Book declares a constant
# twice, and the widget manager asks for the queue of MathJax 2 where MathJax 3 is loaded.
STANDING = ("THEBE_JS_URL", "Queue")


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; without one the tests are skipped, in one line."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        found = next(
            filter(None, map(shutil.which, BROWSERS)), own if Path(own).is_file() else None
        )
        if found is None:
            pytest.skip(f"no browser is installed; tried {', '.join(BROWSERS)} and playwright's")
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page in the browser, and what it did that it should not."""

    page: object
    outside: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def picture(self, locator):
        """Uint8 (row, column, 3) of one element."""
        locator.scroll_into_view_if_needed(timeout=10000)
        return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))


@pytest.fixture
def visit(chromium):
    """A new page whose requests and console are watched."""
    page = chromium.new_page(viewport={"width": 1300, "height": 1000})
    seen = Visit(page)

    def asked(request):
        here = request.url.startswith(("file:", "data:", "blob:", "about:"))
        if not here and "//127.0.0.1" not in request.url:
            seen.outside.append(request.url)

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # given up as the page was left
            seen.missing.append(request.url)

    def said(text):
        if not any(word in text for word in STANDING):
            seen.errors.append(text)

    page.on("request", asked)
    page.on("response", lambda got: seen.missing.append(got.url) if got.status >= 400 else None)
    page.on("requestfailed", failed)
    page.on("console", lambda told: said(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: said(str(error)))
    yield seen
    page.close()


@pytest.fixture(scope="session")
def colours():
    """Share of an element's pixels that are scar's orange, and the atrium's blue."""

    def measure(picture):
        red, green, blue = np.moveaxis(picture.astype(int), 2, 0)
        orange = (red > 120) & (red > 1.5 * green) & (red > 2 * blue)
        pale = (blue > 120) & (blue > 1.15 * red) & (green > red)
        return float(orange.mean()), float(pale.mean())

    return measure


@dataclass
class Lab:
    """A running JupyterLab."""

    base: str
    token: str
    folder: Path

    def address(self, notebook):
        """Of a notebook, in a workspace of its own."""
        return f"{self.base}/lab/tree/{notebook}?token={self.token}&reset"

    def kernels(self):
        """What the server says of its kernels; it fails while one is starting."""
        with urllib.request.urlopen(
            f"{self.base}/api/kernels?token={self.token}", timeout=30
        ) as got:
            return json.load(got)

    def wait_until_idle(self, *, seconds):
        """Wait until there is a kernel and every one has been idle three times in a row."""
        end, quiet = time.monotonic() + seconds, 0
        while quiet < 3:
            assert time.monotonic() < end, f"a kernel is still busy after {seconds} s"
            time.sleep(1)
            try:
                states = [kernel["execution_state"] for kernel in self.kernels()]
            except OSError:
                states = []
            quiet = quiet + 1 if states and set(states) == {"idle"} else 0


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the notebooks, without its own news."""
    folder, settings = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("settings")
    for source in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copy(source, folder)
    for name, told in (
        ("notebook-extension/tracker", {"windowingMode": "none"}),  # all cells are in the page
        ("apputils-extension/notification", {"fetchNews": "false", "checkForUpdates": False}),
    ):
        path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(told), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={folder}"]
    server = subprocess.Popen(
        [*command, f"--IdentityProvider.token={token}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "JUPYTERLAB_SETTINGS_DIR": str(settings)},
    )
    running = Lab(f"http://127.0.0.1:{port}", token, folder)
    try:
        for _ in range(240):
            try:
                running.kernels()
                break
            except OSError:
                time.sleep(0.5)
        yield running
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)

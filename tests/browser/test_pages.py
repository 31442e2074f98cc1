"""The published book in a real browser: from files and over HTTP, whole without a network."""

import functools
import http.server
import re
import threading
import time
from pathlib import Path

import pytest

HTML = Path(__file__).parents[2] / "book" / "_build" / "html"


@pytest.fixture(scope="module")
def pages():
    """Every page of the built book but the listings of source code."""
    if not (HTML / "index.html").is_file():
        pytest.fail("there is no book to look at; build it with `make book`")
    return [
        path
        for path in sorted(HTML.rglob("*.html"))
        if not {"_modules", "_static"} & set(path.parts)
    ]


@pytest.fixture(scope="module")
def served():
    """The address of the book over HTTP."""
    handler = functools.partial(_Quiet, directory=HTML)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Keep the tests' output free of a line a request."""


def with_text(pages, word):
    return [path for path in pages if word in path.read_text(encoding="utf-8")]


def has_scene(path):
    text = path.read_text(encoding="utf-8")
    return "ipyniivue" in text or "srcdoc=" in text


def test_no_page_asks_for_anything_outside_or_reports_an_error(pages, visit):
    for path in pages:
        visit.page.goto(path.as_uri(), timeout=120000)
        visit.page.wait_for_timeout(300)
        problems = [*visit.outside, *visit.missing, *visit.errors]
        assert not problems, path.relative_to(HTML)


def test_no_table_is_left_as_text(pages):
    ruled = re.compile(r"\|\s*(-{3,}|—)\s*\|")  # the line below a table's head
    assert not [path.name for path in pages if ruled.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("way", ["file", "http"])
def test_every_scene_shows_the_atrium_and_its_scar(pages, served, visit, colours, way):
    scenes = [path for path in pages if has_scene(path)]
    assert scenes
    for path in scenes:
        name = path.relative_to(HTML).as_posix()
        visit.page.goto(path.as_uri() if way == "file" else f"{served}/{name}", timeout=120000)
        frames = visit.page.locator("iframe[srcdoc]").count()
        widgets = path.read_text(encoding="utf-8").count("ipyniivue.widget.NiiVue")
        canvases = wait_for_canvases(visit.page, frames + widgets)
        assert len(canvases) >= frames + widgets, name
        for canvas in canvases:
            wait_for_colours(visit, canvas, colours)
        assert not visit.outside
        assert not visit.missing
        assert not visit.errors


def wait_for_canvases(page, number, seconds=120):
    end = time.monotonic() + seconds
    found = []
    while len(found) < number and time.monotonic() < end:
        page.wait_for_timeout(1000)
        found = [c for frame in page.frames for c in frame.locator("canvas").all()]
    return [canvas for canvas in found if canvas.is_visible()]


def wait_for_colours(visit, canvas, colours, seconds=60):
    """Wait until a canvas shows scar's orange beside the atrium's blue."""
    end = time.monotonic() + seconds
    orange = blue = 0.0
    while (orange < 0.001 or blue < 0.005) and time.monotonic() < end:
        visit.page.wait_for_timeout(1000)
        orange, blue = colours(visit.picture(canvas))
    assert orange >= 0.001, (orange, blue)
    assert blue >= 0.005, (orange, blue)


def test_every_slider_changes_its_picture_without_a_kernel(pages, visit):
    with_sliders = with_text(pages, 'type="range"')
    assert with_sliders
    for path in with_sliders:
        visit.page.goto(path.as_uri(), timeout=120000)
        boxes = visit.page.locator("figure:has(> label > input[type=range])").all()
        assert boxes, f"{path.name}: a slider without its frames"
        for box in boxes:
            for slider in box.locator("input[type=range]").all():
                before = visit.picture(box.locator("img:visible"))
                slider.focus()
                last = slider.input_value() == slider.get_attribute("max")
                visit.page.keyboard.press("ArrowLeft" if last else "ArrowRight")
                assert box.locator("img:visible").count() == 1
                after = visit.picture(box.locator("img:visible"))
                assert before.shape != after.shape or (before != after).any(), path.name

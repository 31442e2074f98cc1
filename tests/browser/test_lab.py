"""JupyterLab in a real browser runs notebooks from beginning to end; scenes show their colours."""

import json
import time

import pytest


def run_all(lab, visit, name, *, seconds=900):
    """Open a notebook, run all its cells, save it, and return it as it lies on disk."""
    page = visit.page
    page.goto(lab.address(f"{name}.ipynb"), timeout=180000)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=180000)
    lab.wait_until_idle(seconds=120)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.wait_for_timeout(5000)
        page.keyboard.press("Control+s")
        try:
            notebook = json.loads((lab.folder / f"{name}.ipynb").read_text(encoding="utf-8"))
        except json.JSONDecodeError:  # it is being written
            continue
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        stopped = any(output["output_type"] == "error" for c in code for output in c["outputs"])
        if stopped or all(cell["execution_count"] for cell in code):
            break
    lab.wait_until_idle(seconds=60)
    return code


@pytest.mark.parametrize("name", ["01_data", "06_uncertainty", "14_the_atrium_in_3d"])
def test_a_notebook_runs_from_beginning_to_end(lab, visit, colours, name):
    code = run_all(lab, visit, name)
    failed = [
        output["evalue"]
        for cell in code
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]
    assert not failed
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not visit.outside
    if name.startswith("14"):
        canvases = visit.page.locator(".jp-OutputArea canvas").all()
        assert len(canvases) >= 2  # the volume and the surface
        for canvas in canvases:
            orange, blue = colours(visit.picture(canvas))
            assert orange > 0.001, (orange, blue)
            assert blue > 0.005, (orange, blue)

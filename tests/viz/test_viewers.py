import subprocess
import sys

import pytest
from matplotlib.figure import Figure

from lascarlib.errors import LascarError
from lascarlib.viz import viewers
from lascarlib.viz.viewers import Page, Scene, choose_viewer


@pytest.fixture
def installed(monkeypatch):
    """What `find_spec` finds; both packages at first."""
    packages = {"ipyniivue", "itkwidgets"}
    monkeypatch.setattr(viewers, "find_spec", lambda name: name if name in packages else None)
    monkeypatch.delenv(viewers.EXECUTED, raising=False)
    return packages


def test_niivue_comes_first_in_a_live_notebook(installed):
    assert choose_viewer(None, published="page") == "niivue"
    installed.clear()
    assert choose_viewer(None, published="page") == "page"


def test_where_lascar_run_executes_the_page_decides_and_itk_is_refused(installed, monkeypatch):
    monkeypatch.setenv(viewers.EXECUTED, "1")
    assert choose_viewer(None, published="page") == "page"
    assert choose_viewer(None, published="niivue") == "niivue"
    assert choose_viewer("niivue", published="page") == "niivue"
    with pytest.raises(LascarError, match="would spoil a notebook"):
        choose_viewer("itk", published="page")


def test_what_was_asked_for_is_taken_or_the_command_that_installs_it_is_named(installed):
    assert choose_viewer("itk", published="page") == "itk"
    installed.clear()
    with pytest.raises(LascarError, match="make lab-itk"):
        choose_viewer("itk", published="page")
    with pytest.raises(LascarError, match="ipyniivue is not installed"):
        choose_viewer("niivue", published="page")
    with pytest.raises(LascarError, match="viewer is 'vtk'; choose one of niivue, itk, page"):
        choose_viewer("vtk", published="page")


def test_itkwidgets_is_detected_and_used_without_being_imported():
    code = """
import sys, types
from importlib.machinery import ModuleSpec
import importlib.util, numpy as np
real = importlib.util.find_spec
found = lambda name, *a: ModuleSpec(name, None) if name == "itkwidgets" else real(name, *a)
importlib.util.find_spec = found
from lascarlib.phantom import COARSE, phantom_case
from lascarlib.viz import show_volume
scene = show_volume(phantom_case(0, seed=7, config=COARSE), viewer="itk")
print(type(scene.viewer).__name__, sorted(name for name in sys.modules if name.startswith("itk")))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split()[0] == "ItkWindow"
    assert "itkwidgets" not in run.stdout


def test_a_scene_shows_its_still_first_and_a_page_in_a_frame_with_a_title(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda what, **_: shown.append(what))
    figure = Figure()
    Scene(figure, Page('<p class="a">'))._ipython_display_()
    assert shown[0] is figure
    frame = shown[1]["text/html"]
    assert 'srcdoc="&lt;p class=&quot;a&quot;&gt;"' in frame
    assert 'title="' in frame

import signal
import struct

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import world_mesh
from lascarlib.viz import show_surface, show_surfaces
from lascarlib.viz.camera import best_view, look_from
from lascarlib.viz.niivue import CAMERA
from lascarlib.viz.viewers import EXECUTED, Page


@pytest.fixture(scope="module")
def ball():
    """A ball of 20 mm radius at (100, 0, -50) mm."""
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = [48, -52, -102]
    mask = ((4.0 * np.indices((27, 27, 27)) - 52) ** 2).sum(axis=0) < 400
    return world_mesh(mask, affine=affine, edge_mm=4.0)


def pixels(ax):
    return np.asarray(ax.images[0].get_array()).astype(int)


def share_of_scar(picture):
    """Share of the surface's pixels that are vermilion: far more red than blue."""
    inside = (picture < 250).any(axis=2)
    return (inside & (picture[..., 0] > 1.5 * picture[..., 2])).sum() / inside.sum()


def test_letters_of_every_view_agree_with_its_axes():
    towards = {"R": 0, "L": 0, "A": 1, "P": 1, "S": 2, "I": 2}
    for view in ("posterior", "anterior", "left", "right", "superior", "inferior"):
        eye, up, (left, right, top, bottom) = look_from(view)
        across = np.cross(up, eye)  # to the picture's right
        assert across[towards[right]] == (1 if right in "RAS" else -1), view
        assert across[towards[left]] == (-1 if left in "RAS" else 1), view
        assert up[towards[top]] == (1 if top in "RAS" else -1), view
        assert towards[top] == towards[bottom]
    with pytest.raises(LascarError, match="view is 'behind'"):
        look_from("behind")


def test_scar_is_seen_from_its_side_and_not_from_the_other(ball):
    scar = ball.vertices_mm[:, 1] < -8  # behind: y grows to the front
    assert best_view(ball, scar) == "posterior"
    figure = show_surfaces({"ball": (ball, scar)}, views=("posterior", "anterior"))
    behind, front = (pixels(ax) for ax in figure.axes)
    # The cap of a ball of 20 mm beyond 8 mm: a disc of radius sqrt(400 - 64), 84 % of the picture.
    assert share_of_scar(behind) == pytest.approx(0.84, abs=0.06)
    assert share_of_scar(front) < 0.01
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["atrium", "scar"]
    # Scale: the picture's edge is 40 x 1.12 mm, so the ball is 1 / 1.12 of it wide.
    columns = np.flatnonzero((behind < 250).any(axis=(0, 2)))
    assert len(columns) / behind.shape[1] == pytest.approx(1 / 1.12, abs=0.02)


def test_many_surfaces_are_broken_into_lines_each_with_every_view(ball):
    many = {name: (ball, None) for name in "abc"}
    figure = show_surfaces(many, views=("posterior", "left"), columns=2)
    titles = [ax.get_title().replace("\n", " ") for ax in figure.axes]
    first = ["a posterior", "b posterior", "a left", "b left"]
    assert titles == [*first, "c posterior", "", "c left", ""]
    assert not figure.axes[5].axison  # the place that is left over stays white
    with pytest.raises(LascarError, match="columns is 0"):
        show_surfaces(many, columns=0)


def test_a_scene_is_a_page_of_its_own_beside_its_still(ball):
    height = ball.vertices_mm[:, 2] + 50
    scene = show_surface(ball, values=height, label="height (mm)", title="ball", viewer="page")
    page = scene.viewer.source
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert len(page) < 3e6
    assert "kitware.github.io/vtk-js/icon" not in page  # it would be fetched
    assert 'src="http' not in page
    assert 'href="http' not in page.split("</head>")[0]
    *pictures, bar = scene.still.axes
    assert len(pictures) == 2
    assert bar.get_ylabel() == "height (mm)"
    assert bar.get_ylim() == pytest.approx((-np.abs(height).max(), np.abs(height).max()))


def test_niivue_holds_the_same_colours_and_looks_from_the_side_of_the_scar(ball, monkeypatch):
    made = []
    monkeypatch.setattr("ipyniivue.Mesh", lambda **told: made.append(told) or told)
    monkeypatch.setattr("ipyniivue.NiiVue.load_meshes", lambda self, meshes: None)
    scar = ball.vertices_mm[:, 0] > 108
    scene = show_surface(ball, values=scar).viewer.scene
    assert (scene.render_azimuth, scene.render_elevation) == CAMERA["right"]
    (told,) = made
    magic, kind, faces, vertices, skip = struct.unpack("<HHIII", told["data"][:16])
    assert (magic, kind, skip) == (0x5A4D, 7, 0)  # faces, vertices and colours
    assert (faces, vertices) == (len(ball.faces), len(ball.vertices_mm))
    colours = np.frombuffer(told["data"][-4 * vertices :], np.uint8).reshape(-1, 4)
    assert (colours[scar] == [0xD5, 0x5E, 0x00, 255]).all()


def test_the_page_is_the_choice_where_lascar_run_executes(ball, monkeypatch):
    monkeypatch.setenv(EXECUTED, "1")
    assert isinstance(show_surface(ball).viewer, Page)
    with pytest.raises(LascarError, match="viewer='itk' needs a person in JupyterLab"):
        show_surface(ball, viewer="itk")


def test_ctrl_c_still_works_after_a_scene_was_made(ball):
    before = signal.getsignal(signal.SIGINT)
    show_surface(ball, values=ball.vertices_mm[:, 2], label="height (mm)", viewer="page")
    assert signal.getsignal(signal.SIGINT) is before


def test_bad_input_is_refused_before_anything_is_drawn(ball):
    with pytest.raises(LascarError, match="surfaces or views are empty"):
        show_surfaces({})
    with pytest.raises(LascarError, match="values has shape"):
        show_surface(ball, values=np.zeros(3))
    many = len(ball.vertices_mm)
    with pytest.raises(LascarError, match="different kinds"):
        show_surfaces({"a": (ball, np.zeros(many)), "b": (ball, np.zeros(many, bool))})


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_colours_need_a_limit_above_0(ball, limit):
    values = np.zeros(len(ball.vertices_mm))
    with pytest.raises(LascarError, match="a magnitude above 0"):
        show_surfaces({"a": (ball, values)}, limit=limit)

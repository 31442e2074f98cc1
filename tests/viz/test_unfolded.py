import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import unfold, world_mesh
from lascarlib.phantom import COARSE, phantom_case, phantom_openings
from lascarlib.viz import show_unfolded


def test_the_map_shows_values_stretch_and_names():
    case = phantom_case(0, seed=1, config=COARSE)
    mesh = world_mesh(case.atrium, affine=case.affine, edge_mm=2.0)
    found = unfold(mesh, phantom_openings(case))
    figure = show_unfolded(found, mesh.vertices_mm[:, 2], label="height (mm)")
    drawn = figure.axes[0].collections[0].get_array()
    assert np.array_equal(drawn, found.opened.mesh.vertices_mm[:, 2])
    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"LU", "RL", "App.", "posterior", "septum", "edge: mitral valve"} <= words
    assert [ax.get_ylabel() for ax in figure.axes[2:]] == ["height (mm)", "area drawn / area"]
    scar = show_unfolded(found, mesh.vertices_mm[:, 2] > 0, label="scar")
    assert scar.axes[0].get_title() == "scar"
    with pytest.raises(LascarError, match="for each vertex of the closed surface"):
        show_unfolded(found, np.zeros(5), label="short")

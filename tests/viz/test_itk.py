import sys
from types import SimpleNamespace

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.geometry import world_mesh
from lascarlib.viz.itk import ItkWindow, itk_arguments, itk_surface


@pytest.fixture
def ngff(monkeypatch):
    """A stand-in for ngff_zarr that keeps what it is told."""
    module = SimpleNamespace(to_ngff_image=lambda data, **told: SimpleNamespace(data=data, **told))
    monkeypatch.setitem(sys.modules, "ngff_zarr", module)


def test_the_viewer_is_given_lps_and_z_first(ngff):
    labels = np.zeros((2, 3, 4), np.uint8)
    labels[1, 2, 3] = 2
    affine = np.diag([2.0, 2.0, 3.0, 1.0])  # RAS: x to the right, y to the front
    affine[:3, 3] = [10, 20, 30]
    there = affine @ [1, 2, 3, 1]  # (12, 24, 39)
    window = ItkWindow(labels, labels, affine, there[:3])
    given = itk_arguments(window)
    image = given["label_image"]
    assert image.data.shape == (4, 3, 2)
    (place,) = np.argwhere(image.data == 2)
    scale, first = image.scale, image.translation
    lps = [first[axis] + scale[axis] * k for axis, k in zip("zyx", place, strict=True)]
    assert lps == [39, -24, -12]
    assert (given["z_slice"], given["y_slice"], given["x_slice"]) == (39, -24, -12)


def test_an_image_without_labels_is_given_alone(ngff):
    image = np.ones((2, 2, 2))
    window = ItkWindow(image, np.zeros((2, 2, 2), np.uint8), np.eye(4), np.zeros(3))
    assert "label_image" not in itk_arguments(window)


def test_a_surface_becomes_a_closed_shell_of_voxels_at_its_place():
    ball = np.indices((21, 21, 21)) - 10
    mesh = world_mesh((ball**2).sum(axis=0) < 64, affine=np.eye(4), edge_mm=1.5)
    scar = mesh.vertices_mm[:, 2] > 14
    window = itk_surface(mesh, scar)
    from scipy import ndimage

    inside = ndimage.binary_fill_holes(window.labels > 0)
    assert inside.sum() > 2 * (window.labels > 0).sum()  # closed: there is room within
    shell = np.argwhere(window.labels > 0) * 0.75 + window.affine[:3, 3]
    radius_mm = np.linalg.norm(shell - 10, axis=1)
    assert abs(radius_mm - 7.7).max() < 1.0
    top = np.argwhere(window.labels == 2) * 0.75 + window.affine[:3, 3]
    assert top[:, 2].min() > 12.5
    assert window.focus_mm[2] > 14


def test_real_values_are_refused():
    corners = np.array([[0, 0, 0], [3, 0, 0], [0, 3, 0]], float)
    from lascarlib.geometry.mesh import SurfaceMesh

    mesh = SurfaceMesh(corners, corners, np.array([[0, 1, 2]]), np.array([[0, 1]]))
    with pytest.raises(LascarError, match="no real numbers"):
        itk_surface(mesh, np.zeros(3))


def test_the_window_opens_when_it_is_shown_and_not_before(ngff, monkeypatch):
    opened = []
    module = SimpleNamespace(view=lambda **given: opened.append(sorted(given)))
    monkeypatch.setitem(sys.modules, "itkwidgets", module)
    window = ItkWindow(np.ones((2, 2, 2)), np.ones((2, 2, 2), np.uint8), np.eye(4), np.ones(3))
    assert not opened
    window._ipython_display_()
    assert opened == [["image", "label_image", "x_slice", "y_slice", "z_slice"]]

import nibabel as nib
import numpy as np
import pytest
import pyvista

from lascarlib.errors import LascarError
from lascarlib.geometry import SurfaceMesh, write_mesh

# A tetrahedron whose corners are told apart by every coordinate.
CORNERS = np.array([[1, 2, 3], [11, 2, 3], [1, 22, 3], [1, 2, 33]], float)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
MESH = SurfaceMesh(CORNERS, CORNERS, FACES, FACES[:, :2])
VALUES = {"scar": np.array([True, False, False, True]), "depth_mm": np.array([0.5, -1, 2, 0])}
LPS = CORNERS * [-1, -1, 1]


def test_gifti_is_ras_and_holds_the_values(tmp_path):
    write_mesh(tmp_path / "a.gii", MESH, VALUES)
    points, triangles, scar, depth = nib.load(tmp_path / "a.gii").darrays
    assert np.array_equal(points.data, CORNERS)
    assert np.array_equal(triangles.data, FACES)
    assert scar.data.tolist() == [1, 0, 0, 1]
    assert depth.meta["Name"] == "depth_mm"
    assert depth.data.tolist() == [0.5, -1, 2, 0]


@pytest.mark.parametrize("ending", [".ply", ".vtk", ".stl"])
def test_vtk_reads_the_others_back_in_lps(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    write_mesh(path, MESH, {} if ending == ".stl" else VALUES)
    read = pyvista.read(path)
    corners = np.asarray(read.points)[read.regular_faces]
    assert np.array_equal(corners, LPS[FACES])
    if ending == ".vtk":
        assert np.array_equal(read["depth_mm"], VALUES["depth_mm"].astype(np.float32))
        assert read["scar"].tolist() == [1, 0, 0, 1]
    assert b"SPACE=LPS" in path.read_bytes()[:200]


def test_ply_holds_a_row_of_five_floats_for_every_vertex(tmp_path):
    write_mesh(tmp_path / "a.ply", MESH, VALUES)
    head, body = (tmp_path / "a.ply").read_bytes().split(b"end_header\n")
    table = np.frombuffer(body[: 4 * 5 * 4], "<f4").reshape(4, 5)
    assert b"property float scar\nproperty float depth_mm\n" in head
    assert np.array_equal(table[:, :3], LPS)
    assert np.array_equal(table[:, 4], VALUES["depth_mm"].astype(np.float32))


@pytest.mark.parametrize(
    ("name", "values", "match"),
    [
        ("a.obj", {}, "unknown ending"),
        ("a.stl", VALUES, "holds no values"),
        ("a.ply", {"two words": VALUES["depth_mm"]}, "has a space"),
        ("a.ply", {"short": np.zeros(3)}, "one number for each of the 4"),
        ("a.gii", {"word": np.array(list("abcd"))}, "one number for each of the 4"),
    ],
)
def test_bad_input_leaves_no_file(tmp_path, name, values, match):
    with pytest.raises(LascarError, match=match):
        write_mesh(tmp_path / name, MESH, values)
    assert not list(tmp_path.iterdir())

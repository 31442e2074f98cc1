"""A surface and its values in a file that other programs open: GIFTI, PLY, VTK, STL.

GIFTI is written in RAS+, as neuroimaging programs take it for granted. PLY, VTK and STL know no
patient: they are written in LPS+, x to the left and y to the back, with "SPACE=LPS" in the header,
which is what 3D Slicer looks for and what it assumes where nothing is said. ParaView and systems
for electro-anatomical mapping show the numbers as they are. Values go with GIFTI and VTK into any
of these programs; those of a PLY are properties of its vertices, which VTK and ParaView pass over.
"""

from collections.abc import Mapping
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.gifti import GiftiCoordSystem, GiftiDataArray, GiftiImage

from lascarlib.errors import LascarError
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.geometry.world_mesh import check_values
from lascarlib.io import write_atomically

ENDINGS = (".gii", ".ply", ".vtk", ".stl")
"""The file endings that are written."""
_LPS = np.array([-1.0, -1.0, 1.0])


def write_mesh(
    path: str | Path, mesh: SurfaceMesh, values: Mapping[str, np.ndarray] | None = None
) -> None:
    r"""Write a surface in world millimetres with its values, whole or not at all.

    Args:
        path: target, ending in .gii, .ply, .vtk or .stl; its folder is made.
        mesh: in RAS+ world mm, as from `world_mesh`.
        values: name -> (vertex,), stored as float32; names without spaces. An .stl holds none.

    Raises:
        LascarError: another ending, values that are not one number a vertex, a name with a space,
            or values for an .stl.

    Example:
        >>> from lascarlib.geometry.world_mesh import world_mesh
        >>> import tempfile
        >>> ball = np.indices((9, 9, 9)) - 4
        >>> mesh = world_mesh((ball**2).sum(axis=0) < 10, affine=np.eye(4))
        >>> path = Path(tempfile.mkdtemp()) / "ball.ply"
        >>> write_mesh(path, mesh, {"height": mesh.vertices_mm[:, 2]})
        >>> path.read_bytes().split(b"\n")[:3]
        [b'ply', b'format binary_little_endian 1.0', b'comment SPACE=LPS']
    """
    path, values = Path(path), {} if values is None else values
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise LascarError(f"{path}: unknown ending; write to one of {', '.join(ENDINGS)}")
    if ending == ".stl" and values:
        raise LascarError(f"{path}: an .stl holds no values; write to .gii, .ply or .vtk")
    for name, array in values.items():
        check_values(array, mesh, name=name)
        if not name or any(letter.isspace() for letter in name):
            raise LascarError(f"{path}: the name {name!r} of values has a space; use an underscore")
    stored = {name: array.astype(np.float32) for name, array in values.items()}
    if ending == ".gii":
        image = _gifti(mesh, stored)
        write_atomically(path, lambda part: nib.save(image, part), suffix=".gii")
        return
    encode = {".ply": _ply, ".vtk": _vtk, ".stl": _stl}[ending]
    content = encode((mesh.vertices_mm * _LPS).astype(np.float32), mesh.faces, stored)
    write_atomically(path, lambda part: part.write_bytes(content))


def _gifti(mesh: SurfaceMesh, values: Mapping[str, np.ndarray]) -> GiftiImage:
    frame = GiftiCoordSystem("NIFTI_XFORM_SCANNER_ANAT", "NIFTI_XFORM_SCANNER_ANAT", np.eye(4))
    points = GiftiDataArray(
        mesh.vertices_mm.astype(np.float32), "NIFTI_INTENT_POINTSET", coordsys=frame
    )
    triangles = GiftiDataArray(mesh.faces.astype(np.int32), "NIFTI_INTENT_TRIANGLE")
    shapes = [
        GiftiDataArray(array, "NIFTI_INTENT_SHAPE", meta={"Name": name})
        for name, array in values.items()
    ]
    return GiftiImage(darrays=[points, triangles, *shapes])


def _ply(points: np.ndarray, faces: np.ndarray, values: Mapping[str, np.ndarray]) -> bytes:
    columns = ["x", "y", "z", *values]
    lines = ["ply", "format binary_little_endian 1.0", "comment SPACE=LPS"]
    lines += [f"element vertex {len(points)}", *(f"property float {name}" for name in columns)]
    lines += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    table = np.column_stack([points, *values.values()]).astype("<f4")
    rows = np.zeros(len(faces), [("n", "u1"), ("corners", "<i4", 3)])
    rows["n"], rows["corners"] = 3, faces
    return "\n".join([*lines, ""]).encode() + table.tobytes() + rows.tobytes()


def _vtk(points: np.ndarray, faces: np.ndarray, values: Mapping[str, np.ndarray]) -> bytes:
    head = "# vtk DataFile Version 3.0\nlascarlib SPACE=LPS\nBINARY\nDATASET POLYDATA\n"
    parts = [f"{head}POINTS {len(points)} float\n".encode(), points.astype(">f4").tobytes()]
    cells = np.column_stack([np.full(len(faces), 3), faces]).astype(">i4")
    parts += [f"\nPOLYGONS {len(faces)} {cells.size}\n".encode(), cells.tobytes()]
    if values:
        parts.append(f"\nPOINT_DATA {len(points)}\nFIELD FieldData {len(values)}\n".encode())
    for name, array in values.items():
        parts += [f"{name} 1 {len(points)} float\n".encode(), array.astype(">f4").tobytes(), b"\n"]
    return b"".join(parts)


def _stl(points: np.ndarray, faces: np.ndarray, values: Mapping[str, np.ndarray]) -> bytes:
    corners = points[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(across, axis=1, keepdims=True)
    rows = np.zeros(len(faces), [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("rest", "<u2")])
    rows["normal"], rows["corners"] = across / np.maximum(length, 1e-30), corners
    head = b"lascarlib SPACE=LPS".ljust(80)
    return head + np.uint32(len(faces)).astype("<u4").tobytes() + rows.tobytes()

import gzip
from pathlib import Path

import nibabel as nib
import nrrd
import numpy as np
import pytest

from lascarlib.case import same_geometry
from lascarlib.errors import LascarError
from lascarlib.io import read_volume, write_array, write_atomically, write_volume

SHAPE = (7, 5, 3)
LANDMARK = (4, 1, 2)
OBLIQUE = np.array(
    [
        # A rotation by 30 degrees about z with spacing 0.5 x 0.75 x 2 mm; x runs to the left.
        [-0.5 * np.cos(np.pi / 6), 0.75 * np.sin(np.pi / 6), 0.0, 40.5],
        [0.5 * np.sin(np.pi / 6), 0.75 * np.cos(np.pi / 6), 0.0, -31.25],
        [0.0, 0.0, 2.0, 12.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
SUFFIXES = [".nii", ".nii.gz", ".nrrd"]


def landmark_image(dtype=np.int16) -> np.ndarray:
    image = np.zeros(SHAPE, dtype)
    image[LANDMARK] = 1
    return image


def world_mm(volume) -> np.ndarray:
    """Where the only bright voxel lies."""
    (index,) = np.argwhere(volume.array)
    return volume.affine[:3, :3] @ index + volume.affine[:3, 3]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32])
def test_a_round_trip_keeps_voxels_type_and_place(tmp_path, suffix, dtype) -> None:
    write_volume(tmp_path / f"new/folder/a{suffix}", landmark_image(dtype), OBLIQUE)
    volume = read_volume(tmp_path / f"new/folder/a{suffix}")
    assert volume.array.dtype == dtype
    np.testing.assert_array_equal(volume.array, landmark_image())
    np.testing.assert_allclose(volume.affine, OBLIQUE, atol=1e-4)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("given", "stored"),
    [(bool, np.uint8), (np.float64, np.float32), (np.float16, np.float32), (np.int64, np.int32)],
)
def test_types_that_files_lack_are_stored_as_their_neighbours(tmp_path, suffix, given, stored):
    write_volume(tmp_path / f"a{suffix}", landmark_image(given), np.eye(4))
    volume = read_volume(tmp_path / f"a{suffix}")
    assert volume.array.dtype == stored
    assert volume.array[LANDMARK] == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_tilted_scan_comes_back_to_the_same_place(tmp_path, suffix) -> None:
    # Half a turn about z and small tilts, as scanners store it: a qform keeps no such affine.
    tilts = np.deg2rad(np.random.default_rng(0).normal(0, 4, (20, 2)))
    for about_x, about_y in tilts:
        x, y = (np.cos(about_x), np.sin(about_x)), (np.cos(about_y), np.sin(about_y))
        turn_x = np.array([[1, 0, 0], [0, x[0], -x[1]], [0, x[1], x[0]]])
        turn_y = np.array([[y[0], 0, y[1]], [0, 1, 0], [-y[1], 0, y[0]]])
        affine = np.eye(4)
        affine[:3, :3] = turn_x @ turn_y @ np.diag([-0.5, -0.5, 2.0])
        affine[:3, 3] = (120.0, 80.0, -40.0)
        write_volume(tmp_path / f"a{suffix}", np.zeros((640, 8, 2), np.uint8), affine)
        assert same_geometry(read_volume(tmp_path / f"a{suffix}").affine, affine, shape=(640, 8, 2))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_sheared_file_is_refused_by_name(tmp_path, suffix) -> None:
    path, image = tmp_path / f"a{suffix}", landmark_image()
    sheared = np.diag([1.0, 1.0, 2.0, 1.0])
    sheared[0, 2] = 0.5  # slices slide along x, as under a tilted gantry
    if suffix == ".nrrd":
        directions = {"space": "RAS", "space directions": sheared[:3, :3].T}
        nrrd.write(str(path), image, directions | {"space origin": np.zeros(3)})
    else:
        nib.loadsave.save(nib.nifti1.Nifti1Image(image, sheared), path)
    # atan(2 / 0.5) = 76.0 degrees
    words = rf"a{suffix}: two of its axes are 76\.0 degrees apart, not 90"
    with pytest.raises(LascarError, match=words):
        read_volume(path)


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("left-posterior-superior", (-1, -1, 1)),
        ("LPS", (-1, -1, 1)),
        ("right-anterior-superior", (1, 1, 1)),
        ("RAS", (1, 1, 1)),
        ("left-anterior-superior", (-1, 1, 1)),
        ("LAS", (-1, 1, 1)),
    ],
)
def test_every_nrrd_space_becomes_ras_world_coordinates(tmp_path, space, signs) -> None:
    header = {
        "space": space,
        "space directions": np.diag([0.5, 0.75, 2.0]),
        "space origin": np.array([10.0, 20.0, 30.0]),
    }
    nrrd.write(str(tmp_path / "a.nrrd"), landmark_image(), header)
    # In the file's own space the landmark is at (10 + 4 * 0.5, 20 + 0.75, 30 + 2 * 2).
    expected = np.array([12.0, 20.75, 34.0]) * signs
    np.testing.assert_allclose(world_mm(read_volume(tmp_path / "a.nrrd")), expected)


def test_nifti_and_nrrd_of_one_volume_lie_at_the_same_place(tmp_path) -> None:
    for suffix in (".nii.gz", ".nrrd"):
        write_volume(tmp_path / f"a{suffix}", landmark_image(), OBLIQUE)
    places = [world_mm(read_volume(tmp_path / f"a{suffix}")) for suffix in (".nii.gz", ".nrrd")]
    np.testing.assert_allclose(places[0], places[1], atol=1e-4)


def nifti(path: Path, array: np.ndarray, *, qform=None, sform=None) -> Path:
    image = nib.nifti1.Nifti1Image(array, None)
    image.set_qform(qform, code=0 if qform is None else 1)
    image.set_sform(sform, code=0 if sform is None else 1)
    nib.loadsave.save(image, path)
    return path


def test_the_qform_is_used_where_it_has_a_code_and_else_the_sform(tmp_path) -> None:
    q, s = np.diag([2.0, 2.0, 2.0, 1.0]), np.diag([2.0, 2.0, 2.0, 1.0])
    q[0, 3], s[0, 3] = 5.0, 9.0
    both = nifti(tmp_path / "both.nii", landmark_image(), qform=q, sform=s)
    only = nifti(tmp_path / "only.nii", landmark_image(), sform=s)
    assert read_volume(both).affine[0, 3] == 5.0
    assert read_volume(only).affine[0, 3] == 9.0


def test_scaled_integers_come_as_float32_with_the_scale_applied(tmp_path) -> None:
    write_volume(tmp_path / "a.nii", landmark_image(), np.eye(4))
    raw = bytearray((tmp_path / "a.nii").read_bytes())
    raw[112:120] = np.array([0.5, 10.0], "<f4").tobytes()  # scl_slope and scl_inter
    (tmp_path / "a.nii").write_bytes(raw)
    volume = read_volume(tmp_path / "a.nii")
    assert volume.array.dtype == np.float32
    # 1 * 0.5 + 10 at the landmark, 0 * 0.5 + 10 elsewhere.
    assert volume.array[LANDMARK] == 10.5
    assert volume.array[0, 0, 0] == 10.0


def test_big_endian_files_come_in_the_machines_own_order(tmp_path) -> None:
    header = nib.nifti1.Nifti1Header(endianness=">")
    image = nib.nifti1.Nifti1Image(landmark_image(), np.eye(4), header)
    nib.loadsave.save(image, tmp_path / "a.nii")
    assert (tmp_path / "a.nii").read_bytes()[:4] == (348).to_bytes(4, "big")
    array = read_volume(tmp_path / "a.nii").array
    assert array.dtype.isnative
    np.testing.assert_array_equal(array, landmark_image())


def refused(path: Path, words: str) -> None:
    with pytest.raises(LascarError, match=words) as raised:
        read_volume(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert ";" in message  # what is wrong; what to do


def test_a_missing_file_and_a_folder_are_refused(tmp_path) -> None:
    refused(tmp_path / "none.nii.gz", "missing")
    (tmp_path / "folder.nii.gz").mkdir()
    refused(tmp_path / "folder.nii.gz", "missing")


def test_an_unknown_ending_is_refused(tmp_path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"DICM")
    refused(tmp_path / "a.dcm", "not a volume; give a file ending in .nii.gz, .nii, .nrrd")
    with pytest.raises(LascarError, match="unknown ending"):
        write_volume(tmp_path / "a.dcm", landmark_image(), np.eye(4))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"this is a note, no image", b"\x1f\x8b broken"])
def test_a_file_that_is_no_image_is_refused(tmp_path, suffix, content) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    refused(path, "cannot be read as an image")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file_is_refused(tmp_path, suffix, share) -> None:
    path = tmp_path / f"a{suffix}"
    noise = np.random.default_rng(0).normal(size=(20, 20, 20)).astype(np.float32)
    write_volume(path, noise, np.eye(4))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    refused(path, "cannot be read as an image")


def test_a_truncated_file_inside_an_intact_gzip_is_refused(tmp_path) -> None:
    write_volume(tmp_path / "whole.nii", landmark_image(), np.eye(4))
    half = (tmp_path / "whole.nii").read_bytes()[:400]
    (tmp_path / "a.nii.gz").write_bytes(gzip.compress(half))
    refused(tmp_path / "a.nii.gz", "cannot be read as an image")


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 6, 1), (4, 5, 6, 2)])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_two_and_four_dimensions_are_refused(tmp_path, suffix, shape) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".nrrd":
        nrrd.write(str(path), np.zeros(shape, np.float32))
    else:
        nib.loadsave.save(nib.nifti1.Nifti1Image(np.zeros(shape, np.float32), np.eye(4)), path)
    refused(path, f"{len(shape)} dimensions where 3 are needed")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_voxels_that_are_not_finite_are_refused(tmp_path, suffix, value) -> None:
    image = landmark_image(np.float32)
    image[0, 0, :2] = value
    path = tmp_path / f"a{suffix}"
    with pytest.raises(LascarError, match="2 voxels are NaN"):
        write_volume(path, image, np.eye(4))
    assert not list(tmp_path.iterdir())
    if suffix == ".nrrd":
        header = {"space": "LPS", "space directions": np.eye(3), "space origin": np.zeros(3)}
        nrrd.write(str(path), image, header)
    else:
        nib.loadsave.save(nib.nifti1.Nifti1Image(image, np.eye(4)), path)
    refused(path, "2 voxels are NaN or infinite")


@pytest.mark.parametrize("value", [0.0, -1.5, np.nan])
def test_a_nifti_spacing_that_is_not_positive_is_refused(tmp_path, value) -> None:
    path = tmp_path / "a.nii"
    write_volume(path, landmark_image(), np.eye(4))
    raw = bytearray(path.read_bytes())
    raw[84:88] = np.array([value], "<f4").tobytes()  # pixdim[2], the spacing along y
    path.write_bytes(raw)
    refused(path, "spacing")


def test_nrrd_without_a_usable_geometry_is_refused(tmp_path) -> None:
    path = tmp_path / "a.nrrd"
    nrrd.write(str(path), landmark_image(), {"spacings": [1.0, 1.0, 1.0]})
    refused(path, "the NRRD space .field is missing")
    nrrd.write(str(path), landmark_image(), {"space": "LPS"})
    refused(path, "space directions")
    header = {"space": "LPS", "space directions": np.diag([1.0, 0.0, 1.0])}
    nrrd.write(str(path), landmark_image(), {**header, "space origin": np.zeros(3)})
    refused(path, "spacing is zero or degenerate")


def test_colours_are_refused(tmp_path) -> None:
    rgb = np.zeros(SHAPE, np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")]))
    nib.loadsave.save(nib.nifti1.Nifti1Image(rgb, np.eye(4)), tmp_path / "a.nii")
    refused(tmp_path / "a.nii", "not grey levels")


@pytest.mark.parametrize("there_before", [False, True])
def test_a_failing_writer_leaves_neither_its_file_nor_a_temporary_one(tmp_path, there_before):
    path = tmp_path / "a.txt"
    if there_before:
        path.write_text("old")

    def fail(part: Path) -> None:
        part.write_text("half")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        write_atomically(path, fail)
    assert [p.read_text() for p in tmp_path.iterdir()] == (["old"] if there_before else [])


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, monkeypatch) -> None:
    def deny(**options: object) -> None:
        raise PermissionError(13, "Permission denied", ".part-x")

    monkeypatch.setattr("lascarlib.io.tempfile.mkstemp", deny)
    with pytest.raises(PermissionError, match="Permission denied") as raised:
        write_atomically(tmp_path / "a", lambda part: part.write_text("done"))
    assert raised.value.filename == str(tmp_path)


def test_a_file_that_is_written_can_be_read_by_others(tmp_path) -> None:
    (tmp_path / "plain").write_text("")
    write_atomically(tmp_path / "a", lambda part: part.write_text("done"))
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_array_comes_back(tmp_path) -> None:
    write_array(tmp_path / "a.npy", landmark_image())
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), landmark_image())

"""`lascar project` on the challenge's volumes, on odd files, and on what it must refuse."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lascarlib.case import same_geometry
from lascarlib.cli import main
from lascarlib.geometry import project_scar
from lascarlib.io import read_volume, write_volume

OFFICIAL = Path(__file__).parents[1] / "evaluation" / "fixtures" / "official"
CASES = sorted(OFFICIAL.iterdir())
AFFINE = np.diag([-0.8, -0.8, 2.5, 1.0])


def project(*words: object) -> int:
    return main(["project", *map(str, words)])


def blob() -> tuple[np.ndarray, np.ndarray]:
    """An LA as 420 and a scar beside it as 1, int16."""
    x, y, z = np.meshgrid(*(np.arange(n) for n in (30, 26, 12)), indexing="ij")
    radius = np.sqrt((0.8 * (x - 14)) ** 2 + (0.8 * (y - 12)) ** 2 + (2.5 * (z - 5)) ** 2)
    scar = (radius > 7) & (radius < 9) & (x > 16)
    return (radius < 7) * np.int16(420), scar.astype(np.int16)


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path]:
    atrium, scar = blob()
    paths = tmp_path / "la.nii.gz", tmp_path / "scar.nii.gz"
    for path, array in zip(paths, (atrium, scar), strict=True):
        write_volume(path, array, AFFINE)
    return paths


def save(path: Path, array: np.ndarray, *, slope: float | None = None, codes: int = 1) -> Path:
    """Write a NIfTI file that lascarlib itself would not."""
    image = nib.nifti1.Nifti1Image(array, AFFINE)
    image.set_qform(AFFINE, code=codes)
    image.set_sform(AFFINE, code=codes)
    if slope is not None:
        image.header.set_slope_inter(slope, 0)
        image.header.set_data_dtype(np.uint8)
    nib.loadsave.save(image, path)
    return path


@pytest.mark.parametrize("scar", ["scarSegImgM", "scar_predict"])
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_file_is_the_challenges_voxel_by_voxel(folder, scar, tmp_path, capsys) -> None:
    out = tmp_path / "new" / "surface.nii.gz"
    image = folder / "enhanced.nii.gz"
    label, marked = folder / "atriumSegImgMO.nii.gz", folder / f"{scar}.nii.gz"
    assert project(label, marked, out, "--protocol", "official", "--image", image) == 0
    official = read_volume(folder / f"{scar}_surface.nii.gz")
    ours = read_volume(out)
    assert ours.array.dtype == np.int16
    np.testing.assert_array_equal(ours.array, official.array)
    assert same_geometry(ours.affine, official.affine, shape=official.array.shape)
    scarred = int((official.array == 422).sum())
    assert f"{(official.array > 0).sum()} surface voxels, {scarred} of them" in (
        capsys.readouterr().out
    )


def test_the_paper_is_the_default_and_the_librarys(files, tmp_path) -> None:
    assert project(*files, tmp_path / "a.nrrd") == 0
    atrium, scar = blob()
    expected = project_scar(atrium > 0, scar > 0, affine=AFFINE, protocol="paper")
    np.testing.assert_array_equal(read_volume(tmp_path / "a.nrrd").array, expected)


def official(tmp_path: Path, atrium: Path, scar: Path) -> np.ndarray:
    out = tmp_path / "out.nii.gz"
    assert project(atrium, scar, out, "--protocol", "official") == 0
    return read_volume(out).array


def test_the_type_of_a_label_does_not_matter_fractions_are_cut_off(files, tmp_path, capsys):
    atrium, scar = blob()
    expected = official(tmp_path, *files)
    assert set(np.unique(expected)) == {0, 421, 422}
    for kind in (np.uint16, np.int32, np.float32, np.float64):
        stored = save(tmp_path / "f.nii", (scar * 7).astype(kind))
        np.testing.assert_array_equal(official(tmp_path, files[0], stored), expected)
        stored = save(tmp_path / "g.nii", atrium.astype(kind))
        np.testing.assert_array_equal(official(tmp_path, stored, files[1]), expected)
    # 420.9 is 420; a probability of 0.99 is no scar.
    stored = save(tmp_path / "h.nii", np.where(atrium > 0, 420.9, -0.9).astype(np.float32))
    np.testing.assert_array_equal(official(tmp_path, stored, files[1]), expected)
    capsys.readouterr()
    stored = save(tmp_path / "p.nii", np.float32(0.99) * scar)
    assert np.unique(official(tmp_path, files[0], stored)).tolist() == [0, 421]
    said = capsys.readouterr().err.splitlines()
    assert f"p.nii: {scar.sum()} voxels hold fractions, of which the official program" in said[0]
    assert "no scar in it" in said[1]


def test_scaled_values_are_rounded_instead(files, tmp_path) -> None:
    _, scar = blob()
    stored = save(tmp_path / "p.nii", scar * 3.0, slope=0.2)  # 3 in the file, 0.6 meant, 1 read
    assert nib.loadsave.load(stored).get_fdata().max() == pytest.approx(0.6)
    np.testing.assert_array_equal(official(tmp_path, files[0], stored), official(tmp_path, *files))


def test_a_file_without_orientation_lies_at_its_index_times_the_spacing(files, tmp_path) -> None:
    atrium, scar = blob()
    paths = [
        save(tmp_path / name, array, codes=0)
        for name, array in (("a.nii", atrium), ("s.nii", scar))
    ]
    plain = official(tmp_path, *paths)
    np.testing.assert_allclose(
        read_volume(tmp_path / "out.nii.gz").affine, np.diag([0.8, 0.8, 2.5, 1.0]), atol=1e-6
    )
    expected = project_scar(
        atrium > 0, scar > 0, affine=np.diag([0.8, 0.8, 2.5, 1.0]), protocol="official"
    )
    np.testing.assert_array_equal(plain, expected)


def test_odd_but_defined_labels_are_projected_and_named(files, tmp_path, capsys) -> None:
    atrium, scar = blob()
    empty = save(tmp_path / "none.nii", np.zeros_like(atrium))
    for protocol in ("official", "paper"):
        options = (tmp_path / "out.nii.gz", "--protocol", protocol)
        assert project(empty, files[1], *options) == 0
        assert "the LA is empty" in capsys.readouterr().err
        assert not read_volume(options[0]).array.any()
        assert project(files[0], empty, *options) == 0
        assert "no scar in it" in capsys.readouterr().err
        assert np.unique(read_volume(options[0]).array).tolist() == [0, 421]
    one = save(tmp_path / "one.nii", (atrium > 0).astype(np.int16))
    official(tmp_path, one, files[1])
    assert "the LA is not 420" in capsys.readouterr().err
    tall = [array.transpose(2, 0, 1) for array in (atrium, scar)]
    official(tmp_path, *(save(tmp_path / f"t{i}.nii", array) for i, array in enumerate(tall)))
    assert "never visited by the official program" in capsys.readouterr().err


def test_below_zero_is_no_scar_to_the_official_program_and_said(files, tmp_path, capsys) -> None:
    _, scar = blob()
    expected = official(tmp_path, *files)
    assert "below 0" not in capsys.readouterr().err
    stored = save(tmp_path / "signed.nii", np.where(scar > 0, 420, -420).astype(np.int16))
    np.testing.assert_array_equal(official(tmp_path, files[0], stored), expected)
    background = scar.size - int(scar.sum())
    assert f"signed.nii: {background} voxels are below 0" in capsys.readouterr().err
    assert project(files[0], stored, tmp_path / "paper.nii.gz") == 2
    assert "holds the values -420, 420; a binary label" in capsys.readouterr().err


def test_the_image_may_lie_elsewhere_for_the_official_program_only(files, tmp_path, capsys):
    moved = AFFINE.copy()
    moved[0, 3] = 3.0
    write_volume(tmp_path / "image.nii.gz", np.zeros((30, 26, 12), np.float32), moved)
    image, out = ("--image", tmp_path / "image.nii.gz"), tmp_path / "out.nii.gz"
    assert project(*files, out, "--protocol", "official", *image) == 0
    assert "lies elsewhere" in capsys.readouterr().err
    assert project(*files, out, *image) == 2
    assert "affine differs" in capsys.readouterr().err


def refused(capsys, out: Path, *words: object) -> str:
    assert project(*words) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert not out.exists()
    return said.err


@pytest.mark.parametrize("protocol", ["official", "paper"])
def test_what_cannot_be_projected_is_refused_in_a_sentence(files, tmp_path, capsys, protocol):
    atrium, scar = blob()
    la, mark = files
    out = tmp_path / "out.nii.gz"

    def said(*words: object) -> str:
        return refused(capsys, out, *words, "--protocol", protocol)

    assert "swap ATRIUM and SCAR" in said(mark, la, out)
    assert "missing" in said(la, tmp_path / "none.nii.gz", out)
    short = save(tmp_path / "short.nii", scar[:, :, :9])
    assert "shape (30, 26, 9) differs" in said(la, short, out)
    write_volume(tmp_path / "far.nii", scar, np.diag([0.8, 0.8, 2.5, 1.0]))
    assert "affine differs" in said(la, tmp_path / "far.nii", out)
    assert "differs from" in said(la, mark, out, "--image", short)
    grey = save(
        tmp_path / "grey.nii", np.arange(30 * 26 * 12, dtype=np.int32).reshape(atrium.shape)
    )
    words = "different values, as in an image" if protocol == "official" else "holds the values"
    assert words in said(grey, mark, out)
    assert words in said(la, grey, out)
    nan = save(tmp_path / "nan.nii", np.where(scar > 0, np.nan, 0).astype(np.float32))
    assert "NaN" in said(la, nan, out)
    assert "unknown ending" in said(la, mark, tmp_path / "out.mat")
    (tmp_path / "file").write_text("mine")
    assert "a folder is needed" in said(la, mark, tmp_path / "file" / "out.nii.gz")
    before = la.read_bytes()
    assert project(la, mark, la, "--protocol", protocol) == 2
    assert "is an input" in capsys.readouterr().err
    assert la.read_bytes() == before


def test_one_slice_has_no_surface_to_the_official_program(tmp_path, capsys) -> None:
    atrium, scar = (array[:, :, 5:6] for array in blob())
    paths = [save(tmp_path / f"{k}.nii", array) for k, array in enumerate((atrium, scar))]
    out = tmp_path / "out.nii.gz"
    said = refused(capsys, out, *paths, out, "--protocol", "official")
    assert "leaves out a volume's faces, and with them all of a single slice; use" in said
    assert project(*paths, out) == 0


def test_label_values_that_no_convention_knows(files, tmp_path, capsys) -> None:
    atrium, _ = blob()
    out = tmp_path / "out.nii.gz"
    surface = save(tmp_path / "a.nii", np.where(atrium > 0, 421, 0).astype(np.int16))
    words = (surface, files[1], out, "--protocol", "official")
    assert "no value from 1 to 420" in refused(capsys, out, *words)
    huge = save(tmp_path / "b.nii", np.where(atrium > 0, 70000, 0).astype(np.int32))
    words = (huge, files[1], out, "--protocol", "official")
    assert "do not fit 16 bits" in refused(capsys, out, *words)
    two = save(tmp_path / "c.nii", np.where(atrium > 0, 420, 500).astype(np.int16))
    assert "holds the values 420, 500" in refused(capsys, out, two, files[1], out)
    assert "unknown protocol 'care'" in refused(capsys, out, *files, out, "--protocol", "care")

import shutil
from pathlib import Path

import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.datasets import binary, check_cases, open_dataset
from lascarlib.errors import LascarError
from lascarlib.io import write_volume

SHAPE = (6, 5, 4)
AFFINE = np.diag([-1.25, -1.25, 2.5, 1.0])
IMAGE = np.arange(120, dtype=np.float32).reshape(SHAPE)
ATRIUM = np.zeros(SHAPE, bool)
ATRIUM[2:4, 2:4, 1:3] = True
LABEL = ATRIUM * np.uint8(255)
SCAR = np.zeros(SHAPE, bool)
SCAR[4, 2:4, 1:3] = True


def write_utah(folder: Path, *, image=IMAGE, atrium=LABEL, affine=AFFINE) -> None:
    write_volume(folder / "lgemri.nrrd", image, AFFINE)
    write_volume(folder / "laendo.nrrd", atrium, affine)


def assert_is_the_case(case: Case, *, scar: bool) -> None:
    np.testing.assert_array_equal(case.image, IMAGE)
    assert case.image.dtype == np.float32
    np.testing.assert_allclose(case.affine, AFFINE)
    np.testing.assert_array_equal(case.atrium, ATRIUM)
    assert (case.scar is not None) == scar
    if scar:
        np.testing.assert_array_equal(case.scar, SCAR)


def refused(source: str | Path, words: str, *, names: str = "") -> None:
    with pytest.raises(LascarError, match=words) as raised:
        check_cases(open_dataset(source))
    message = str(raised.value)
    assert names in message
    assert "\n" not in message
    assert ";" in message  # what is wrong; what to do


@pytest.mark.parametrize("value", [1, 420])
def test_the_lascarqs_layout(tmp_path, value) -> None:
    for name in ("train_2", "train_1"):
        folder = tmp_path / name
        write_volume(folder / "enhanced.nii.gz", IMAGE, AFFINE)
        write_volume(folder / "atriumSegImgMO.nii.gz", ATRIUM * np.int16(value), AFFINE)
        write_volume(folder / "scarSegImgM.nii.gz", SCAR, AFFINE)
    dataset = open_dataset(tmp_path)
    assert dataset.ids == ("train_1", "train_2")
    assert (dataset.has_atrium, dataset.has_scar) == (True, True)
    for case in dataset:
        assert_is_the_case(case, scar=True)
    assert dataset.load("train_1").provenance["image"] == str(tmp_path / "train_1/enhanced.nii.gz")


def test_the_utah_layout(tmp_path) -> None:
    write_utah(tmp_path / "A1")
    dataset = open_dataset(tmp_path)
    assert dataset.ids == ("A1",)
    assert not dataset.has_scar
    assert_is_the_case(dataset.load("A1"), scar=False)
    write_volume(tmp_path / "A1" / "lascar_expert.nrrd", SCAR, AFFINE)
    assert_is_the_case(open_dataset(tmp_path).load("A1"), scar=True)


def test_the_isbi_layout_keeps_centre_and_moment_in_the_name(tmp_path) -> None:
    for moment, name in (("a", "p1"), ("b", "p1")):
        folder = tmp_path / "utah" / name
        write_volume(folder / f"de_{moment}_1.nrrd", IMAGE, AFFINE)
        write_volume(folder / f"la_seg_{moment}_1.nrrd", ATRIUM, AFFINE)
    dataset = open_dataset(tmp_path)
    assert dataset.ids == ("utah_p1_post", "utah_p1_pre")
    assert_is_the_case(dataset.load("utah_p1_pre"), scar=False)


def test_one_cases_own_folder_is_a_data_set(tmp_path) -> None:
    write_utah(tmp_path / "A1")
    assert open_dataset(tmp_path / "A1").ids == ("A1",)


def test_plain_volumes_are_images_without_labels(tmp_path) -> None:
    write_volume(tmp_path / "b.nrrd", IMAGE, AFFINE)
    write_volume(tmp_path / "a.nii.gz", IMAGE, AFFINE)
    (tmp_path / "notes.txt").write_text("no image")
    dataset = open_dataset(tmp_path)
    assert dataset.ids == ("a", "b")
    assert (dataset.has_atrium, dataset.has_scar) == (False, False)
    assert dataset.load("b").atrium is None
    assert open_dataset(tmp_path / "b.nrrd").ids == ("b",)


def test_the_phantom_needs_no_folder_and_is_the_same_every_time() -> None:
    first, again = (open_dataset("phantom:cases=2,seed=3,size=coarse") for _ in range(2))
    assert first.ids == ("phantom_0003_000", "phantom_0003_001")
    name = first.ids[1]
    np.testing.assert_array_equal(first.load(name).image, again.load(name).image)
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != open_dataset("phantom:cases=2,seed=4").fingerprint


def test_slices_are_pythons_own(tmp_path) -> None:
    for name in "abcde":
        write_utah(tmp_path / name)
    chosen = {part: open_dataset(f"{tmp_path}{part}").ids for part in ("[:2]", "[-2:]", "[1:3]")}
    assert chosen == {"[:2]": ("a", "b"), "[-2:]": ("d", "e"), "[1:3]": ("b", "c")}
    part = open_dataset(f"{tmp_path}[:2]")
    assert part.source == f"{tmp_path}[:2]"
    assert part.fingerprint == open_dataset(tmp_path)[:2].fingerprint
    assert part.fingerprint != open_dataset(tmp_path)[1:3].fingerprint
    refused(f"{tmp_path}[7:]", "no case is left")


def test_one_case_and_unknown_cases_are_no_selection(tmp_path) -> None:
    dataset = open_dataset("phantom:cases=2,seed=3")
    with pytest.raises(LascarError, match=r"\[0\] is no slice; write dataset\[:4\]"):
        dataset[0]
    with pytest.raises(LascarError, match="no case 'other'; choose from"):
        dataset.subset((dataset.ids[0], "other"))


def test_the_fingerprint_follows_a_change_that_keeps_the_size(tmp_path) -> None:
    image = np.zeros((4, 4, 4), np.uint8)
    for at, name in enumerate("ab"):
        image[:] = 0
        image[at] = 1
        write_volume(tmp_path / name / "scan.nii.gz", image, np.eye(4))
    sizes = {(tmp_path / name / "scan.nii.gz").stat().st_size for name in "ab"}
    assert len(sizes) == 1
    assert len({open_dataset(tmp_path / name).fingerprint for name in "ab"}) == 2


def test_hidden_files_are_no_cases(tmp_path) -> None:
    write_volume(tmp_path / "scan.nii.gz", np.zeros((4, 4, 4), np.uint8), np.eye(4))
    (tmp_path / "._scan.nii.gz").write_bytes(b"what macOS leaves behind")
    assert open_dataset(tmp_path).ids == ("scan",)


def test_the_fingerprint_follows_names_and_sizes(tmp_path) -> None:
    write_utah(tmp_path / "a")
    before = open_dataset(tmp_path).fingerprint
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    with_two = open_dataset(tmp_path).fingerprint
    with (tmp_path / "b" / "laendo.nrrd").open("ab") as file:
        file.write(b"more")
    assert len({before, with_two, open_dataset(tmp_path).fingerprint}) == 3


def test_a_missing_an_empty_and_a_wrong_folder_are_refused(tmp_path) -> None:
    refused(tmp_path / "none", "the folder is missing", names="none")
    refused(tmp_path, "no case in it; expected folders with one of enhanced.nii.gz, lgemri.nrrd")
    (tmp_path / "notes.txt").write_text("no image")
    refused(tmp_path, "no case in it")
    refused(tmp_path / "notes.txt", "not a volume; give a folder", names="notes.txt")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("phantom:case=3", "unknown key 'case'; known are cases, seed, size"),
        ("phantom:cases=many", "cases is 'many'; give a whole number"),
        ("phantom:cases=-1", "cases is '-1'; give a whole number"),
        ("phantom:cases=0", "no case in it"),
        ("phantom:size=huge", "unknown size 'huge'; known are coarse, full"),
        ("phantom:seed", "seed is ''; give a whole number"),
    ],
)
def test_an_impossible_phantom_is_refused(source, words) -> None:
    refused(source, words, names=source)


def test_a_folder_whose_name_begins_like_the_phantom_is_checked_too(tmp_path, monkeypatch) -> None:
    write_utah(tmp_path / "phantom_mine" / "a", atrium=np.zeros(SHAPE, np.uint8))
    monkeypatch.chdir(tmp_path)
    refused("phantom_mine", "the atrium is empty", names="laendo.nrrd")


def test_a_label_of_another_shape_is_refused(tmp_path) -> None:
    write_utah(tmp_path / "a", atrium=np.ones((6, 5, 3), np.uint8))
    refused(tmp_path, r"shape \(6, 5, 3\) differs from \(6, 5, 4\)", names="laendo.nrrd")


@pytest.mark.parametrize("move", ["shift", "flip", "spacing"])
def test_a_label_that_lies_elsewhere_is_refused(tmp_path, move) -> None:
    other = AFFINE.copy()
    if move == "shift":
        other[0, 3] += 0.01
    elif move == "flip":
        other[0, 0] *= -1
    else:
        other[2, 2] = 2.6
    write_utah(tmp_path / "a", affine=other)
    refused(tmp_path, "affine differs .* by more than 0.001 mm; resample", names="laendo.nrrd")


def test_header_noise_below_the_tolerance_is_accepted(tmp_path) -> None:
    other = AFFINE.copy()
    other[0, 3] += 0.0005
    write_utah(tmp_path / "a", affine=other)
    assert_is_the_case(open_dataset(tmp_path).load("a"), scar=False)


def test_labels_that_are_not_binary_are_refused(tmp_path) -> None:
    label = ATRIUM.astype(np.int16)
    label[0, 0, 0] = 2
    write_utah(tmp_path / "a", atrium=label)
    refused(tmp_path, "the label holds the values 0, 1, 2; a binary label", names="laendo.nrrd")


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0, 0], [False, False]), ([255, 255], [True, True]), ([0.0, 420.0], [False, True])],
)
def test_zero_and_one_positive_value_are_binary(values, expected) -> None:
    assert binary(np.array(values).reshape(2, 1, 1), path="a").ravel().tolist() == expected


@pytest.mark.parametrize("values", [[0, -1], [0, 1, 2], [0.0, 0.5, 1.0]])
def test_anything_else_is_not(values) -> None:
    with pytest.raises(LascarError, match="a: the label holds the values"):
        binary(np.array(values).reshape(-1, 1, 1), path="a")


def test_an_empty_atrium_is_refused_and_an_empty_scar_accepted(tmp_path) -> None:
    write_utah(tmp_path / "a")
    write_volume(tmp_path / "a" / "lascar.nrrd", np.zeros(SHAPE, np.uint8), AFFINE)
    (case,) = open_dataset(tmp_path)
    assert case.scar is not None
    assert not case.scar.any()
    write_utah(tmp_path / "a", atrium=np.zeros(SHAPE, np.uint8))
    refused(tmp_path, "the atrium is empty; draw it or leave", names="laendo.nrrd")


def test_a_label_without_its_image_is_refused(tmp_path) -> None:
    for name in "ab":
        write_utah(tmp_path / name)
    (tmp_path / "b" / "lgemri.nrrd").unlink()
    refused(tmp_path, "its image lgemri.nrrd is missing", names="laendo.nrrd")


def test_a_case_without_a_label_is_told(tmp_path) -> None:
    for name in "ab":
        write_utah(tmp_path / name)
    (tmp_path / "b" / "laendo.nrrd").unlink()
    assert not open_dataset(tmp_path).has_atrium


def test_two_files_for_one_label_are_refused(tmp_path) -> None:
    write_utah(tmp_path / "a")
    for name in ("lascar1.nrrd", "lascar2.nrrd"):
        write_volume(tmp_path / "a" / name, SCAR, AFFINE)
    refused(tmp_path, r"2 files match lascar\*.nrrd; keep the one")


def test_two_images_of_one_name_are_refused(tmp_path) -> None:
    write_volume(tmp_path / "a.nrrd", IMAGE, AFFINE)
    write_volume(tmp_path / "a.nii", IMAGE, AFFINE)
    refused(tmp_path, "case a is also .*a.nii; rename", names="a.nrrd")
    write_utah(tmp_path / "x" / "y")
    write_utah(tmp_path / "x_y")
    refused(tmp_path, "case x_y is also")


def test_a_truncated_image_is_named(tmp_path) -> None:
    write_utah(tmp_path / "a")
    path = tmp_path / "a" / "lgemri.nrrd"
    path.write_bytes(path.read_bytes()[:-40])
    refused(tmp_path, "truncated", names="lgemri.nrrd")

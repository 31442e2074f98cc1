"""The challenge's package: what is in it, and what keeps it from being made."""

import shutil
import zipfile

import nibabel as nib
import numpy as np
import pytest

from lascarlib.cli import main
from lascarlib.datasets import open_dataset
from lascarlib.errors import LascarError
from lascarlib.io import write_volume
from lascarlib.submission import find_task, submission_faults, write_submission

SHAPE = (24, 20, 12)


@pytest.fixture
def predictions(tmp_path, tiny_folder, tiny_cases):
    """Perfect predictions of the three cases of `tiny_folder`."""
    for case in list(tiny_cases.values())[:3]:
        for name, mask in (("LA", case.atrium), ("scar", case.scar)):
            path = tmp_path / "out" / case.id / f"{name}_predict.nii.gz"
            write_volume(path, mask.astype(np.uint8), case.affine)
    (tmp_path / "out" / "prediction.json").write_text("{}")
    return tmp_path / "out"


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_task_1_holds_la_and_scar_byte_for_byte(predictions, tiny_folder, tmp_path, capsys):
    target = tmp_path / "new" / "task1.zip"
    assert run("submit", predictions, "--data", tiny_folder, "--out", target) == 0
    assert capsys.readouterr().out.startswith("Task 1: LA_predict and scar_predict of 3 cases in ")
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            f"case_{k}/{name}_predict.nii.gz" for k in range(3) for name in ("LA", "scar")
        ]
        for name in archive.namelist():
            assert archive.read(name) == (predictions / name).read_bytes()
    assert [p.name for p in target.parent.iterdir()] == ["task1.zip"]


def test_task_2_holds_the_la_alone(predictions, tiny_folder, tmp_path):
    words = ("submit", predictions, "--data", tiny_folder, "--out", tmp_path / "t.zip")
    assert run(*words, "--task", "2") == 0
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        assert archive.namelist() == [f"case_{k}/LA_predict.nii.gz" for k in range(3)]
    for path in predictions.glob("*/scar_predict.nii.gz"):
        path.unlink()
    assert find_task(predictions) == 2
    asked = (tmp_path / "t.zip").read_bytes()
    assert run(*words) == 0
    assert (tmp_path / "t.zip").read_bytes() == asked


def test_the_same_files_make_the_same_bytes_on_any_day(predictions, tiny_folder, tmp_path):
    run("submit", predictions, "--data", tiny_folder, "--out", tmp_path / "a.zip")
    shutil.copytree(predictions, tmp_path / "copy", copy_function=shutil.copyfile)
    run("submit", tmp_path / "copy", "--data", tiny_folder, "--out", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def put(path, array, affine=None) -> None:
    like = nib.loadsave.load(path)
    image = nib.nifti1.Nifti1Image(
        array, like.affine if affine is None else affine, dtype=array.dtype
    )
    nib.loadsave.save(image, path)


FAULTS = {
    "missing": (lambda p: p.unlink(), "the file is missing; predict this case"),
    "no image": (lambda p: p.write_bytes(b"a note"), "cannot be read as an image"),
    "shape": (lambda p: put(p, np.ones((24, 20, 11), np.uint8)), "shape (24, 20, 11) differs from"),
    "affine": (lambda p: put(p, np.ones(SHAPE, np.uint8), np.eye(4)), "affine differs from that"),
    "values": (
        lambda p: put(p, np.arange(5760).reshape(SHAPE).astype(np.int16)),
        "holds the values 0, 1, 2, 3, ...",
    ),
    "probabilities": (lambda p: put(p, np.ones(SHAPE, np.float32)), "voxels of type float32"),
    "64 bits": (lambda p: put(p, np.ones(SHAPE, np.int64)), "voxels of type int64"),
    "name": (
        lambda p: p.rename(p.with_name(p.name.replace("predict.", "prediction."))),
        "the challenge wants the name",
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("file", ["LA_predict.nii.gz", "scar_predict.nii.gz"])
def test_each_fault_is_one_sentence_and_nothing_is_written(
    predictions, tiny_folder, tmp_path, capsys, kind, file
):
    spoil, words = FAULTS[kind]
    spoil(predictions / "case_1" / file)
    target = tmp_path / "new" / "t.zip"
    assert run("submit", predictions, "--data", tiny_folder, "--out", target) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1, said.err
    assert words in said.err
    assert "case_1" in said.err
    assert said.out == ""
    assert not target.parent.exists()


def test_several_faults_are_counted_and_the_first_three_told(
    predictions, tiny_folder, tmp_path, capsys
):
    (predictions / "case_0" / "LA_predict.nii.gz").unlink()
    put(predictions / "case_2" / "scar_predict.nii.gz", np.full((2, 2, 2), 0.5, np.float32))
    shutil.copytree(predictions / "case_1", predictions / "case_9")
    assert run("submit", predictions, "--data", tiny_folder, "--out", tmp_path / "t.zip") == 2
    lines = capsys.readouterr().err.splitlines()
    # Four: a stranger, a missing file, and a file of a wrong type and shape.
    assert lines[0].endswith(
        "out: 4 faults keep Task 1 from being packed; mend them, beginning with"
    )
    assert "case_9" in lines[1]
    assert "case_0" in lines[2]
    assert "float32" in lines[3]
    assert lines[4:] == ["  and 1 more"]
    faults = submission_faults(predictions, open_dataset(tiny_folder), task=1)
    assert "shape (2, 2, 2)" in faults[3]


def test_a_label_of_420_is_as_good_as_1(predictions, tiny_folder):
    put(predictions / "case_0" / "LA_predict.nii.gz", np.full(SHAPE, 420, np.int16))
    assert submission_faults(predictions, open_dataset(tiny_folder), task=1) == []


def test_an_empty_atrium_is_packed_and_named(predictions, tiny_folder, tmp_path, capsys):
    put(predictions / "case_1" / "LA_predict.nii.gz", np.zeros(SHAPE, np.uint8))
    assert run("submit", predictions, "--data", tiny_folder, "--out", tmp_path / "t.zip") == 0
    said = capsys.readouterr()
    assert said.err == "case_1: the predicted LA is empty and will be scored as missed\n"
    assert "of 3 cases" in said.out


def test_unusable_targets_and_folders(predictions, tiny_folder, tmp_path, capsys):
    for target, words in (
        (tmp_path / "t.tar", "ends in .zip"),
        (tmp_path / "d.zip", "is a folder"),
    ):
        (tmp_path / "d.zip").mkdir(exist_ok=True)
        assert run("submit", predictions, "--data", tiny_folder, "--out", target) == 2
        assert words in capsys.readouterr().err
    assert run("submit", tmp_path / "no", "--data", tiny_folder, "--out", tmp_path / "t.zip") == 2
    assert "the folder is missing" in capsys.readouterr().err
    with pytest.raises(LascarError, match="task is 3"):
        submission_faults(predictions, open_dataset(tiny_folder), task=3)
    with pytest.raises(LascarError, match="file is missing"):
        write_submission(predictions, ["case_7"], tmp_path / "t.zip", task=2)

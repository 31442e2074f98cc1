"""Every bad input: exit code 2, one sentence on stderr, nothing written."""

import gzip
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lascarlib.cli import main
from lascarlib.io import write_volume

IMAGE, LABEL = "case_1/enhanced.nii.gz", "case_1/atriumSegImgMO.nii.gz"
AFFINE = np.diag([-2.0, -2.0, 3.0, 1.0])


def listing(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@pytest.fixture
def refuse(tmp_path, capsys):
    """Run a command that must be refused; returns what it said."""

    def run(*arguments: object) -> str:
        before = listing(tmp_path)
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as exit_:
            code = exit_.code
        said = capsys.readouterr()
        assert code == 2
        assert said.err.count("\n") == 1, said.err
        assert said.err.startswith("lascar")
        assert "Traceback" not in said.err
        assert said.out == ""
        assert listing(tmp_path) == before
        return said.err

    return run


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def overwrite(path: Path, array: np.ndarray, affine=None) -> None:
    """Put another array into a file, even one that lascarlib would not write."""
    nib.loadsave.save(
        nib.nifti1.Nifti1Image(array, nib.loadsave.load(path).affine if affine is None else affine),
        path,
    )


def set_spacing(path: Path, value: float) -> None:
    plain = path.with_suffix("")
    image = nib.loadsave.load(path)
    nib.loadsave.save(nib.nifti1.Nifti1Image(np.asanyarray(image.dataobj), image.affine), plain)
    raw = bytearray(plain.read_bytes())
    raw[80:84] = np.array([value], "<f4").tobytes()
    plain.unlink()
    path.write_bytes(gzip.compress(bytes(raw)))


def with_nan(path: Path) -> None:
    array = np.zeros((24, 20, 12), np.float32)
    array[0, 0, 0] = np.nan
    overwrite(path, array)


BROKEN = {
    "missing": (IMAGE, Path.unlink, "its image enhanced.nii.gz is missing"),
    "truncated": (IMAGE, truncate, "truncated"),
    "no image": (IMAGE, lambda p: p.write_text("a note"), "cannot be read as an image"),
    "empty file": (IMAGE, lambda p: p.write_bytes(b""), "cannot be read as an image"),
    "2D": (IMAGE, lambda p: overwrite(p, np.ones((24, 20), np.float32)), "2 dimensions"),
    "4D": (IMAGE, lambda p: overwrite(p, np.ones((24, 20, 12, 2), np.float32)), "4 dimensions"),
    "NaN": (IMAGE, with_nan, "1 voxels are NaN or infinite"),
    "zero spacing": (IMAGE, lambda p: set_spacing(p, 0.0), "is not positive; repair"),
    "negative spacing": (IMAGE, lambda p: set_spacing(p, -2.0), "is not positive; repair"),
    "other shape": (LABEL, lambda p: overwrite(p, np.ones((24, 20, 11), np.uint8)), "differs from"),
    "other affine": (
        LABEL,
        lambda p: overwrite(p, np.ones((24, 20, 12), np.uint8), np.eye(4)),
        "by more than 0.001 mm",
    ),
    "not binary": (
        LABEL,
        lambda p: overwrite(p, np.arange(24 * 20 * 12).reshape(24, 20, 12).astype(np.int16)),
        "holds the values 0, 1, 2, 3, ...;",
    ),
    "empty atrium": (
        LABEL,
        lambda p: overwrite(p, np.zeros((24, 20, 12), np.uint8)),
        "the atrium is empty",
    ),
    "no label": (LABEL, Path.unlink, "not every case has an LA label"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("command", ["train", "cv"])
def test_training_refuses_broken_data(refuse, tiny_folder, tmp_path, kind, command, tiny_cases):
    for extra in ("case_7", "case_8", "case_9"):  # enough for the UAM
        shutil.copytree(tiny_folder / "case_0", tiny_folder / extra)
    name, spoil, words = BROKEN[kind]
    spoil(tiny_folder / name)
    said = refuse(command, tiny_folder, tmp_path / "run", "--profile", "smoke")
    assert words in said
    assert "case_1" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--method", "unet"], "--method unet: unknown; give one of boundary-focused"),
        (["--profile", "tpu"], "unknown profile 'tpu'; known are smoke, cpu, gpu"),
        (["--set", "joint.iterations=3"], "'joint.iterations' would change nothing in boundary-f"),
        (["--method", "dangi", "--set", "scar.iterations=3"], "nothing in dangi, which has meth"),
        (
            ["--method", "atrialjsqnet", "--set", "atrium.iterations=3"],
            "atrialjsqnet trains joint on data with scar labels",
        ),
        (["--set", "atrium.iteration=3"], "unknown setting 'atrium.iteration'"),
        (["--set", "atrium.iterations=many"], "is 'many'; give a whole number"),
        (["--set", "atrium.iterations=2.5"], "is 2.5; give a whole number"),
        (["--set", "atrium.iterations=0"], "iterations"),
        (["--set", "mirror_at_test=1"], "is 1; give True or False"),
        (["--set", "atrium.loss=dice"], "give one of dice-topk, dice-cross-entropy"),
        (["--set", "atrium.iterations"], "'atrium.iterations' is not of the form NAME=VALUE"),
        (["--set", "atrium.features=(2,2,2,2,2,2,2,2)"], "cannot be halved"),
        (["--seed", "-1"], "seed"),
        (["--seed", "one"], "argument --seed: invalid int value: 'one'"),
        (["--fold", "9"], "no fold_9; there are fold_0 to fold_4"),
        (["--budget", "0"], "--budget 0: give minutes above 0"),
        (["--budget", "nan"], "--budget nan: give minutes above 0"),
        (["--budget", "inf"], "--budget inf: give minutes above 0"),
        (["--budget", "soon"], "argument --budget: invalid float value"),
        (["--epochs", "3"], "unrecognized arguments: --epochs 3"),
    ],
)
def test_training_refuses_what_it_does_not_know(refuse, tmp_path, options, words) -> None:
    data = "phantom:cases=6,seed=1"
    assert words in refuse("train", data, tmp_path / "run", "--profile", "smoke", *options)


def test_training_refuses_folders_it_cannot_use(refuse, tiny_folder, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("mine")
    assert "missing" in refuse("train", tmp_path / "none", tmp_path / "run")
    assert "no case in it" in refuse("train", tmp_path / "empty", tmp_path / "run")
    assert "no case is left" in refuse("train", f"{tiny_folder}[9:]", tmp_path / "run")
    assert "not empty and no training" in refuse("train", tiny_folder, tiny_folder)
    assert "give a new folder" in refuse("train", tiny_folder, tmp_path / "file")
    assert "file" in refuse("train", tiny_folder, tmp_path / "file" / "run")


def test_cross_validation_needs_enough_cases(refuse, tiny_folder, tmp_path) -> None:
    assert "3 cases, but the UAM needs 5" in refuse("cv", tiny_folder, tmp_path / "run")
    elsewhere = ("--scheduler", "tcp://nowhere:8786", "--tensorboard")
    said = refuse("cv", "phantom:cases=6", tmp_path / "run", *elsewhere)
    assert "--tensorboard: the log of one process; leave it out" in said
    said = refuse("cv", "phantom:cases=6", tmp_path / "run", "--folds", "0,x")
    assert "write fold numbers as in --folds 0,1" in said


def test_predict_needs_a_run_and_images(refuse, tiny_folder, tmp_path) -> None:
    out = ("--out", tmp_path / "out")
    assert "is this the folder of a training" in refuse("predict", tiny_folder, tiny_folder, *out)
    assert "required: --out" in refuse("predict", tiny_folder, tiny_folder)
    assert "data source is empty" in refuse("train", "", tmp_path / "run")
    (tmp_path / "file").write_text("mine")
    into_file = ("--out", tmp_path / "file" / "out")
    assert "where a folder is needed" in refuse("predict", tiny_folder, tiny_folder, *into_file)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        # 5 x 5 x 3 voxels of 2 x 2 x 3 mm
        (np.arange(75.0).reshape(5, 5, 3), "b: the field of view is 10 x 10 x 9 mm, too narrow"),
        # 27 mm are enough, 24 are not: 14 x 14 x 8 voxels
        (
            np.arange(1568.0).reshape(14, 14, 8),
            "b: the field of view is 28 x 28 x 24 mm, too narrow for an LA: a normal one's "
            "diameter begins at 27 mm; give the whole scan, or repair the header, which is in mm",
        ),
        (np.ones((14, 14, 9)), "b: every voxel is 1; give the scan itself"),
    ],
)
def test_predict_refuses_a_scan_without_room_for_an_atrium_first_of_all(
    refuse, tmp_path, image, words
) -> None:
    good = np.arange(1764.0).reshape(14, 14, 9)
    for name, array in (("a", good), ("b", image)):
        write_volume(tmp_path / "scans" / f"{name}.nii.gz", array, AFFINE)
    words_in = ("predict", "pretrained:phantom", tmp_path / "scans", "--out", tmp_path / "out")
    assert words in refuse(*words_in)


def test_evaluate_needs_labels_and_predictions(refuse, tiny_folder, tmp_path) -> None:
    said = refuse("evaluate", tiny_folder, tmp_path / "none", "--csv", tmp_path / "new" / "f.csv")
    assert "no <case>/LA_predict.nii.gz of any case" in said
    for case in tiny_folder.iterdir():
        (case / "atriumSegImgMO.nii.gz").unlink()
        (case / "scarSegImgM.nii.gz").unlink()
    assert "not every case has an LA label" in refuse("evaluate", tiny_folder, tiny_folder)


def test_evaluate_refuses_a_prediction_on_another_grid(refuse, tiny_folder, tmp_path) -> None:
    write_volume(
        tiny_folder / "case_0" / "LA_predict.nii.gz", np.ones((24, 20, 12), bool), np.eye(4)
    )
    said = refuse("evaluate", tiny_folder, tiny_folder, "--csv", tmp_path / "f.csv")
    assert "LA_predict.nii.gz: affine differs" in said
    for name, words in (("f.json", "ends in .csv"), (IMAGE + "/f.csv", "a folder is needed")):
        target = tiny_folder / name
        assert words in refuse("evaluate", tiny_folder, tiny_folder, "--csv", target)


def test_evaluate_refuses_swapped_folders_odd_labels_and_names_given_twice(
    refuse, tiny_folder, tmp_path
) -> None:
    predicted = tmp_path / "out"
    for case in sorted(tiny_folder.iterdir()):
        (predicted / case.name).mkdir(parents=True)
        shutil.copy(case / "atriumSegImgMO.nii.gz", predicted / case.name / "LA_predict.nii.gz")
    assert "give the labels first" in refuse("evaluate", predicted, tiny_folder)
    said = refuse("evaluate", tiny_folder, predicted, "--protocol", "care")
    assert "unknown protocol 'care'; known are official, paper" in said
    overwrite(predicted / "case_1" / "LA_predict.nii.gz", np.full((24, 20, 12), -1, np.int16))
    assert "holds the values -1" in refuse("evaluate", tiny_folder, predicted)
    overwrite(
        predicted / "case_1" / "LA_predict.nii.gz",
        np.linspace(0, 1, 24 * 20 * 12, dtype=np.float32).reshape(24, 20, 12),
    )
    assert "a binary label" in refuse("evaluate", tiny_folder, predicted)
    shutil.copytree(tiny_folder / "case_0", tiny_folder / "a_b")
    shutil.copytree(tiny_folder / "case_0", tiny_folder / "a" / "b")
    assert "case a_b is also" in refuse("evaluate", tiny_folder, predicted)


def test_distance_map_refuses_bad_labels_and_targets(refuse, tiny_folder, tmp_path) -> None:
    label, out = tiny_folder / LABEL, tmp_path / "map.nii.gz"
    assert "missing" in refuse("distance-map", tmp_path / "none.nii.gz", out)
    assert "missing" in refuse("distance-map", tiny_folder, out)
    assert "holds the values" in refuse("distance-map", tiny_folder / IMAGE, out)
    assert "unknown kind 'city'" in refuse("distance-map", label, out, "--kind", "city")
    assert "unknown ending" in refuse("distance-map", label, tmp_path / "map.mat")
    assert "is the label itself" in refuse("distance-map", label, label)
    overwrite(label, np.zeros((24, 20, 12), np.uint8))
    assert "the atrium is empty" in refuse("distance-map", label, out)
    overwrite(label, np.ones((24, 20, 12), np.uint8))
    assert f"{label}: mask fills every slice" in refuse("distance-map", label, out)


def test_phantom_refuses_what_it_cannot_make(refuse, tmp_path) -> None:
    out = tmp_path / "out"
    assert "unknown size 'huge'" in refuse("phantom", out, "--size", "huge")
    assert "cases is '-1'" in refuse("phantom", out, "--cases", "-1")
    assert "no case in it" in refuse("phantom", out, "--cases", "0")
    assert "seed is '-2'" in refuse("phantom", out, "--seed", "-2")
    for words in (("--split", "task1-test"), ("--cohort", tmp_path / "cohort.json")):
        said = refuse("phantom", out, "--cases", "2", *words)
        assert f"{words[0][2:]} says how many already" in said
    said = refuse("phantom", out, "--split", "task1-test", "--seed", "0")
    assert "split says which patients already; leave split or seed out" in said
    assert not out.exists()
    (tmp_path / "file").write_text("mine")
    assert "file" in refuse("phantom", tmp_path / "file", "--cases", "1")
    assert "--centre says nothing" in refuse(
        "phantom", out, "--implant", tmp_path, "--centre", "kcl"
    )


def test_too_little_memory_is_said_in_a_sentence(refuse, tiny_folder, tmp_path, monkeypatch):
    def fail(*arguments: object, **options: object) -> None:
        raise MemoryError("Unable to allocate 537 GiB")

    monkeypatch.setattr("lascarlib.geometry.boundary_distance_map", fail)
    said = refuse("distance-map", tiny_folder / LABEL, tmp_path / "map.nii.gz")
    assert "not enough memory (Unable to allocate 537 GiB)" in said


def test_plan_needs_cases_or_two_records(refuse, tiny_folder, tmp_path) -> None:
    ready = Path(__file__).parents[1] / "models" / "fixtures" / "planner" / "LA18_1mm_80train"
    fingerprint, dataset = ready / "fingerprint.json", ready / "dataset.json"
    records = ("--fingerprint", fingerprint, "--dataset", dataset)
    either = "give either DATA, or both --fingerprint and --dataset"
    for arguments in (
        (),
        records[:2],
        records[2:],
        (tiny_folder, *records),
        (tiny_folder, *records[2:]),
    ):
        assert either in refuse("plan", *arguments, "--out", tmp_path / "p.json")
    assert "missing" in refuse("plan", tmp_path / "none")
    assert "no such file" in refuse("plan", *records[:3], tmp_path / "none.json").lower()
    for option, words in (
        (("--memory-gb", "0"), "a memory of 0 GB; give a number above 0"),
        (("--memory-gb", "nan"), "a memory of nan GB; give a number above 0"),
        (("--memory-gb", "much"), "argument --memory-gb: invalid float value: 'much'"),
        (("--memory-gb", "0.0001"), "0.0001 GB affords no patch that can be halved"),
        (("--device", "tpu"), "unknown device 'tpu'; known are gpu, cpu"),
        (("--out", tmp_path / "plan.txt"), "give a name that ends in .json"),
        (("--out", fingerprint / "plan.json"), "where a folder is needed"),
    ):
        assert words in refuse("plan", *records, *option)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a note", "no valid JSON"),
        ("[1, 2]", "holds no names with values"),
        ("[" * 100_000, "no valid JSON"),
        ("{}", "fingerprint has no 'shapes_after_crop'"),
        ('{"shapes_after_crop": [[9, 9, 9]]}', "fingerprint has no 'spacings'"),
        ('{"shapes_after_crop": [[9, 9, 9]], "spacings": [[1, 0, 1]]}', "three numbers above 0"),
        ('{"shapes_after_crop": [[9, 9, 9]], "spacings": [[1, NaN, 1]]}', "three numbers above 0"),
    ],
    ids=range(7),
)
def test_plan_refuses_records_it_cannot_read(refuse, tmp_path, text, words) -> None:
    (tmp_path / "f.json").write_text(text)
    (tmp_path / "d.json").write_text('{"channel_names": {"0": "MRI"}, "labels": {}}')
    records = ("--fingerprint", tmp_path / "f.json", "--dataset", tmp_path / "d.json")
    assert words in refuse("plan", *records, "--out", tmp_path / "new" / "plan.json")


def test_fingerprint_refuses_broken_data_and_targets(refuse, tiny_folder, tmp_path) -> None:
    assert "ends in .json" in refuse("fingerprint", tiny_folder, "--out", tiny_folder)
    overwrite(tiny_folder / IMAGE, np.zeros((24, 20, 12), np.float32))
    said = refuse("fingerprint", tiny_folder, "--out", tmp_path / "f.json")
    assert "case_1: the image is zero everywhere" in said


def test_an_unknown_command_is_refused(refuse) -> None:
    assert "invalid choice: 'segment'" in refuse("segment")
    assert "required: COMMAND" in refuse()

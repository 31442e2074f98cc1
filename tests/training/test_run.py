import dataclasses
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from lascarlib.errors import LascarError
from lascarlib.lock import lock
from lascarlib.training import ALL, make_config, open_run, start_run
from lascarlib.training.record import resumed_config


@pytest.fixture
def config(tiny_settings):
    return make_config("smoke", seed=1, settings=tiny_settings)


def test_a_run_is_opened_as_it_was_started(tmp_path, config, tiny_dataset) -> None:
    started = start_run(tmp_path / "new" / "run", config, tiny_dataset)
    assert open_run(tmp_path / "new" / "run") == started
    assert (started.ids, started.has_scar) == (tiny_dataset.ids, True)
    record = json.loads((started.folder / "run.json").read_text())
    assert "torch" in record["provenance"]["versions"]


def test_a_folder_in_use_is_left_alone_without_resume(tmp_path, config, tiny_dataset) -> None:
    start_run(tmp_path / "run", config, tiny_dataset)
    with pytest.raises(LascarError, match="holds a training already; give --resume"):
        start_run(tmp_path / "run", config, tiny_dataset)
    assert start_run(tmp_path / "run", config, tiny_dataset, resume=True).config == config


def test_resume_wants_the_same_settings_and_data(tmp_path, config, tiny_dataset) -> None:
    start_run(tmp_path / "run", config, tiny_dataset)
    atrium = dataclasses.replace(config.atrium, iterations=13)
    changed = dataclasses.replace(config, atrium=atrium, seed=2)
    with pytest.raises(LascarError, match=r"started with another seed, atrium\.iterations;"):
        start_run(tmp_path / "run", changed, tiny_dataset, resume=True)
    with pytest.raises(LascarError, match="with other cases; resume with the same data"):
        start_run(tmp_path / "run", config, tiny_dataset[:4], resume=True)


def test_resume_names_another_method_or_profile_alone_and_five_settings_at_most(
    tmp_path, config, tiny_dataset
) -> None:
    start_run(tmp_path / "run", config, tiny_dataset)

    def said(other) -> str:
        with pytest.raises(LascarError) as error:
            start_run(tmp_path / "run", other, tiny_dataset, resume=True)
        return str(error.value)

    dangi = make_config("smoke", seed=1, settings={"method": "dangi"})
    words = "run: was started with method boundary-focused, not dangi; resume with --method bound"
    assert words in said(dangi)
    assert "with profile smoke, not cpu; resume" in said(make_config("cpu", seed=1))
    own = said(make_config("smoke", seed=1))
    assert "was started with another folds, precision, atrium.spacing_mm, " in own
    assert own.count(",") == 4
    assert "more; resume with the same settings" in own


def test_a_resumed_run_has_its_recorded_config_but_for_a_new_budget(
    tmp_path, config, tiny_dataset
) -> None:
    run = start_run(tmp_path / "run", config, tiny_dataset)
    assert resumed_config(run, {}) == config
    again = {"profile": "smoke", "seed": 1, "method": "boundary-focused", "atrium.iterations": 12}
    assert resumed_config(run, again) == config
    longer = resumed_config(run, {"budget_minutes": 5})
    assert longer == dataclasses.replace(config, budget_minutes=5.0)
    start_run(tmp_path / "run", longer, tiny_dataset, resume=True)
    assert open_run(tmp_path / "run").config == longer
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert "torch" in record["provenance"]["versions"]
    for given, words in (
        ({"profile": "cpu"}, "run: was started with profile smoke, not cpu; leave it out or"),
        ({"seed": 0}, "seed 1, not 0"),
        ({"start": "pretrained:phantom"}, "start none, not pretrained:phantom"),
        ({"method": "dangi"}, "method boundary-focused, not dangi"),
        ({"atrium.iterations": 13}, r"atrium\.iterations 12, not 13"),
        ({"atrium": {"iterations": 13}}, r"atrium\.iterations 12, not 13"),
        ({"atrium.iteration": 13}, "unknown setting 'atrium.iteration'"),
    ):
        with pytest.raises(LascarError, match=words):
            resumed_config(run, given)


@pytest.mark.parametrize(
    ("trained", "asked"),
    [((ALL,), ALL), ((ALL,), "fold_0"), (("fold_0",), "fold_0"), (("fold_0", "fold_1"), ALL)],
)
def test_another_budget_is_refused_where_nothing_is_left_to_train(
    tmp_path, config, tiny_dataset, trained, asked
) -> None:
    def start(minutes, *, resume=True):
        given = dataclasses.replace(config, budget_minutes=minutes)
        return start_run(tmp_path / "run", given, tiny_dataset, resume=resume, folds=(asked,))

    def finish(stage) -> None:
        for name in trained:
            run.fold_folder(stage, name).mkdir(parents=True)
            (run.fold_folder(stage, name) / "weights.safetensors").touch()

    run = start(10.0, resume=False)
    finish("atrium")
    start(20.0)  # the scar network is still to be trained
    finish("scar")
    record = (tmp_path / "run" / "run.json").read_bytes()
    words = "run: is trained already, with budget_minutes 20, not 1; leave it out or give a new"
    with pytest.raises(LascarError, match=words):
        start(1.0)
    assert start(20.0).config.budget_minutes == 20.0
    assert (tmp_path / "run" / "run.json").read_bytes() == record


def test_a_folder_that_another_process_is_making_is_waited_for(
    tmp_path, config, tiny_dataset
) -> None:
    made = start_run(tmp_path / "made", config, tiny_dataset)
    folder = tmp_path / "run"
    with ThreadPoolExecutor(1) as threads:
        with lock(tmp_path / ".run.lock", what="run"):
            folder.mkdir()
            part = folder / ".part-half"
            part.write_text("{")
            late = threads.submit(start_run, folder, config, tiny_dataset, resume=True)
            with pytest.raises(TimeoutError):
                late.result(timeout=0.3)
            part.unlink()
            shutil.copyfile(made.folder / "run.json", folder / "run.json")
        assert late.result(timeout=20).config == config
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "run"]
    assert [path.name for path in folder.iterdir()] == ["run.json"]


def test_a_run_of_seed_0_says_so(tmp_path, tiny_settings, tiny_dataset) -> None:
    config = make_config("smoke", seed=0, settings=tiny_settings)
    run = start_run(tmp_path / "run", config, tiny_dataset)
    with pytest.raises(LascarError, match="was started with seed 0, not 3"):
        resumed_config(run, {"seed": 3})


@pytest.mark.parametrize("kind", ["full folder", "file"])
def test_a_folder_that_is_something_else_is_refused(tmp_path, config, tiny_dataset, kind) -> None:
    target = tmp_path / "mine"
    (target if kind == "file" else tmp_path / "mine" / "thesis.tex").parent.mkdir(exist_ok=True)
    (target if kind == "file" else tmp_path / "mine" / "thesis.tex").write_text("precious")
    with pytest.raises(LascarError, match="not empty and no training; give a new folder"):
        start_run(target, config, tiny_dataset, resume=True)


@pytest.mark.parametrize(
    ("settings", "folds", "words"),
    [
        ({}, ("fold_2",), "no fold_2; there are fold_0 to fold_1"),
        ({"folds": 7}, ("fold_0",), "6 cases cannot make 7 folds"),
        ({"atrium.features": (2,) * 6}, (ALL,), "cannot be halved 5 times"),
        ({"scar.patch_voxels": (17, 16, 8)}, (ALL,), "no multiple of"),
    ],
)
def test_nothing_is_written_for_what_cannot_be_trained(
    tmp_path, tiny_settings, tiny_dataset, settings, folds, words
) -> None:
    config = make_config("smoke", seed=0, settings={**tiny_settings, **settings})
    with pytest.raises(LascarError, match=words):
        start_run(tmp_path / "run", config, tiny_dataset, folds=folds)
    assert not list(tmp_path.iterdir())


def test_data_without_la_labels_is_refused(tmp_path, config, tiny_dataset) -> None:
    some = tuple(f"case_{k}" for k in range(4))
    bare = dataclasses.replace(tiny_dataset, without_atrium=some)
    words = r"an LA label, case_0, case_1, case_2 and 1 more of 6 cases lack it; draw it for tr"
    with pytest.raises(LascarError, match=words):
        start_run(tmp_path / "run", config, bare)
    one = dataclasses.replace(tiny_dataset, without_atrium=("case_5",))
    with pytest.raises(LascarError, match="label, case_5 of 6 cases lacks it"):
        start_run(tmp_path / "run", config, one)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_run_and_a_damaged_record_are_refused(
    tmp_path, config, tiny_dataset
) -> None:
    with pytest.raises(LascarError, match="is this the folder of a training"):
        open_run(tmp_path)
    start_run(tmp_path / "run", config, tiny_dataset)
    path = tmp_path / "run" / "run.json"
    for text in ("{}", "[]", "{", path.read_text().replace('"seed"', '"sead"')):
        path.write_text(text)
        with pytest.raises(LascarError, match=r"run\.json|unknown setting 'sead'"):
            open_run(tmp_path / "run")


def test_the_fold_called_all_holds_nothing_back(tmp_path, config, tiny_dataset) -> None:
    run = start_run(tmp_path / "run", config, tiny_dataset)
    assert run.fold(ALL).training == tiny_dataset.ids
    assert run.fold("fold_0").validation == run.fold("fold_1").training


def test_the_scar_network_sees_one_channel_more(tmp_path, config, tiny_dataset) -> None:
    run = start_run(tmp_path / "run", config, tiny_dataset)
    networks = [run.objective(stage).make_network() for stage in ("atrium", "scar")]
    assert [network.architecture.in_channels for network in networks] == [1, 2]

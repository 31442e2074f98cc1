"""Units are run one by one, interrupted and resumed; rows share their networks."""

import dataclasses
import shutil

import pytest

from lascarlib.cli import main
from lascarlib.errors import DivergedError, LascarError
from lascarlib.experiments import EXPERIMENTS, is_done, list_units, reproduce, stored_records
from lascarlib.experiments.answers import make_answerer
from lascarlib.experiments.cohorts import open_cohort
from lascarlib.experiments.declaration import (
    Classical,
    Experiment,
    Network,
    Observer,
    Row,
)
from lascarlib.experiments.measure import measure, without_worst
from lascarlib.pipeline import Predictor
from lascarlib.scheduling import Pool


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("LASCAR_STORE", str(tmp_path / "store"))


@pytest.fixture
def table(tiny_folder, tiny_settings):
    settings = {
        name: value for name, value in tiny_settings.items() if name not in ("atrium", "scar")
    }
    for stage in ("atrium", "scar"):
        for name, value in tiny_settings[stage].items():
            settings[f"{stage}.{name}"] = value
    network = Network("boundary-focused", settings, stages=("atrium",))
    lower = {"uncertainty.certain_threshold": 0.1}
    return Experiment(
        name="tiny",
        source="nowhere",
        question="Does it run?",
        metrics=("atrium_dice", "scar_surface_dice"),
        rows=(
            Row("net", network, {"atrium_dice": (0.9, 0.1)}),
            Row("net, p > 0.1", dataclasses.replace(network, reading=lower)),
            Row("otsu", Classical("otsu")),
            Row("observer", Observer()),
        ),
        data={"smoke": {"phantom": {"train": (str(tiny_folder),), "test": (str(tiny_folder),)}}},
    )


def test_what_is_done_is_not_run_again_and_an_interruption_loses_nothing(
    table, tmp_path, monkeypatch
):
    units = list_units([table], profile="smoke", rows=["otsu", "observer"])
    calls, real = [], measure

    def interrupted(experiment, row, **options):
        calls.append(row.name)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(experiment, row, **options)

    monkeypatch.setattr("lascarlib.experiments.running.measure", interrupted)
    said = []
    with pytest.raises(KeyboardInterrupt):
        reproduce(units, root=tmp_path / "results", say=said.append)
    reproduce(units, root=tmp_path / "results", say=said.append)
    assert calls == ["otsu", "observer", "observer"]
    assert [line.rpartition(": ")[2] for line in said][1] == "stored"
    found = stored_records(table, profile="smoke", roots=(tmp_path / "results",))
    assert {record.row for record in found} == {"otsu", "observer"}


def test_numbers_of_other_data_are_not_taken_for_those_of_todays(table, tmp_path, tiny_folder):
    root = tmp_path / "results"
    (unit,) = list_units([table], profile="smoke", rows=["otsu"])
    reproduce([unit], root=root, say=lambda line: None)
    assert is_done(unit, root)
    path = unit.file(root)
    text = path.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines(keepends=True) if '"case_2"' not in line]
    path.write_text("".join(kept), encoding="utf-8")
    assert not is_done(unit, root)  # a case is cut off
    path.write_text(text, encoding="utf-8")
    shutil.rmtree(tiny_folder / "case_2")
    assert not is_done(unit, root)


def test_rows_share_a_training_and_an_answer_and_differ_in_how_it_is_read(
    table, tmp_path, monkeypatch
):
    asked, real = [], Predictor.__call__

    def counted(self, case):
        asked.append(case.id)
        return real(self, case)

    monkeypatch.setattr(Predictor, "__call__", counted)
    units = list_units([table], profile="smoke", rows=["net", "net, p > 0.1"])
    reproduce(units, root=tmp_path / "results", say=lambda line: None)
    assert len(list((tmp_path / "store" / "runs").iterdir())) == 1
    assert len(asked) == len(set(asked)) == 3  # three cases, each asked about once for both rows
    found = stored_records(table, profile="smoke", roots=(tmp_path / "results",))
    values = {
        row.name: [r.value for r in found if r.row == row.name and r.metric == "atrium_dice"]
        for row in table.rows
    }
    assert len(values["net"]) == 3
    assert values["net"] != values["net, p > 0.1"]
    assert len({record.config for record in found}) == 1
    assert len({record.declaration for record in found}) == 2
    assert all(record.minutes > 0 or record.value >= 0 for record in found)


def test_a_training_that_diverges_is_a_result_and_misses_every_case(table, monkeypatch, capsys):
    def diverge(*args, **options):
        raise DivergedError("run: the loss is nan at iteration 7; start a new run")

    monkeypatch.setattr("lascarlib.experiments.measure.make_answerer", diverge)
    found = measure(table, table.row("net"), profile="smoke", domain="phantom", seed=0)
    assert [(r.metric, r.value) for r in found[:2]] == [
        ("atrium_dice", 0.0),
        ("scar_surface_dice", 0.0),
    ]
    assert "the loss is nan" in capsys.readouterr().err


def test_a_row_that_finds_no_atrium_has_no_score_of_it(table):
    found = measure(table, table.row("otsu"), profile="smoke", domain="phantom", seed=0)
    assert {record.metric for record in found} == {"scar_surface_dice"}


def test_units_are_the_rows_that_can_run_and_seeds_only_where_something_is_drawn(table):
    units = list_units([table], profile="smoke", seeds=[0, 1])
    assert [(unit.row.name, unit.seed) for unit in units] == [
        ("net", 0),
        ("net, p > 0.1", 0),
        ("otsu", 0),
        ("observer", 0),
        ("net", 1),
        ("net, p > 0.1", 1),
        ("observer", 1),
    ]
    with pytest.raises(LascarError, match="nothing to learn from"):
        make_answerer(table.row("net"), None, profile="smoke", seed=0)


def test_real_data_is_left_out_where_it_is_not(table, monkeypatch, tmp_path):
    real = {"train": ("$LASCAR_DATA/utah2018[:2]",), "test": ("$LASCAR_DATA/utah2018[2:]",)}
    both = dataclasses.replace(table, data={"smoke": {**table.data["smoke"], "utah2018": real}})
    monkeypatch.setenv("LASCAR_DATA", str(tmp_path))
    assert {unit.domain for unit in list_units([both], profile="smoke")} == {"phantom"}
    (tmp_path / "utah2018").mkdir()
    assert "utah2018" in {unit.domain for unit in list_units([both], profile="smoke")}
    monkeypatch.delenv("LASCAR_DATA")
    with pytest.raises(LascarError, match="LASCAR_DATA is not set"):
        open_cohort(real["train"])


def test_several_sources_are_one_data_set_with_a_fingerprint_of_all():
    words = ("phantom:cases=2,seed=1", "phantom:cases=2,seed=2")
    both = open_cohort(words)
    assert len(both) == 4
    assert both.fingerprint != open_cohort(words[:1]).fingerprint
    with pytest.raises(LascarError, match="occurs twice"):
        open_cohort((words[0], words[0]))


def test_the_worst_cases_are_those_of_the_lowest_surface_dice():
    numbers = {
        case: {"scar_surface_dice": v} for case, v in zip("abc", (0.2, 0.1, 0.3), strict=True)
    }
    assert list(without_worst(numbers, 2)) == ["c"]
    assert list(without_worst(numbers, 0)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bf-table-9"], "unknown experiment 'bf-table-9'"),
        ([], "give an experiment or --all"),
        (["bf-table-1", "--all"], "given beside --all"),
        (["bf-table-1", "--list", "--page", "page.md"], "--list runs and writes nothing"),
        (["bf-table-1", "--profile", "huge"], "unknown profile 'huge'"),
        (["bf-table-1", "--row", "K = 7"], "unknown row 'K = 7'"),
        (["bf-table-1", "--seed", "-1"], "seed is below 0"),
        (["bf-table-1", "--domain", "mars"], "unknown domain of these experiments 'mars'"),
    ],
)
def test_bad_words_end_with_one_sentence(words, message, capsys):
    assert main(["reproduce", *words]) == 2
    assert message in capsys.readouterr().err


def test_the_command_lists_runs_and_prints(tmp_path, capsys):
    words = ["reproduce", "jsq-table-1", "--profile", "smoke", "--row", "Utah"]
    words += ["--out", str(tmp_path)]
    assert main([*words, "--list"]) == 0
    assert "0 of 1 stored" in capsys.readouterr().out
    assert main([*words, "--page", str(tmp_path / "page.md")]) == 0
    assert "1.25 ± 0.00" in capsys.readouterr().out
    assert "not run yet" in (tmp_path / "page.md").read_text()
    assert main([*words, "--list"]) == 0
    assert "1 of 1 stored" in capsys.readouterr().out


def test_data_that_is_asked_for_and_is_not_here_is_an_error(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("LASCAR_DATA", raising=False)
    assert main(["reproduce", "bf-table-1", "--domain", "utah2018", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "utah2018: no row can be run on data that is here; LASCAR_DATA is not set" in said


def test_a_page_that_cannot_be_written_is_refused_before_anything_runs(tmp_path, capsys):
    words = ["reproduce", "bf-figure-2", "--profile", "smoke", "--out", str(tmp_path / "records")]
    assert main([*words, "--page", str(tmp_path)]) == 2
    assert "give --page a file" in capsys.readouterr().err
    assert not (tmp_path / "records").exists()


def test_the_command_says_what_became_of_the_claims(tmp_path, capsys):
    words = ["reproduce", "bf-figure-2", "--profile", "smoke", "--out", str(tmp_path)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "A band of three voxels round the LA's boundary covers the scars." in said
    assert "true by construction" in said


def test_an_interrupted_command_says_how_to_go_on(tmp_path, capsys, monkeypatch):
    def stop(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("lascarlib.experiments.running.measure", stop)
    assert main(["reproduce", "jsq-table-1", "--profile", "smoke", "--out", str(tmp_path)]) == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_units_run_elsewhere_are_stored_once(table, tmp_path):
    scan = EXPERIMENTS["jsq-table-1"]
    units = list_units([scan], profile="smoke", rows=[scan.rows[-1].name])
    said = []
    for _ in range(2):
        reproduce(units, root=tmp_path / "results", say=said.append, pool=Pool(workers=2))
    assert [line.rpartition(": ")[2] for line in said] == ["done", "stored"]
    assert stored_records(scan, profile="smoke", roots=(tmp_path / "results",))
    assert not list((tmp_path / "results").rglob("*.lock"))
    own = list_units([table], profile="smoke", rows=["otsu"])
    with pytest.raises(LascarError, match=r"^tiny: another process cannot find this experiment"):
        reproduce(own, root=tmp_path / "results", pool=Pool(workers=2))


def test_what_comes_with_the_library_is_listed_as_such(tmp_path, capsys):
    words = ["reproduce", "bf-figure-2", "--list", "--out", str(tmp_path)]
    assert main([*words, "--domain", "phantom"]) == 0
    assert capsys.readouterr().out.startswith("shipped bf-figure-2 | ")
    assert main([*words, "--profile", "smoke"]) == 0
    assert capsys.readouterr().out.startswith("missing bf-figure-2 | ")

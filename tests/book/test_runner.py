"""The notebook runner, on notebooks of three cells made here."""

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lascarlib.book import BookError, check_notebooks, run_notebooks
from lascarlib.book.parameters import by_hand, notebook_parameters, read_notebook, read_parameters
from lascarlib.errors import LascarError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A checkout with one library file, a lock and a notebook that multiplies two parameters."""
    (tmp_path / "lascarlib").mkdir()
    (tmp_path / "lascarlib" / "case.py").write_text("first = 1\n")
    (tmp_path / "constraints.txt").write_text("numpy==2.0.0\n")
    (tmp_path / "notebooks").mkdir()
    write_notebook(tmp_path, "01_product", "print(profile, rate * steps)")
    return tmp_path


def write_notebook(project, name, code, parameters="profile = 'smoke'\nrate = 0.5\nsteps = 4"):
    """Write title, parameters and one code cell: the code is cell 3."""
    cell = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), cell, new_code_cell(code)])
    nbformat.write(notebook, project / "notebooks" / f"{name}.ipynb")


def run(project, *names, profile="smoke", **options):
    return run_notebooks(
        names, profile=profile, root=project, library=project / "lascarlib", **options
    )


def executed(project, name="01_product"):
    return project / "notebooks" / "executed" / f"{name}.ipynb"


def printed(project, name="01_product"):
    """What the last cell printed; the injected cell stands before it."""
    return nbformat.read(executed(project, name), as_version=4).cells[-1].outputs[0].text


def test_parameters_reach_the_notebook_and_an_int_is_taken_for_a_float(project):
    run(project, profile="cpu", parameters={"rate": 3})
    assert printed(project) == "cpu 12.0\n"  # 3.0 * 4


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (
            {"stepps": 3},
            r"01_product.ipynb: unknown parameter 'stepps'; known are profile, rate, steps",
        ),
        ({"steps": 3.0}, r"'steps' must be int, not float \(3.0\); known are profile \(str\)"),
        ({"steps": True}, "'steps' must be int, not bool"),
        ({"rate": "fast"}, "'rate' must be float, not str"),
    ],
)
def test_a_misspelt_or_wrongly_typed_parameter_is_refused_before_anything_runs(
    project, parameters, sentence
):
    with pytest.raises(LascarError, match=sentence):
        run(project, parameters=parameters)
    assert not executed(project).parent.exists()


def test_a_parameter_must_be_known_to_every_notebook_of_the_run(project):
    write_notebook(project, "02_other", "print(profile)", parameters="profile = 'smoke'")
    with pytest.raises(LascarError, match=r"02_other.ipynb: unknown parameter 'steps'"):
        run(project, parameters={"steps": 3})
    run(project, "01_product", parameters={"steps": 3})
    assert printed(project) == "smoke 1.5\n"


def test_an_unknown_notebook_or_profile_is_refused_with_the_known_ones(project):
    with pytest.raises(LascarError, match="unknown notebook '03'; known are 01_product"):
        run(project, "03")
    with pytest.raises(LascarError, match="unknown profile 'fast'; known are smoke, cpu, gpu"):
        run(project, profile="fast")
    with pytest.raises(LascarError, match="use --profile"):
        run(project, parameters={"profile": "cpu"})


def test_a_notebook_elsewhere_is_not_taken_for_the_one_of_that_name(project, tmp_path):
    copy = tmp_path / "mine" / "01_product.ipynb"
    copy.parent.mkdir()
    copy.write_text("{}")
    with pytest.raises(LascarError, match="copy it there"):
        run(project, str(copy))
    run(project, str(project / "notebooks" / "01_product.ipynb"))


def test_a_failing_cell_is_named_and_leaves_no_executed_copy(project):
    run(project)
    write_notebook(project, "01_product", "ratio = rate / (steps - 4)")
    write_notebook(project, "02_later", "print('reached')")
    with pytest.raises(BookError) as caught:
        run(project)
    block = str(caught.value)
    assert "01_product.ipynb failed in cell 3 of 3: ZeroDivisionError: " in block
    assert "ratio = rate / (steps - 4)" in block
    assert "\x1b" not in block
    assert list(executed(project).parent.glob("*.ipynb")) == []


def test_a_kernel_that_dies_is_a_failure_too(project):
    write_notebook(project, "01_product", "import os; os._exit(3)")
    with pytest.raises(BookError, match=r"01_product.ipynb failed: the kernel died"):
        run(project)
    assert not executed(project).exists()


def test_an_unchanged_notebook_is_not_run_again(project):
    (first,) = run(project)
    (second,) = run(project)
    (forced,) = run(project, force=True)
    assert (first.cached, second.cached, forced.cached) == (False, True, False)
    assert second.seconds == first.seconds


def test_saving_outputs_in_the_source_does_not_count_as_a_change(project):
    run(project)
    path = project / "notebooks" / "01_product.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].execution_count = 5
    nbformat.write(notebook, path)
    assert run(project)[0].cached


def test_whatever_decides_the_outputs_makes_the_notebook_run_again(project, monkeypatch):
    run(project)
    (project / "lascarlib" / "case.py").write_text("first = 2\n")
    assert not run(project)[0].cached
    (project / "constraints.txt").write_text("numpy==2.0.1\n")
    assert not run(project)[0].cached
    assert not run(project, parameters={"steps": 5})[0].cached
    assert not run(project, parameters={"steps": 5}, profile="gpu")[0].cached
    monkeypatch.setenv("LASCAR_DATA", "elsewhere")
    assert not run(project, parameters={"steps": 5}, profile="gpu")[0].cached
    write_notebook(project, "01_product", "print('new')")
    assert not run(project)[0].cached


def test_the_kernel_is_this_interpreter_and_data_paths_are_absolute(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setenv("LASCAR_DATA", "data")
    write_notebook(
        project, "01_product", "import os, sys; print(sys.executable, os.environ['LASCAR_DATA'])"
    )
    run(project)
    assert printed(project) == f"{sys.executable} {project / 'data'}\n"


def test_wall_times_are_printed_and_written(project, capsys):
    (first,) = run(project)
    times = json.loads((executed(project).parent / "times.json").read_text())
    assert times == {
        "profile": "smoke",
        "notebooks": {"01_product": {"seconds": first.seconds, "cached": False}},
    }
    assert "[1/1] 01_product ... done in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("seed = 1 + 2", "line 1 of the parameters cell computes 'seed'"),
        ("import os", "line 1 of the parameters cell is not a plain `name = literal`"),
        ("a = 1\nb: int = 2", "line 2 of the parameters cell is not a plain"),
        ("a = b = 1", "is not a plain"),
        ("seed = None", "gives 'seed' the type NoneType"),
        ("a = 1\na = 2", "the parameter 'a' is assigned twice"),
        ("a = (", "the parameters cell is not Python"),
    ],
)
def test_anything_but_plain_literals_in_the_parameters_cell_is_refused(source, sentence):
    with pytest.raises(LascarError, match=sentence):
        read_parameters(source, name="01.ipynb")


def test_a_notebook_needs_exactly_one_parameters_cell_with_a_profile(project):
    path = project / "notebooks" / "01_product.ipynb"
    write_notebook(project, "01_product", "print()", parameters="seed = 1")
    with pytest.raises(LascarError, match="the parameters cell has no `profile`"):
        run(project)
    notebook = read_notebook(path)
    notebook.cells.pop(1)
    with pytest.raises(LascarError, match="0 code cells are tagged 'parameters'"):
        notebook_parameters(notebook, name=path.name)


def test_a_notebook_with_outputs_is_not_fit_to_be_committed(project):
    source = project / "notebooks" / "01_product.ipynb"
    check_notebooks([source])
    run(project)
    with pytest.raises(LascarError, match=r"01_product.ipynb: cell 2 has outputs"):
        check_notebooks([executed(project)])


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    (tmp_path / "note.ipynb").write_text("plain text")
    with pytest.raises(LascarError, match=r"note.ipynb: not a readable notebook"):
        check_notebooks([tmp_path / "note.ipynb"])
    with pytest.raises(LascarError, match="there is no such notebook"):
        check_notebooks([tmp_path / "other.ipynb"])


def test_the_notebooks_of_this_repository_are_fit_to_be_committed():
    check_notebooks(sorted((ROOT / "notebooks").glob("*.ipynb")))


def test_a_notebook_for_a_person_is_left_out_with_one_line_and_refused_by_name(project, capsys):
    write_notebook(project, "17_by_hand", "raise RuntimeError")
    path = project / "notebooks" / "17_by_hand.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["lascar"] = {"by_hand": "it needs a person"}
    nbformat.write(notebook, path)
    assert [one.name for one in run(project)] == ["01_product"]
    assert "17_by_hand is left out: it needs a person\n" in capsys.readouterr().out
    with pytest.raises(LascarError, match=r"17_by_hand.ipynb: is run by hand only; it needs"):
        run(project, "17_by_hand")


def test_only_the_notebook_on_itkwidgets_is_left_to_a_person_and_every_other_one_is_published():
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        left_out = bool(by_hand(read_notebook(path)))
        assert left_out == (path.stem == "17_itkwidgets")
        assert left_out != (f"notebooks/executed/{path.stem}\n" in toc + "\n"), path.stem

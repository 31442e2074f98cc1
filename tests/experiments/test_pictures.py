"""Masks come back as they were, belong to one declaration, and are never of patients."""

import dataclasses

import numpy as np
import pytest

from lascarlib.errors import LascarError
from lascarlib.experiments import EXPERIMENTS, list_units, reproduce
from lascarlib.experiments.answers import Answer
from lascarlib.experiments.declaration import Experiment, Observer, Row
from lascarlib.experiments.pictures import (
    make_picture,
    picture_file,
    read_picture,
    stored_pictures,
    write_picture,
)
from lascarlib.experiments.records import PUBLISHED

PHANTOM = {"phantom": {"test": ("phantom:cases=2,seed=1",)}}
TABLE = Experiment(
    name="tiny",
    source="nowhere",
    question="Is it seen?",
    metrics=("atrium_dice",),
    rows=(Row("observer", Observer()), Row("another", Observer())),
    data={"smoke": PHANTOM},
    pictured="phantom_0001_001",
)


def test_masks_of_any_shape_come_back_and_none_stays_none(tmp_path):
    scar = np.random.default_rng(0).random((3, 5, 7)) > 0.5  # 105 voxels: no whole bytes
    picture = make_picture(TABLE, "observer", profile="smoke", seed=0, answer=Answer(None, scar))
    write_picture(tmp_path / "one.npz", picture)
    found = read_picture(tmp_path / "one.npz")
    assert found.atrium is None
    assert np.array_equal(found.scar, scar)
    assert (found.row, found.case, found.keys) == ("observer", "phantom_0001_001", picture.keys)


def test_only_the_pictured_case_is_kept_of_every_row_and_seed(tmp_path):
    reproduce(list_units([TABLE], profile="smoke", seeds=[0, 1]), root=tmp_path, say=lambda _: None)
    first, second = (
        stored_pictures(TABLE, profile="smoke", seed=seed, roots=(tmp_path,)) for seed in (0, 1)
    )
    assert [picture.row for picture in first] == ["observer", "another"]
    assert {picture.case for picture in (*first, *second)} == {"phantom_0001_001"}
    assert (first[0].atrium != second[0].atrium).any()  # a seed is an observer


def test_a_picture_of_another_declaration_does_not_count(tmp_path):
    reproduce(list_units([TABLE], profile="smoke", seeds=[0]), root=tmp_path, say=lambda _: None)
    other = {"phantom": {"test": ("phantom:cases=3,seed=1",)}}
    for changed in ({"data": {"smoke": other}}, {"pictured": "phantom_0001_000"}):
        table = dataclasses.replace(TABLE, **changed)
        assert stored_pictures(table, profile="smoke", roots=(tmp_path,)) == []


def test_no_patient_is_pictured(tiny_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("LASCAR_DATA", str(tiny_folder.parent))
    case = next(path.name for path in sorted(tiny_folder.iterdir()) if path.is_dir())
    real = {"lascarqs2022": {"test": (f"$LASCAR_DATA/{tiny_folder.name}",)}}
    table = dataclasses.replace(TABLE, data={"smoke": real}, pictured=case)
    units = list_units([table], profile="smoke")
    reproduce(units, root=tmp_path, say=lambda _: None)
    assert len(list(tmp_path.rglob("*.jsonl"))) == len(units) == 2
    assert not list(tmp_path.rglob("*.npz"))


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "one.npz").write_bytes(b"PK, but no more")
    with pytest.raises(LascarError, match=r"one\.npz: no picture of an experiment"):
        read_picture(tmp_path / "one.npz")


def test_published_pictures_are_small_and_of_declared_rows():
    for path in PUBLISHED.rglob("*.npz"):
        table = EXPERIMENTS[path.parent.name]
        seen = stored_pictures(table, profile="cpu")
        assert path in {picture_file(PUBLISHED, table, p.row, profile="cpu", seed=0) for p in seen}
        assert path.stat().st_size < 20_000
